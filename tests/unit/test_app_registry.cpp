// SPDX-License-Identifier: Apache-2.0
#include "core/apps/app_registry.h"

#include <optional>
#include <vector>

#include "core/oauth/app_presets.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_token_store.h"
#include "fakes/sealing.h"

using agent::App;
using agent::AppRegistry;
using agent::Error;
using agent::Result;
using agent::Sealer;
using agent::SealingKey;
using agent::SecretString;
using agent::StoredRow;
using fakes::need_sealing;

namespace {

App app_named(const char* name, const char* secret = "s3cret") {
    App app;
    app.name = name;
    app.client_id = "id";
    app.client_secret = SecretString(secret);
    app.redirect_uris = {"http://127.0.0.1:5678/callback"};
    app.endpoints = agent::clio_endpoints(app.product, app.region);
    return app;
}

struct Outcome {
    std::unique_ptr<agent::Waiting> waiting;
    std::optional<Result<void>> result;
};

/// A registry with one app of the configuration, over a store that outlives it.
struct Desk {
    Desk() { start(); }

    void start() {
        std::vector<App> configured;
        configured.push_back(app_named("config"));
        registry.emplace(sealer, timers, store, std::move(configured));
        registry->on_change([this](const std::string& name) { changed += name + " "; });
    }

    std::unique_ptr<Outcome> put(App app) {
        auto outcome = std::make_unique<Outcome>();
        outcome->waiting =
            registry->put(std::move(app), false, [o = outcome.get()](Result<void> r) { o->result = std::move(r); });
        return outcome;
    }
    std::unique_ptr<Outcome> remove(const char* name) {
        auto outcome = std::make_unique<Outcome>();
        outcome->waiting = registry->remove(name, [o = outcome.get()](Result<void> r) { o->result = std::move(r); });
        return outcome;
    }
    void expect_refused(std::unique_ptr<Outcome> outcome, Error::Code code) {
        cr_expect_not(outcome->result.has_value(), "never before its starter has returned");
        timers.turn();
        cr_assert(outcome->result.has_value());
        cr_assert_not(*outcome->result);
        cr_expect(outcome->result->error().code == code, "%s", outcome->result->error().message.c_str());
    }
    std::string secret_of(const char* name) {
        const App* app = registry->find(name);
        cr_assert(app != nullptr);
        return std::string(registry->secret(*app)->reveal());
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeTokenStore store{timers};
    Sealer sealer{*SealingKey::from_raw(agent::as_bytes(std::string(SealingKey::kSize, 'k')))};
    std::string changed;
    std::optional<AppRegistry> registry;
};

}  // namespace

TestSuite(app_registry, .init = need_sealing);

Test(app_registry, has_the_apps_of_the_configuration) {
    Desk desk;
    cr_assert(desk.registry->find("config") != nullptr);
    EXPECT_TEXT(desk.secret_of("config"), "s3cret");
    cr_expect(desk.registry->find("other") == nullptr);
    const auto facts = desk.registry->facts("config");
    cr_assert(facts);
    cr_expect(facts->from_configuration && facts->accounts == 0);
    cr_expect(desk.registry->facts("other").error().code == Error::Code::kNotFound);
}

Test(app_registry, secrets_come_out_by_secret_alone) {
    Desk desk;
    cr_expect(desk.registry->find("config")->client_secret.empty());
    cr_expect(desk.registry->facts("config")->app.client_secret.empty());
    for (const auto& facts : desk.registry->list()) cr_expect(facts.app.client_secret.empty());
}

Test(app_registry, an_app_counts_once_it_is_durable) {
    Desk desk;
    desk.store.hold();
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    cr_expect(desk.registry->find("firm") == nullptr && !put->result);
    desk.store.finish();
    cr_assert(put->result && *put->result);
    EXPECT_TEXT(desk.secret_of("firm"), "s3cret");
    cr_expect_not(desk.registry->facts("firm")->from_configuration);
    EXPECT_TEXT(desk.changed, "firm ");
}

Test(app_registry, replacing_changes_all_of_it) {
    Desk desk;
    const auto first = desk.put(app_named("firm"));
    desk.timers.turn();
    App next = app_named("firm", "new");
    next.client_id = "new-id";
    const auto second = desk.put(std::move(next));
    desk.timers.turn();
    EXPECT_TEXT(desk.secret_of("firm"), "new");
    EXPECT_TEXT(desk.registry->find("firm")->client_id, "new-id");
    EXPECT_TEXT(desk.changed, "firm firm ");
    cr_expect(desk.store.log() == std::vector<std::string>({"put firm 0->1", "put firm 1->2"}));
}

Test(app_registry, survives_a_restart_sealed) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    const StoredRow row = *desk.store.find(StoredRow::Kind::kApp, "firm");
    const std::string bytes(reinterpret_cast<const char*>(row.sealed.data()), row.sealed.size());
    // Texts long enough not to come up among random bytes by themselves.
    cr_expect(bytes.find("s3cret") == std::string::npos && bytes.find("client_id") == std::string::npos);

