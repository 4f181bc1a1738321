// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/text/encoding.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/backup_members.h"
#include "io/api/person.h"
#include "io/api/query.h"

namespace agent {

namespace {

void answer_opened(ApiReply& reply, SealingKey key, std::uint64_t records, const Bytes& end) {
    const Sealer backup(std::move(key));
    if (const auto whole = check_backup_end(backup, records, end); !whole) return reply.problem(whole.error());
    JsonWriter out;
    out.begin_object().member("id", backup_id(backup));
    write_key(out, backup.key());
    out.end_object();
    reply.json(out);
}

void answer_restored(ApiReply& reply, const std::vector<RestoredRecord>& records) {
    JsonWriter out(Content::kPublic);
    out.begin_object().key("records").begin_array();
    for (const RestoredRecord& record : records) {
        out.begin_object().member("kind", word_of(kRecordKinds, record.kind)).member("name", record.name);
        out.member("result", word_of(kRestoredResults, record.result)).member("detail", record.detail).end_object();
    }
    out.end_array().end_object();
    reply.json(out);
}

Result<std::vector<StoredRow>> read_records(const Json* array, JsonReader& in) {
    std::vector<StoredRow> records;
    if (array != nullptr && array->array() == nullptr) in.refuse("records", "expected an array");
    AGENT_CHECK(in.finish());
    for (const Json& json : *array->array()) {
        AGENT_TRY(StoredRow record, read_record(json));
        records.push_back(std::move(record));
    }
    return records;
}

}  // namespace

Handled open_backup(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    TypedSecrets typed{.passphrase = optional_secret(in, "passphrase"),
                       .recovery_key = optional_secret(in, "recovery_key"),
                       .accept_cost = in.optional_boolean("accept_cost").value_or(false)};
    const Json* const kdf_json = in.optional("kdf");
    KdfParameters kdf = kdf_json == nullptr ? KdfParameters() : read_kdf(*kdf_json, in);
    const auto records =
        static_cast<std::uint64_t>(in.required_integer("records", 0, std::numeric_limits<std::int32_t>::max()));
    Bytes end = required_bytes(in, "end");
    if (typed.passphrase.empty() == typed.recovery_key.empty())
        in.refuse("passphrase", "expected either a passphrase or \"recovery_key\"");
    if (typed.passphrase.empty() != (kdf_json == nullptr))
        in.refuse("kdf", "required with \"passphrase\", and only valid with it");
    AGENT_CHECK(in.finish());
    return api.context().keyring.backup_key(
        std::move(typed), std::move(kdf), call.request.peer.uid,
        [owed = share(std::move(reply)), records, end = std::move(end)](Result<SealingKey> key) {
            key ? answer_opened(*owed, *std::move(key), records, end) : owed->problem(key.error());
        });
}

Handled restore_records(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"proof"}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    auto backup = required_backup_key(in);
    const bool check_only = in.optional_boolean("check_only").value_or(false);
    AGENT_TRY(std::vector<StoredRow> records, read_records(in.required("records", "an array"), in));
    if (check_only) {
        answer_restored(reply, api.backups().check(*backup, records));
        return answered();
    }
    const bool needs_person = has_other_endpoints(*backup, records);
    auto restore = [&api, backup = std::move(backup),
                    kept =
                        std::make_shared<std::vector<StoredRow>>(std::move(records))](ApiReply& restoring) -> Handled {
        return api.backups().restore(backup, std::move(*kept),
                                     [owed = share(std::move(restoring))](const std::vector<RestoredRecord>& restored) {
                                         answer_restored(*owed, restored);
                                     });
    };
    return needs_person ? with_person(api, call, query.text("proof"), reply, std::move(restore)) : restore(reply);
}

}  // namespace agent
