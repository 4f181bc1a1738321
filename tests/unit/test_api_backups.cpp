// SPDX-License-Identifier: Apache-2.0
#include "base/text/encoding.h"
#include "expect.h"
#include "fakes/api_fixture.h"
#include "fakes/sealing.h"

using agent::ApiMethod;
using agent::Bytes;
using agent::fail;
using agent::KdfParameters;
using agent::RestoredRecord;
using agent::Sealer;
using agent::SealingKey;
using agent::StoredRow;
using fakes::ApiFixture;
using fakes::need_sealing;
using enum agent::Error::Code;

namespace {

constexpr uid_t kApiBackupsRoot = 0;  // who proves nothing

SealingKey raw_key(char fill) {
    return *SealingKey::from_raw(agent::as_bytes(std::string(SealingKey::kSize, fill)));
}

Bytes bytes_of(std::string_view text) {
    const auto bytes = agent::as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

std::string key_text() {
    return agent::base64url(raw_key('b').raw());
}

const std::string& id() {
    static const std::string kId = backup_id(Sealer(raw_key('b')));
    return kId;
}

/// The member "key" of a body.
std::string with_key(std::string_view rest = "") {
    return R"({"key":")" + key_text() + '"' + std::string(rest) + "}";
}

std::string end_of(std::uint64_t records) {
    return agent::base64url(seal_backup_end(Sealer(raw_key('b')), records));
}

KdfParameters kdf() {
    return {.operations = 3, .memory = 268435456, .salt = bytes_of("0123456789abcdef")};
}
constexpr std::string_view kKdf = R"("kdf":{"operations":3,"memory":268435456,"salt":"MDEyMzQ1Njc4OWFiY2RlZg"})";

/// Each route with a body that it takes.
struct BackupRoute {
    const char* target;
    std::string body;
};
std::vector<BackupRoute> guarded_routes() {
    return {{"/v1/backups", R"({"passphrase":"p"})"},
            {"/v1/backups/records", with_key(R"(,"copied":0)")},
            {"/v1/accounts/smith/move", with_key()},
            {"/v1/restores", R"({"recovery_key":"r","records":0,"end":""})"},
            {"/v1/restores/records", with_key(R"(,"records":[])")}};
}

void expect_nothing_asked(const ApiFixture& api, const std::string& of) {
    cr_expect(api.keyring.asked.empty() && api.backups.asked.empty(), "%s", of.c_str());
}

}  // namespace

TestSuite(api_backups, .init = need_sealing);

Test(api_backups, begin_with_a_passphrase) {
    ApiFixture api;
    const auto asked = api.post("/v1/backups", R"({"passphrase":"correct horse"})", kApiBackupsRoot);
    cr_expect(asked.reply->answers == 0);
    EXPECT_TEXT(api.keyring.asked.back(), "make_backup_key correct horse");
    api.keyring.make_backup_key_done(agent::NewBackupKey{.key = raw_key('b'), .kdf = kdf(), .recovery_key = {}});
    cr_expect(asked.status() == 201);
    EXPECT_TEXT(api.backups.asked.back(), "begin " + id());
    EXPECT_TEXT(asked.body(), R"({"id":")" + id() + R"(","key":")" + key_text() + R"(",)" + std::string(kKdf) + "}");
}

Test(api_backups, begin_with_a_recovery_key) {
    ApiFixture api;
    const auto asked = api.post("/v1/backups", "{}", kApiBackupsRoot);
    EXPECT_TEXT(api.keyring.asked.back(), "make_backup_key ");
    api.keyring.make_backup_key_done(
        agent::NewBackupKey{.key = raw_key('b'), .kdf = {}, .recovery_key = agent::SecretString("7KQ2-M0XA")});
    EXPECT_TEXT(asked.body(), R"({"id":")" + id() + R"(","key":")" + key_text() + R"(","recovery_key":"7KQ2-M0XA"})");
}

Test(api_backups, begin_fails_as_the_keyring_does) {
    ApiFixture api;
    const auto asked = api.post("/v1/backups", R"({"passphrase":"p"})", kApiBackupsRoot);
    api.keyring.make_backup_key_done(fail(kTemporarilyUnavailable, "passphrase: no memory"));
    cr_expect(asked.status() == 503);
    EXPECT_CONTAINS(asked.body(), "passphrase: no memory");
}

