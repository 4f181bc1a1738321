// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/recovery_key.h"
#include "base/json/json_reader.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/backup_members.h"
#include "io/api/query.h"

namespace agent {

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
    return api.context().keyring.prove(std::move(typed), user,
                                       [&api, user, owed = share(std::move(reply))](const Result<void>& proved) {
                                           if (!proved) return owed->problem(proved.error());
                                           JsonWriter out;
                                           out.begin_object().member("proof", api.proofs().give(user));
                                           out.member("expires_in", Proofs::kLife / std::chrono::seconds(1));
                                           owed->json(out.end_object(), 201);
                                       });
}

}  // namespace agent