    desk.start();
    cr_assert(desk.registry->load(row));
    EXPECT_TEXT(desk.secret_of("firm"), "s3cret");
    const auto replaced = desk.put(app_named("firm", "new"));
    desk.timers.turn();
    EXPECT_TEXT(desk.store.log().back(), "put firm 1->2");
}

Test(app_registry, refuses_rows_that_are_not_its_own) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    const StoredRow good = *desk.store.find(StoredRow::Kind::kApp, "firm");
    StoredRow renamed = good;
    renamed.name = "other";
    StoredRow newer = good;
    newer.generation = 9;
    StoredRow damaged = good;
    damaged.sealed.back() ^= std::byte{1};
    desk.start();
    for (const StoredRow& row : {renamed, newer, damaged}) {
        const auto restored = desk.registry->load(row);
        cr_assert_not(restored);
        cr_expect(restored.error().code == Error::Code::kInternal);
    }
    cr_expect(desk.registry->list().size() == 1);
}

Test(app_registry, the_configuration_wins_over_what_was_stored) {
    Desk desk;
    const auto put = desk.put(app_named("firm", "stored"));
    desk.timers.turn();
    const StoredRow row = *desk.store.find(StoredRow::Kind::kApp, "firm");
    std::vector<App> configured;
    configured.push_back(app_named("firm", "configured"));
    desk.registry.emplace(desk.sealer, desk.timers, desk.store, std::move(configured));
    const auto restored = desk.registry->load(row);
    cr_assert_not(restored);
    cr_expect(restored.error().code == Error::Code::kConflict);
    EXPECT_TEXT(desk.secret_of("firm"), "configured");
}

Test(app_registry, the_configuration_is_not_changed_here) {
    Desk desk;
    desk.expect_refused(desk.put(app_named("config", "new")), Error::Code::kConflict);
    desk.expect_refused(desk.remove("config"), Error::Code::kConflict);
    EXPECT_TEXT(desk.secret_of("config"), "s3cret");
    cr_expect(desk.store.log().empty());
}

Test(app_registry, removes) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    const auto removed = desk.remove("firm");
    cr_expect(desk.registry->find("firm") != nullptr);
    desk.timers.turn();
    cr_assert(removed->result && *removed->result);
    cr_expect(desk.registry->find("firm") == nullptr);
    cr_expect(desk.store.rows().empty());
    EXPECT_TEXT(desk.changed, "firm firm ");
    desk.expect_refused(desk.remove("firm"), Error::Code::kNotFound);
}

Test(app_registry, keeps_an_app_that_accounts_use) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    desk.registry->count_users_with([] { return agent::AppRegistry::Users{{"firm", 2}}; });
    cr_expect(desk.registry->facts("firm")->accounts == 2);
    auto removed = desk.remove("firm");
    desk.expect_refused(std::move(removed), Error::Code::kConflict);
    cr_expect(desk.registry->find("firm") != nullptr);
}