Test(api_backups, copy_a_page) {
    ApiFixture api;
    api.backups.page = {
        .records = {{.kind = StoredRow::Kind::kApp, .name = "firm", .generation = 3, .sealed = bytes_of("s1")},
                    {.kind = StoredRow::Kind::kAccount, .name = "jones", .generation = 7, .sealed = bytes_of("s2")}},
        .left_out = {{.place = {.kind = StoredRow::Kind::kAccount, .name = "smith"}, .reason = "damaged"}},
        .next = agent::BackupPage::Place{.kind = StoredRow::Kind::kAccount, .name = "smith"}};
    const auto asked = api.post("/v1/backups/records", with_key(R"(,"copied":0)"));
    EXPECT_TEXT(api.backups.asked.back(), "copy " + id());
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), R"({"records":[{"kind":"app","name":"firm","generation":3,"sealed":"czE"},)"
                              R"({"kind":"account","name":"jones","generation":7,"sealed":"czI"}],)"
                              R"("left_out":[{"kind":"account","name":"smith","reason":"damaged"}],)"
                              R"("next":{"kind":"account","name":"smith"}})");
}

Test(api_backups, copy_the_last_page_with_the_number_of_all_records) {
    ApiFixture api;
    api.backups.page.records.push_back(
        {.kind = StoredRow::Kind::kAccount, .name = "smith", .generation = 7, .sealed = bytes_of("s1")});
    const auto asked =
        api.post("/v1/backups/records", with_key(R"(,"copied":64,"after":{"kind":"account","name":"jones"})"));
    EXPECT_TEXT(api.backups.asked.back(), "copy " + id() + " after account jones");
    const auto body = *agent::Json::parse(asked.body());
    cr_expect(body.find("next") == nullptr);
    const auto end = agent::base64url_decode(body.find_string("end").value_or(""));
    cr_assert(end.has_value());
    const Sealer backup(raw_key('b'));
    cr_expect(check_backup_end(backup, 65, agent::as_bytes(end->reveal())).has_value());
    cr_expect_not(check_backup_end(backup, 64, agent::as_bytes(end->reveal())).has_value());
}

Test(api_backups, move) {
    ApiFixture api;
    auto asked = api.post("/v1/accounts/smith/move", with_key());
    cr_expect(asked.reply->answers == 0);
    EXPECT_TEXT(api.backups.asked.back(), "move " + id() + " smith");
    api.backups.move_done({});
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), R"({"moved":true,"detail":""})");

    asked = api.post("/v1/accounts/smith/move", with_key());
    api.backups.move_done("it was moved away before");
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), R"({"moved":false,"detail":"it was moved away before"})");

    asked = api.post("/v1/accounts/smith/move", with_key());
    api.backups.move_done(fail(kConflict, "account smith: another login or removal is under way"));
    cr_expect(asked.status() == 409);
}

Test(api_backups, open) {
    struct Row {
        const char* name;
        std::string secret;
        std::string asked;
    };
    for (const Row& row :
         {Row{"passphrase", R"("passphrase":"p",)" + std::string(kKdf), "backup_key passphrase=p 3 for 1000"},
          Row{"recovery key", R"("recovery_key":"r")", "backup_key recovery_key=r 0 for 1000"}}) {
        ApiFixture api;
        const std::string body = "{" + row.secret + R"(,"records":3,"end":")" + end_of(3) + "\"}";
        auto asked = api.post("/v1/restores", body);
        cr_expect(asked.reply->answers == 0);
        EXPECT_TEXT(api.keyring.asked.back(), row.asked);
        api.keyring.backup_key_done(raw_key('b'));
        cr_expect(asked.status() == 200, "%s", row.name);
        EXPECT_TEXT(asked.body(), R"({"id":")" + id() + R"(","key":")" + key_text() + "\"}");

        asked = api.post("/v1/restores", body);
        api.keyring.backup_key_done(raw_key('c'));
        cr_expect(asked.status() == 403, "%s", row.name);
        cr_expect(asked.body().find("\"key\"") == std::string::npos);

        asked = api.post("/v1/restores", body);
        api.keyring.backup_key_done(fail(kBadRequest, "recovery key: misread"));
        cr_expect(asked.status() == 400, "%s", row.name);
    }
}

