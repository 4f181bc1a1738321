// SPDX-License-Identifier: Apache-2.0

#include "base/json/json_reader.h"
#include "base/text/number.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/backup_members.h"
#include "io/api/person.h"
#include "io/api/query.h"

namespace agent {

namespace {

constexpr std::int64_t kShortestCalibration = 100;  // milliseconds
constexpr std::int64_t kLongestCalibration = 60'000;

Result<TypedSecrets> typed_secrets(const ApiCall& call) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    TypedSecrets typed{.passphrase = optional_secret(in, "passphrase"),
                       .recovery_key = optional_secret(in, "recovery_key"),
                       .accept_cost = in.optional_boolean("accept_cost").value_or(false)};
    AGENT_CHECK(in.finish());
    return typed;
}

std::function<void(Result<void>)> answer_done(ApiReply& reply, int status) {
    return [owed = share(std::move(reply)), status](const Result<void>& done) {
        done ? owed->no_content(status) : owed->problem(done.error());
    };
}

void write_slot(JsonWriter& out, const KeySlotFacts& slot) {
    out.begin_object().member("id", slot.id).member("kind", word_of(kSlotKinds, slot.kind));
    out.member("source", slot.source).member("made_at", unix_seconds(slot.made_at));
    if (slot.kdf) {
        out.key("kdf").begin_object();
        out.member("operations", slot.kdf->operations).member("memory", slot.kdf->memory).end_object();
    }
    out.end_object();
}

void answer_slots(ApiReply& reply, const KeyringFacts& facts) {
    JsonWriter out(Content::kPublic);
    out.begin_object().key("slots").begin_array();
    for (const KeySlotFacts& slot : facts.slots) write_slot(out, slot);
    out.end_array().member("rotating", facts.rotating);
    if (facts.progress) {
        out.member("records", std::uint64_t{facts.progress->records});
        out.member("records_left", std::uint64_t{facts.progress->left});
    }
    out.end_object();
    reply.json(out);
}

void answer_tried(ApiReply& reply, const std::vector<TriedKeySlot>& tried) {
    JsonWriter out(Content::kPublic);
    out.begin_object().key("slots").begin_array();
    for (const TriedKeySlot& slot : tried) {
        out.begin_object().member("id", slot.id).member("kind", word_of(kSlotKinds, slot.kind));
        slot.opens ? out.member("opens", *slot.opens) : out.key("opens").null();
        out.member("detail", slot.detail).end_object();
    }
    out.end_array().end_object();
    reply.json(out);
}

void answer_added(ApiReply& reply, const AddedKeySlot& added) {
    JsonWriter out;
    out.begin_object().member("id", added.id);
    if (!added.recovery_key.empty()) out.member("recovery_key", added.recovery_key.reveal());
    out.end_object();
    reply.json(out, 201);
}

Result<NewKeySlot> slot_to_add(const Json& body) {
    JsonReader in(body);
    NewKeySlot slot;
    slot.kind = in.required_word("kind", kSlotKinds);
    if (slot.kind == SlotKind::kPassphrase) {
        slot.passphrase = optional_secret(in, "passphrase");
        if (slot.passphrase.empty()) in.refuse("passphrase", "expected the passphrase");
        if (const auto target = in.optional_integer("calibrate", kShortestCalibration, kLongestCalibration))
            slot.calibrate = std::chrono::milliseconds(*target);
    }
    if (slot.kind == SlotKind::kFile) slot.source = in.required_string("file");
    if (slot.kind == SlotKind::kCredential) slot.source = in.required_string("credential");
    AGENT_CHECK(in.finish());
    return slot;
}

}  // namespace

Handled lock(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    return api.context().keyring.lock(answer_done(reply, 204));
}

Handled unlock(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(TypedSecrets typed, typed_secrets(call));
    if (typed.passphrase.empty() == typed.recovery_key.empty())
        return fail(Error::Code::kBadRequest, "unlock: expected either \"passphrase\" or \"recovery_key\"");
    return api.context().keyring.unlock(std::move(typed), call.request.peer.uid, answer_done(reply, 204));
}

Handled list_keys(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    return api.context().keyring.list([owed = share(std::move(reply))](const Result<KeyringFacts>& facts) {
        facts ? answer_slots(*owed, *facts) : owed->problem(facts.error());
    });
}

Handled add_key(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"proof"}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    AGENT_TRY(NewKeySlot wanted, slot_to_add(body));
    const auto slot = std::make_shared<NewKeySlot>(std::move(wanted));
    const uid_t user = call.request.peer.uid;
    return with_person(api, call, query.text("proof"), reply, [&api, slot, user](ApiReply& adding) -> Handled {
        return api.context().keyring.add(std::move(*slot), user,
                                         [owed = share(std::move(adding))](const Result<AddedKeySlot>& added) {
                                             added ? answer_added(*owed, *added) : owed->problem(added.error());
                                         });
    });
}

Handled remove_key(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"proof"}));
    const std::string& text = call.parameter;
    const auto id = whole_number<std::int64_t>(text);
    if (!id) return fail(Error::Code::kBadRequest, "key slot " + text + ": expected its number (clioctl key list)");
    return with_person(api, call, query.text("proof"), reply, [&api, id = *id](ApiReply& removing) -> Handled {
        return api.context().keyring.remove(id, answer_done(removing, 204));
    });
}

Handled rotate_key(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    return api.context().keyring.rotate(answer_done(reply, 202));
}

Handled test_keys(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(TypedSecrets typed, typed_secrets(call));
    return api.context().keyring.test(std::move(typed), call.request.peer.uid,
                                      [owed = share(std::move(reply))](const Result<std::vector<TriedKeySlot>>& tried) {
                                          tried ? answer_tried(*owed, *tried) : owed->problem(tried.error());
                                      });
}

}  // namespace agent