Test(app_registry, a_list_counts_users_in_one_pass) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    int passes = 0;
    desk.registry->count_users_with([&passes] {
        ++passes;
        return agent::AppRegistry::Users{{"firm", 2}, {"gone", 1}};
    });
    const auto all = desk.registry->list();
    cr_expect(all.size() == 2 && all[0].accounts == 0 && all[1].accounts == 2 && passes == 1);
}

Test(app_registry, a_disk_that_refuses_changes_nothing) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    desk.store.disk_is_full();
    const auto replaced = desk.put(app_named("firm", "new"));
    const auto added = desk.put(app_named("more"));
    const auto removed = desk.remove("firm");
    desk.timers.turn();
    for (const auto* outcome : {&replaced, &added, &removed}) {
        cr_assert((*outcome)->result.has_value());
        cr_expect((*outcome)->result->error().code == Error::Code::kTemporarilyUnavailable);
    }
    EXPECT_TEXT(desk.secret_of("firm"), "s3cret");
    cr_expect(desk.registry->find("more") == nullptr);
    EXPECT_TEXT(desk.changed, "firm ");
}

Test(app_registry, of_two_at_once_one_wins_and_the_other_learns_it) {
    Desk desk;
    const auto first = desk.put(app_named("firm", "first"));
    const auto second = desk.put(app_named("firm", "second"));
    desk.timers.turn();
    cr_assert(first->result && *first->result);
    cr_assert(second->result && !*second->result);
    cr_expect(second->result->error().code == Error::Code::kConflict);
    EXPECT_TEXT(desk.secret_of("firm"), "first");
}

Test(app_registry, the_change_goes_on_when_the_wait_is_given_up) {
    Desk desk;
    const auto put = desk.put(app_named("firm"));
    put->waiting.reset();
    auto refused = desk.put(app_named("config"));
    refused->waiting.reset();
    desk.timers.turn();
    cr_expect(desk.registry->find("firm") != nullptr);
    cr_expect_not(put->result.has_value() || refused->result.has_value());
}

namespace {

void reconfigure(Desk& desk, std::initializer_list<std::pair<const char*, const char*>> names_and_secrets) {
    std::vector<App> configured;
    for (const auto& [name, secret] : names_and_secrets) configured.push_back(app_named(name, secret));
    desk.changed.clear();
    desk.registry->reconfigure(std::move(configured));
}

}  // namespace

Test(app_registry, a_new_configuration_adds_changes_and_removes) {
    Desk desk;
    reconfigure(desk, {{"config", "s3cret"}, {"added", "s3cret"}});
    EXPECT_TEXT(desk.changed, "added ");
    reconfigure(desk, {{"config", "another"}, {"added", "s3cret"}});
    EXPECT_TEXT(desk.changed, "config ");
    EXPECT_TEXT(desk.secret_of("config"), "another");
    reconfigure(desk, {{"added", "s3cret"}});
    EXPECT_TEXT(desk.changed, "config ");
    cr_expect(desk.registry->find("config") == nullptr && desk.registry->list().size() == 1);

    App described = app_named("added");
    described.scope = "more";
    std::vector<App> configured;
    configured.push_back(std::move(described));
    desk.changed.clear();
    desk.registry->reconfigure(std::move(configured));
    EXPECT_TEXT(desk.changed, "added ");
    EXPECT_TEXT(desk.registry->find("added")->scope, "more");
}

Test(app_registry, a_stored_app_makes_way_for_the_configuration_and_comes_back) {
    Desk desk;
    const auto put = desk.put(app_named("firm", "stored"));
    desk.timers.turn();
    reconfigure(desk, {{"firm", "configured"}});
    EXPECT_TEXT(desk.changed, "config firm ");
    EXPECT_TEXT(desk.secret_of("firm"), "configured");
    cr_expect(desk.registry->facts("firm")->from_configuration && desk.registry->list().size() == 1);
    desk.expect_refused(desk.put(app_named("firm")), Error::Code::kConflict);
    desk.expect_refused(desk.remove("firm"), Error::Code::kConflict);

    reconfigure(desk, {});
    EXPECT_TEXT(desk.changed, "firm ");
    EXPECT_TEXT(desk.secret_of("firm"), "stored");
    cr_expect_not(desk.registry->facts("firm")->from_configuration);
    reconfigure(desk, {{"firm", "stored"}});
    EXPECT_TEXT(desk.changed, "");
}