Test(api_backups, open_tells_when_records_are_missing) {
    ApiFixture api;
    const auto asked = api.post("/v1/restores", R"({"recovery_key":"r","records":2,"end":")" + end_of(3) + "\"}");
    api.keyring.backup_key_done(raw_key('b'));
    cr_expect(asked.status() == 403);
    EXPECT_CONTAINS(asked.body(), "records were added or removed");
}

Test(api_backups, restore) {
    ApiFixture api;
    const auto asked = api.post("/v1/restores/records",
                                with_key(R"(,"records":[{"kind":"app","name":"firm","generation":3,"sealed":"czE"},)"
                                         R"({"kind":"account","name":"smith","generation":7,"sealed":"czI"}])"));
    cr_expect(asked.reply->answers == 0);
    EXPECT_TEXT(api.backups.asked.back(), "restore " + id() + " app firm#3 account smith#7");
    using enum RestoredRecord::Result;
    std::vector<RestoredRecord> restored;
    for (const auto result : {kRestored, kSetAside, kKept, kFailed})
        restored.push_back(
            {.kind = StoredRow::Kind::kAccount, .name = "smith", .result = result, .detail = "a \"why\""});
    restored.front() = {.kind = StoredRow::Kind::kApp, .name = "firm", .result = kRestored, .detail = {}};
    api.backups.restore_done(restored);
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), R"({"records":[{"kind":"app","name":"firm","result":"restored","detail":""},)"
                              R"({"kind":"account","name":"smith","result":"set_aside","detail":"a \"why\""},)"
                              R"({"kind":"account","name":"smith","result":"kept","detail":"a \"why\""},)"
                              R"({"kind":"account","name":"smith","result":"failed","detail":"a \"why\""}]})");
}

Test(api_backups, check_records_without_restoring_them) {
    ApiFixture api;
    const auto asked = api.post(
        "/v1/restores/records",
        with_key(R"(,"check_only":true,"records":[{"kind":"app","name":"firm","generation":3,"sealed":"czE"}])"));
    EXPECT_TEXT(api.backups.asked.back(), "check " + id());
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), R"({"records":[{"kind":"app","name":"firm","result":"restorable","detail":""}]})");
}

