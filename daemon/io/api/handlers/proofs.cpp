// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/crypto/recovery_key.h"
#include "base/json/json_reader.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/backup_members.h"
#include "io/api/query.h"

namespace agent {

namespace {

/// Whether what a person typed opens the store.
Result<void> opens_any(const std::vector<TriedKeySlot>& tried) {
    const auto is_persons = [](const TriedKeySlot& slot) { return needs_person(slot.kind) && slot.opens.has_value(); };
    if (std::none_of(tried.begin(), tried.end(), is_persons))
        return fail(Error::Code::kConflict, "proof: the store has no such key slot (clioctl key list)");
    if (std::any_of(tried.begin(), tried.end(),
                    [&](const TriedKeySlot& slot) { return is_persons(slot) && *slot.opens; }))
        return {};
    return fail(Error::Code::kForbidden, "proof: wrong passphrase or recovery key");
}

}  // namespace

Handled make_proof(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    SecretString secret = optional_secret(in, "secret");
    if (secret.empty()) in.refuse("secret", "expected a passphrase or recovery key");
    AGENT_CHECK(in.finish());
    TypedSecrets typed;
    (read_recovery_key(secret.reveal()) ? typed.recovery_key : typed.passphrase) = std::move(secret);
    const uid_t user = call.request.peer.uid;
    return api.context().keyring.test(
        std::move(typed), user,
        [&api, user, owed = share(std::move(reply))](const Result<std::vector<TriedKeySlot>>& tried) {
            const auto opened = tried ? opens_any(*tried) : tl::unexpected(tried.error());
            if (!opened) return owed->problem(opened.error());
            JsonWriter out;
            out.begin_object().member("proof", api.proofs().give(user));
            out.member("expires_in", Proofs::kLife / std::chrono::seconds(1)).end_object();
            owed->json(out, 201);
        });
}

}  // namespace agent