Test(app_registry, an_app_that_was_left_aside_at_the_start_comes_back) {
    Desk desk;
    const auto put = desk.put(app_named("firm", "stored"));
    desk.timers.turn();
    std::vector<App> configured;
    configured.push_back(app_named("firm", "configured"));
    desk.registry.emplace(desk.sealer, desk.timers, desk.store, std::move(configured));
    cr_expect(desk.registry->load(*desk.store.find(StoredRow::Kind::kApp, "firm")).error().code ==
              Error::Code::kConflict);
    EXPECT_TEXT(desk.secret_of("firm"), "configured");
    desk.registry->reconfigure({});
    EXPECT_TEXT(desk.secret_of("firm"), "stored");
}

namespace {

/// "firm", of generation 2, with a row that does not open, as a restarted agent finds it.
void damage_firm(Desk& desk) {
    const auto first = desk.put(app_named("firm"));
    desk.timers.turn();
    const auto second = desk.put(app_named("firm"));
    desk.timers.turn();
    StoredRow& row = *desk.store.find(StoredRow::Kind::kApp, "firm");
    row.sealed.back() ^= std::byte{1};
    desk.start();
    cr_assert_not(desk.registry->load(row));
    cr_expect(desk.registry->list().size() == 1 && desk.registry->unreadable().size() == 1);
    EXPECT_TEXT(desk.registry->unreadable().front().name, "firm");
    EXPECT_CONTAINS(desk.registry->unreadable().front().reason, "cannot be opened");
    EXPECT_CONTAINS(desk.registry->facts("firm").error().message, "add the app again");
}

}  // namespace

Test(app_registry, one_that_does_not_open_is_replaced) {
    Desk desk;
    damage_firm(desk);
    const auto put = desk.put(app_named("firm", "new"));
    desk.timers.turn();
    cr_assert(put->result && *put->result);
    EXPECT_TEXT(desk.store.log().back(), "put firm 2->3");
    EXPECT_TEXT(desk.secret_of("firm"), "new");
    cr_expect(desk.registry->unreadable().empty());
}

Test(app_registry, one_that_does_not_open_is_removed) {
    Desk desk;
    damage_firm(desk);
    const auto removed = desk.remove("firm");
    desk.timers.turn();
    cr_assert(removed->result && *removed->result);
    cr_expect(desk.registry->unreadable().empty() && desk.store.find(StoredRow::Kind::kApp, "firm") == nullptr);
    const auto put = desk.put(app_named("firm"));
    desk.timers.turn();
    EXPECT_TEXT(desk.store.log().back(), "put firm 0->1");
}

Test(app_registry, what_another_program_has_stored_is_found_and_can_be_changed) {
    Desk desk;
    const auto added = desk.put(app_named("firm"));
    desk.timers.turn();
    cr_assert(added->result && *added->result);
    StoredRow& row = *desk.store.find(StoredRow::Kind::kApp, "firm");
    row = agent::seal_app(desk.sealer, app_named("firm", "of another"), 5);

    desk.expect_refused(desk.put(app_named("firm", "mine")), Error::Code::kConflict);
    EXPECT_TEXT(desk.secret_of("firm"), "of another");
    const auto again = desk.put(app_named("firm", "mine"));
    desk.timers.turn();
    cr_assert(again->result && *again->result);
    EXPECT_TEXT(desk.secret_of("firm"), "mine");
    cr_expect(desk.store.find(StoredRow::Kind::kApp, "firm")->generation == 6);

    desk.store.rows().clear();
    const auto removed = desk.remove("firm");
    desk.timers.turn();
    cr_expect(removed->result && *removed->result, "what is gone is removed");
}