Test(api_backups, bad_bodies) {
    struct Row {
        const char* target;
        std::string body;
        const char* why;
    };
    const std::string kdf(kKdf);
    const auto opening = [&](const std::string& body) { return Row{"/v1/restores", "{" + body + "}", ""}; };
    const auto record = [](const std::string& text, const char* why) {
        return Row{"/v1/restores/records", with_key(R"(,"records":[)" + text + "]"), why};
    };
    std::vector<Row> rows{
        {"/v1/backups", R"({"passphrase":""})", "expected a non-empty string"},
        {"/v1/backups", R"({"passphrase":7})", "expected a non-empty string"},
        {"/v1/backups", R"({"passphrase":null})", "expected a non-empty string"},
        {"/v1/backups/records", R"({"copied":0})", "missing \\\"key\\\""},
        {"/v1/backups/records", R"({"key":7,"copied":0})", "expected 32 bytes"},
        {"/v1/backups/records", R"({"key":"YQ","copied":0})", "expected 32 bytes"},
        {"/v1/backups/records", R"({"key":")" + key_text() + R"(=","copied":0})", "expected 32 bytes"},
        {"/v1/backups/records", R"({"key":")" + agent::base64url(bytes_of(std::string(33, 'b'))) + R"(","copied":0})",
         "expected 32 bytes"},
        {"/v1/backups/records", with_key(), "missing \\\"copied\\\""},
        {"/v1/backups/records", with_key(R"(,"copied":-1)"), "from 0 to"},
        {"/v1/backups/records", with_key(R"(,"copied":2147483648)"), "from 0 to"},
        {"/v1/backups/records", with_key(R"(,"copied":0,"after":"smith")"), "expected an object"},
        {"/v1/backups/records", with_key(R"(,"copied":0,"after":{"name":"smith"})"), "missing \\\"kind\\\""},
        {"/v1/backups/records", with_key(R"(,"copied":0,"after":{"kind":"key","name":"a"})"), "one of app, account"},
        {"/v1/backups/records", with_key(R"(,"copied":0,"after":{"kind":"app","name":""})"), "must not be empty"},
        {"/v1/accounts/smith/move", "{}", "missing \\\"key\\\""},
        {"/v1/accounts/smith/move", R"({"key":"x"})", "expected 32 bytes"},
        {"/v1/restores/records", R"({"records":[]})", "missing \\\"key\\\""},
        {"/v1/restores/records", R"({"key":"YQ","records":[]})", "expected 32 bytes"},
        {"/v1/restores/records", with_key(), "missing \\\"records\\\""},
        {"/v1/restores/records", with_key(R"(,"records":{})"), "expected an array"},
        record("7", "expected an object"),
        record(R"({"kind":"key","name":"a","generation":1,"sealed":"czE"})", "one of app, account"),
        record(R"({"kind":"app","name":"../a","generation":1,"sealed":"czE"})", "a name has"),
        record(R"({"kind":"app","name":"a","generation":0,"sealed":"czE"})", "from 1 to"),
        record(R"({"kind":"app","name":"a","generation":1})", "missing \\\"sealed\\\""),
        record(R"({"kind":"app","name":"a","generation":1,"sealed":"c+E="})", "base64url"),
        record(R"({"kind":"app","name":"a","generation":1,"sealed":"czE"},[])", "expected an object"),
        opening(R"("records":0,"end":"")"),
        opening(R"("passphrase":"p","recovery_key":"r",)" + kdf + R"(,"records":0,"end":"")"),
        opening(R"("passphrase":"p","records":0,"end":"")"),
        opening(R"("recovery_key":"r",)" + kdf + R"(,"records":0,"end":"")"),
        opening(R"("passphrase":"p","kdf":{"operations":0,"memory":1,"salt":"YQ"},"records":0,"end":"")"),
        opening(R"("passphrase":"p","kdf":{"operations":1,"memory":1},"records":0,"end":"")"),
        opening(R"("passphrase":"p","kdf":[],"records":0,"end":"")"),
        opening(R"("recovery_key":"r","end":"")"),
        opening(R"("recovery_key":"r","records":-1,"end":"")"),
        opening(R"("recovery_key":"r","records":0)"),
        opening(R"("recovery_key":"r","records":0,"end":"=")"),
        opening(R"("recovery_key":"","records":0,"end":"")"),
    };
    for (const BackupRoute& route : guarded_routes()) {
        for (const char* none : {"", "{", "[]", "7"}) rows.push_back({route.target, none, ""});
        rows.push_back({route.target, route.body.substr(0, route.body.size() - 1) + R"(,"odd":1})", "unknown key"});
    }
    for (const Row& row : rows) {
        ApiFixture api;
        const auto asked = api.post(row.target, row.body);
        cr_expect(asked.status() == 400, "%s %s: %d", row.target, row.body.c_str(), asked.status());
        EXPECT_CONTAINS(asked.body(), "line 1, column ");
        EXPECT_CONTAINS(asked.body(), row.why);
        expect_nothing_asked(api, row.body);
    }
}

Test(api_backups, are_for_managers) {
    for (const BackupRoute& route : guarded_routes()) {
        ApiFixture api;
        auto asked = api.ask(ApiMethod::kPost, route.target, route.body, ApiFixture::kStranger);
        cr_expect(asked.status() == 403, "%s: %d", route.target, asked.status());
        expect_nothing_asked(api, route.target);

        asked = api.post(route.target, route.body);
        cr_expect(asked.status() != 403 && api.keyring.asked.size() + api.backups.asked.size() == 1, "%s",
                  route.target);
    }
}

Test(api_backups, wait_for_the_agent_to_be_unlocked) {
    for (const BackupRoute& route : guarded_routes()) {
        ApiFixture api;
        api.api.lock();
        const auto asked = api.post(route.target, route.body);
        cr_expect(asked.status() == 423, "%s: %d", route.target, asked.status());
        expect_nothing_asked(api, route.target);
    }
}

Test(api_backups, take_no_query) {
    for (const BackupRoute& route : guarded_routes()) {
        ApiFixture api;
        cr_expect(api.post(std::string(route.target) + "?all=1", route.body).status() == 400, "%s", route.target);
        expect_nothing_asked(api, route.target);
    }
}
