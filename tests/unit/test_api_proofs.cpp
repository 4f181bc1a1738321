// SPDX-License-Identifier: Apache-2.0
// What asks for proof of a person, and who need not prove anything.
#include <array>
#include <string>

#include "base/text/encoding.h"
#include "core/apps/app_registry.h"
#include "core/oauth/app_presets.h"
#include "expect.h"
#include "fakes/api_fixture.h"
#include "fakes/sealing.h"

using agent::ApiMethod;
using agent::fail;
using agent::KeyringFacts;
using agent::SlotKind;
using fakes::ApiFixture;
using fakes::need_sealing;
using enum agent::Error::Code;

namespace {

constexpr uid_t kApiProofsRoot = 0;

KeyringFacts slots(std::initializer_list<SlotKind> kinds) {
    KeyringFacts facts;
    for (const SlotKind kind : kinds)
        facts.slots.push_back({.id = 1, .kind = kind, .source = {}, .made_at = {}, .kdf = {}});
    return facts;
}

/// A request that takes something out, or says who may; what is asked of the agent when it is granted.
struct Guarded {
    const char* name;
    ApiMethod method;
    const char* target;
    const char* body;
    const char* then;
};
constexpr std::array<Guarded, 4> kGuarded{{
    {"backup", ApiMethod::kPost, "/v1/backups", R"({"passphrase":"b"})", "make_backup_key b"},
    {"add", ApiMethod::kPost, "/v1/keys", R"({"kind":"recovery"})", "add"},
    {"remove", ApiMethod::kDelete, "/v1/keys/3", "", "remove 3"},
    {"app", ApiMethod::kPut, "/v1/apps/firm",
     R"({"product":"manage","region":"us","client_id":"id","client_secret":"s","redirect_uri":"http://127.0.0.1:1/c",)"
     R"("endpoints":{"token":"https://elsewhere.example/token"}})",
     "put"},
}};

bool was_asked(const ApiFixture& api, std::string_view what) {
    if (what == "put") return api.apps.changes.size() == 1;
    return !api.keyring.asked.empty() && api.keyring.asked.back() == what;
}

std::string proof_of(ApiFixture& api, uid_t user) {
    const auto asked = api.post("/v1/proofs", R"({"secret":"right"})", user);
    api.keyring.done({});
    cr_assert(asked.status() == 201, "%d", asked.status());
    return std::string(agent::Json::parse(asked.body())->find_string("proof").value_or(""));
}

}  // namespace

TestSuite(api_proofs, .init = need_sealing);

Test(api_proofs, where_a_person_has_a_key_one_has_to_be_there) {
    for (const SlotKind kind : {SlotKind::kPassphrase, SlotKind::kRecovery}) {
        for (const Guarded& one : kGuarded) {
            ApiFixture api;
            const auto asked = api.ask(one.method, one.target, one.body);
            EXPECT_TEXT(api.keyring.asked.back(), "list");
            api.keyring.list_done(slots({SlotKind::kFile, kind}));
            cr_expect(asked.status() == 403, "%s: %d", one.name, asked.status());
            EXPECT_CONTAINS(asked.body(), R"("code":"proof_required")");
            cr_expect_not(was_asked(api, one.then), "%s", one.name);
        }
    }
}

Test(api_proofs, where_nobody_has_one_nobody_is_asked) {
    for (const Guarded& one : kGuarded) {
        ApiFixture api;
        auto asked = api.ask(one.method, one.target, one.body);
        api.keyring.list_done(slots({SlotKind::kFile, SlotKind::kCredential}));
        cr_expect(was_asked(api, one.then), "%s", one.name);

        asked = api.ask(one.method, one.target, one.body);
        api.keyring.list_done(fail(kTemporarilyUnavailable, "store: busy"));
        cr_expect(asked.status() == 503, "%s", one.name);
    }
}

Test(api_proofs, root_proves_nothing) {
    for (const Guarded& one : kGuarded) {
        ApiFixture api;
        const auto asked = api.ask(one.method, one.target, one.body, kApiProofsRoot);
        cr_expect(was_asked(api, one.then), "%s", one.name);
    }
}

