// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/log.h"
#include "base/text/encoding.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/backup_members.h"
#include "io/api/person.h"
#include "io/api/query.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

void write_place(JsonWriter& out, const BackupPage::Place& place) {
    out.member("kind", word_of(kRecordKinds, place.kind)).member("name", place.name);
}

void answer_begun(Api& api, ApiReply& reply, NewBackupKey made) {
    JsonWriter out;
    const Sealer backup(std::move(made.key));
    api.backups().begin(backup);
    out.begin_object().member("id", backup_id(backup));
    write_key(out, backup.key());
    if (made.kdf) write_kdf(out, *made.kdf);
    if (!made.recovery_key.empty()) out.member("recovery_key", made.recovery_key.reveal());
    out.end_object();
    reply.json(out, 201);
}

void write_page(JsonWriter& out, const BackupPage& page) {
    out.key("records").begin_array();
    for (const StoredRow& record : page.records) write_record(out, record);
    out.end_array().key("left_out").begin_array();
    for (const BackupPage::LeftOut& left_out : page.left_out) {
        out.begin_object();
        write_place(out, left_out.place);
        out.member("reason", left_out.reason).end_object();
    }
    out.end_array();
    if (!page.next) return;
    out.key("next").begin_object();
    write_place(out, *page.next);
    out.end_object();
}

std::optional<BackupPage::Place> read_place(const Json* json, JsonReader& outer) {
    if (json == nullptr) return std::nullopt;
    JsonReader in(*json);
    BackupPage::Place place{.kind = in.required_word("kind", kRecordKinds), .name = in.required_string("name")};
    if (auto read = in.finish(); !read) outer.refuse(std::move(read).error());
    return place;
}

}  // namespace

Handled begin_backup(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"proof"}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    const auto passphrase = std::make_shared<SecretString>(optional_secret(in, "passphrase"));
    AGENT_CHECK(in.finish());
    const uid_t user = call.request.peer.uid;
    return with_person(api, call, query.text("proof"), reply, [&api, passphrase, user](ApiReply& begun) -> Handled {
        return api.context().keyring.make_backup_key(
            std::move(*passphrase), user, [&api, owed = share(std::move(begun))](Result<NewBackupKey> made) {
                made ? answer_begun(api, *owed, *std::move(made)) : owed->problem(made.error());
            });
    });
}

Handled copy_records(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    const auto backup = required_backup_key(in);
    const std::int64_t copied = in.required_integer("copied", 0, std::numeric_limits<std::int32_t>::max());
    const auto after = read_place(in.optional("after"), in);
    AGENT_CHECK(in.finish());

    AGENT_TRY(const BackupPage page, api.backups().copy(*backup, after));
    JsonWriter out;
    out.begin_object();
    write_page(out, page);
    if (!page.next) {
        const std::uint64_t records = static_cast<std::uint64_t>(copied) + page.records.size();
        out.member("end", base64url(seal_backup_end(*backup, records)));
        log(LogLevel::kNotice, log_event("backup_made"), "a backup was made",
            {{"backup", backup_id(*backup)}, {"records", std::to_string(records)}});
    }
    out.end_object();
    reply.json(out);
    return answered();
}

Handled move_account(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    const auto backup = required_backup_key(in);
    AGENT_CHECK(in.finish());
    return api.backups().move(
        call.parameter, *backup, [owed = share(std::move(reply))](const Result<std::string>& why_not) {
            if (!why_not) return owed->problem(why_not.error());
            JsonWriter out(Content::kPublic);
            out.begin_object().member("moved", why_not->empty()).member("detail", *why_not).end_object();
            owed->json(out);
        });
}

}  // namespace agent
