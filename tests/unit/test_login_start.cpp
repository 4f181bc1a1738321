// SPDX-License-Identifier: Apache-2.0
// What a login needs to begin.
#include "base/text/encoding.h"
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
    app.redirect_uris = {redirect_uri};
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
    EXPECT_TEXT(stage.page(), "failed");
    EXPECT_CONTAINS(stage.listener.pages().back().reason, "it belongs to another login");
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

Test(login_start, takes_the_first_redirect_uri_whose_port_is_free) {
    struct {
        std::vector<std::string> taken;
        const char* redirect_uri;  // null: none
    } const rows[] = {{{}, "http://127.0.0.1:5678/callback"},
                      {{"127.0.0.1:5678/callback"}, "http://127.0.0.1:5679/callback"},
                      {{"127.0.0.1:5678/callback", "127.0.0.1:5679/callback"}, "https://app.clio.com/oauth/approval"}};
    for (const auto& row : rows) {
        LoginStage stage;
        stage.app.redirect_uris = {"http://127.0.0.1:5678/callback", "http://127.0.0.1:5679/callback",
                                   "https://app.clio.com/oauth/approval"};
        stage.restart();
        for (const std::string& taken : row.taken) stage.listener.take_away(taken);
        const std::string id = stage.begin();
        const auto state = stage.desk->state(id);
        EXPECT_TEXT(state->redirect_uri, row.redirect_uri);
        EXPECT_TEXT(stage.parameter(id, "redirect_uri"), agent::percent_encode(row.redirect_uri));
        cr_expect(state->start_url.empty() == state->redirect_uri.starts_with("https"));
        EXPECT_TEXT(stage.paste(id, "C"), "pending");
        stage.run(CoreStage::kAMoment);
        EXPECT_CONTAINS(stage.http.last().form_body.reveal(),
                        "&redirect_uri=" + agent::percent_encode(row.redirect_uri) + "&");
    }
}

Test(login_start, says_why_each_port_is_not_free) {
    LoginStage stage;
    stage.app.redirect_uris = {"http://127.0.0.1:5678/callback", "http://127.0.0.1:5679/callback"};
    stage.restart();
    for (const char* taken : {"127.0.0.1:5678/callback", "127.0.0.1:5679/callback"}) stage.listener.take_away(taken);
    const auto state = stage.desk->start({.app = {}, .account = "smith"});
    cr_assert_not(state);
    cr_expect(state.error().code == agent::Error::Code::kConflict);
    EXPECT_TEXT(state.error().message,
                "fake listener: 127.0.0.1:5678/callback is taken; fake listener: 127.0.0.1:5679/callback is taken");
}

Test(login_start, ends_with_the_program_that_asked) {
    for (const char* response : {"", "code=C"}) {
        LoginStage stage;
        std::function<void()> ended;
        const auto state = stage.desk->start({.app = {},
                                              .account = "smith",
                                              .user = fakes::FakeRedirectListener::kUser,
                                              .when_caller_ends = [&](std::function<void()> call) {
                                                  ended = std::move(call);
                                                  return std::make_unique<agent::Waiting>();
                                              }});
        cr_assert(state && ended);
        const bool came_back = *response != '\0';
        if (came_back) stage.redirect(state->id, response);
        stage.run(CoreStage::kAMoment);
        ended();
        EXPECT_TEXT(stage.outcome(state->id), came_back ? "pending" : "cancelled");
        stage.timers.turn();
        cr_expect(stage.listener.open() == (came_back ? 1 : 0), "the port is free again");
        if (!came_back) EXPECT_TEXT(stage.detail(state->id), "the program that began the login has ended");
    }
}
