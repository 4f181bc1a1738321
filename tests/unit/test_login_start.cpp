// SPDX-License-Identifier: Apache-2.0
// What a login needs to begin.
#include "unit/login_stage.h"

using namespace std::chrono_literals;
using agent::App;
using agent::LoginDesk;

namespace {

std::string start(LoginStage& stage, const char* app, const char* account) {
    const auto state = stage.desk->start({.app = app, .account = account, .replace_user = false, .user = 0});
    return state ? "pending" : std::string(agent::problem_kind(state.error().code).name);
}

void add_app(LoginStage& stage, const char* name, const char* redirect_uri) {
    App app = stage.app.clone();
    app.name = name;
    app.redirect_uri = redirect_uri;
    stage.apps->put(std::move(app), false, [](const agent::Result<void>&) {}).reset();
    stage.timers.turn();
}

}  // namespace

Test(login_start, account_names) {
    LoginStage stage;
    EXPECT_TEXT(start(stage, "firm", "jane.doe@smith-law_2"), "pending");
    for (const char* name : {"", "two words", "../etc", "a/b", "a\n"})
        EXPECT_TEXT(start(stage, "firm", name), "bad_request");
    EXPECT_TEXT(start(stage, "firm", std::string(65, 'a').c_str()), "bad_request");
}

Test(login_start, the_app_may_be_left_out_when_there_is_one) {
    LoginStage stage;
    EXPECT_TEXT(start(stage, "", "smith"), "pending");
    EXPECT_TEXT(start(stage, "nobody", "smith"), "not_found");
    add_app(stage, "second", "http://127.0.0.1:5678/callback");
    EXPECT_TEXT(start(stage, "", "smith"), "bad_request");
    EXPECT_TEXT(start(stage, "second", "smith"), "pending");

    LoginStage none;
    none.has_app = false;
    none.restart();
    EXPECT_TEXT(start(none, "", "smith"), "not_found");
}

Test(login_start, one_listener_for_each_redirect_uri) {
    LoginStage stage;
    add_app(stage, "same", "http://127.0.0.1:5678/callback");
    add_app(stage, "path", "http://127.0.0.1:5678/other");
    add_app(stage, "port", "http://127.0.0.1:5679/callback");
    add_app(stage, "paste", "https://app.clio.com/oauth/approval");
    const std::pair<const char*, std::size_t> rows[] = {
        {"firm", 1}, {"same", 1}, {"path", 2}, {"port", 3}, {"paste", 3}};
    for (const auto& [app, open] : rows) {
        EXPECT_TEXT(start(stage, app, "smith"), "pending");
        cr_expect(stage.listener.open() == open, "%s: %zu", app, stage.listener.open());
    }
}

Test(login_start, a_response_counts_only_at_its_own_redirect_uri) {
    LoginStage stage;
    add_app(stage, "port", "http://127.0.0.1:5679/callback");
    const auto firm = stage.desk->start(
        {.app = "firm", .account = "smith", .replace_user = false, .user = fakes::FakeRedirectListener::kUser});
    const auto port = stage.desk->start(
        {.app = "port", .account = "smith", .replace_user = false, .user = fakes::FakeRedirectListener::kUser});
    const std::string query = "code=C&state=" + stage.parameter(firm->id, "state");
    stage.listener.redirect("127.0.0.1:5679/callback", query);
    EXPECT_TEXT(stage.page(), "not expected");
    EXPECT_TEXT(stage.outcome(firm->id), "pending");
    stage.listener.redirect("127.0.0.1:5678/callback", query);
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 1);
}

Test(login_start, only_so_many_are_open_at_once) {
    LoginStage stage;
    for (std::size_t i = 0; i < LoginDesk::kOpenAttempts; ++i) EXPECT_TEXT(start(stage, "", "smith"), "pending");
    EXPECT_TEXT(start(stage, "", "smith"), "temporarily_unavailable");
    stage.run(LoginDesk::kAttemptLife);
    EXPECT_TEXT(start(stage, "", "smith"), "pending");
}

Test(login_start, the_oldest_of_many_is_forgotten_and_never_an_open_one) {
    LoginStage stage;
    const std::string open = stage.begin("open");
    stage.run(1s);
    std::string first;
    for (std::size_t i = 0; i < LoginDesk::kRememberedAttempts; ++i) {
        const std::string id = stage.begin();
        if (i == 0) first = id;
        stage.run(1s);
        stage.desk->cancel(id);
    }
    EXPECT_TEXT(stage.outcome(first), "not_found");
    EXPECT_TEXT(stage.outcome(open), "pending");
    stage.run(2h);
    cr_expect(stage.timers.waiting() == 0);
}