Test(api_proofs, a_proof_is_good_for_one_request_of_its_user) {
    for (const Guarded& one : kGuarded) {
        ApiFixture api;
        const std::string roots = proof_of(api, kApiProofsRoot);
        const std::string target = std::string(one.target) + "?proof=";
        cr_expect(api.ask(one.method, target + roots, one.body).status() == 403);
        const std::string own = proof_of(api, ApiFixture::kOwnUser);
        const auto granted = api.ask(one.method, target + own, one.body);
        cr_expect(was_asked(api, one.then), "%s", one.name);
        cr_expect(api.ask(one.method, target + own, one.body).status() == 403);
    }
}

Test(api_proofs, a_wrong_passphrase_proves_nothing) {
    struct Row {
        agent::Error::Code why;
        int status;
    };
    for (const Row& row : {Row{kForbidden, 403}, Row{kConflict, 409}, Row{kTemporarilyUnavailable, 503}}) {
        ApiFixture api;
        const auto asked = api.post("/v1/proofs", R"({"secret":"wrong"})");
        EXPECT_TEXT(api.keyring.asked.back(), "prove 1000 passphrase=wrong");
        api.keyring.done(fail(row.why, "proof: not this one"));
        cr_expect(asked.status() == row.status, "%d", asked.status());
    }
    ApiFixture api;
    cr_expect(api.post("/v1/proofs", "{}").status() == 400);
    cr_expect(api.post("/v1/proofs", R"({"secret":"p"})", ApiFixture::kStranger).status() == 403);
}

/// A request that restores an app, from a backup with a key that the caller has chosen.
std::string restoring(const std::string& token_endpoint) {
    agent::App app;
    app.name = "firm";
    app.client_id = "id";
    app.client_secret = agent::SecretString("s");
    app.redirect_uris = {"http://127.0.0.1:1/c"};
    app.endpoints = agent::clio_endpoints(app.product, app.region);
    app.custom_endpoints = !token_endpoint.empty();
    if (app.custom_endpoints) app.endpoints.token = token_endpoint;
    const agent::Sealer backup(*agent::SealingKey::generate());
    const agent::StoredRow row = seal_app(backup, app, 3);
    return R"({"key":")" + agent::base64url(backup.key().raw()) +
           R"(","records":[{"kind":"app","name":"firm","generation":3,"sealed":")" + agent::base64url(row.sealed) +
           R"("}]})";
}

Test(api_proofs, a_restored_app_needs_what_an_added_one_does) {
    const auto restored = [](const ApiFixture& api) {
        return !api.backups.asked.empty() && api.backups.asked.back().starts_with("restore ");
    };
    ApiFixture api;
    const auto clios = api.post("/v1/restores/records", restoring(""));
    cr_expect(restored(api) && api.keyring.asked.empty());

    ApiFixture guarded;
    const std::string foreign = restoring("https://elsewhere.example/token");
    const auto asked = guarded.post("/v1/restores/records", foreign);
    guarded.keyring.list_done(slots({SlotKind::kPassphrase}));
    cr_expect(asked.status() == 403);
    EXPECT_CONTAINS(asked.body(), R"("code":"proof_required")");
    cr_expect_not(restored(guarded));
    const auto proved = guarded.post("/v1/restores/records?proof=" + proof_of(guarded, ApiFixture::kOwnUser), foreign);
    cr_expect(restored(guarded));
}

Test(api_proofs, an_app_with_clios_own_endpoints_needs_none) {
    constexpr const char* kClios = R"({"product":"manage","region":"us","client_id":"id","client_secret":"s",)"
                                   R"("redirect_uri":"http://127.0.0.1:1/c"})";
    ApiFixture api;
    const auto added = api.ask(ApiMethod::kPut, "/v1/apps/firm?replace_grants=true", kClios);
    cr_expect(api.apps.changes.size() == 1 && api.apps.grants_replaced);
    api.apps.held.emplace("firm", api.apps.put_last.clone());
    const auto same = api.ask(ApiMethod::kPut, "/v1/apps/firm", kClios);
    cr_expect(api.apps.changes.size() == 2 && !api.apps.grants_replaced);

    api.apps.held.find("firm")->second.endpoints.authorization = "https://elsewhere.example/authorize";
    const auto back = api.ask(ApiMethod::kPut, "/v1/apps/firm", kClios);
    cr_expect(api.apps.changes.size() == 2, "it is a change, too");
}
