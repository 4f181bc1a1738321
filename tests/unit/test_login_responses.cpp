// SPDX-License-Identifier: Apache-2.0
// Authorization responses that come by redirect or by paste: whose they are, and what they say.
#include "unit/login_stage.h"

using namespace std::chrono_literals;
using agent::BrowserPage;
using agent::Error;

Test(login_responses, that_cannot_be_taken_change_nothing_and_say_why) {
    LoginStage stage;
    const std::string id = stage.begin();
    const std::string state = stage.parameter(id, "state");
    const std::string without = "no state, which tells whose login it ends";
    const std::string no_state = "it has " + without;
    const std::string another = "it belongs to another login, or to one that is over";
    const std::string damaged = "its address is damaged: it has a broken percent-encoding";
    const std::string nothing = "it has neither a code nor an error";
    const struct {
        std::string query;
        std::string why;
    } rows[] = {
        {"code=C&state=" + state.substr(1), another},  // RFC 6749 section 10.12
        {"code=C&state=" + state + "x", another},
        {"error=access_denied&state=wrong", another},
        {"code=C&state=", no_state},
        {"code=C", no_state},
        {"", no_state},
        {"code=C&state=" + state + "&state=" + state, no_state},
        {"error=access_denied", "it has the error access_denied and " + without},
        {"error=server_error&error_description=x", "it has the error server_error and " + without},
        {"error=Call+0800+and+tell+your+password", "it has an unknown error and " + without},
        {"code=%zz&state=" + state, damaged},
        {"code=C%2&state=" + state, damaged},
        {"code=C&state=" + state + "%", damaged},
        {"scope=x&state=" + state, nothing},
        {"code=&state=" + state, nothing},
        {"code=C&code=D&state=" + state, nothing},
    };
    std::size_t pages = 0;
    for (const auto& row : rows) {
        stage.listener.redirect(row.query);
        cr_assert(stage.listener.pages().size() == ++pages, "%s", row.query.c_str());
        const BrowserPage& page = stage.listener.pages().back();
        cr_expect(page.kind == BrowserPage::Kind::kFailed && page.account.empty(), "%s", row.query.c_str());
        EXPECT_TEXT(page.reason, "This answer cannot be taken: " + row.why +
                                     ". The login is still open: go back in the browser and allow the access again.");
        EXPECT_TEXT(stage.outcome(id), "pending");
    }
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.detail(id), "");
}

Test(login_responses, that_cannot_be_taken_are_told_to_the_person_who_waits) {
    struct {
        const char* query;
        const char* detail;
    } const rows[] = {{"code=%zz", "it has a broken percent-encoding; the login is still open"},
                      {"code=C", "it has no state"},
                      {"error=access_denied", "it has the error access_denied and no state"}};
    for (const auto& row : rows) {
        LoginStage stage;
        const std::string id = stage.begin();
        const Reply& waits = stage.waited([&](Reply& to) {
            return stage.desk->await(id, 1h, [&](const agent::Result<agent::LoginState>& s) { to.take(s->detail); });
        });
        stage.listener.redirect(row.query);
        EXPECT_CONTAINS(waits.text, row.detail);
        EXPECT_TEXT(stage.outcome(id), "pending");
        stage.finish(id);
        EXPECT_TEXT(stage.outcome(id), "done");
    }
}

Test(login_responses, by_https_are_told_to_the_person_who_waits) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.listener.knock_with_tls(/*user=*/2002);
    EXPECT_TEXT(stage.detail(id), "");
    stage.listener.knock_with_tls();
    EXPECT_CONTAINS(stage.detail(id),
                    "came back over https, but the redirect URI is http://127.0.0.1:5678/callback: put http in place");
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_responses, that_nobody_waits_for_are_told_so) {
    LoginStage stage;
    const std::string over = stage.begin("smith");
    stage.finish(over);
    for (const char* query : {"code=%zz", "code=C", "error=access_denied", "code=C&state=of-another"}) {
        stage.listener.redirect(query);
        EXPECT_TEXT(stage.page(), "not expected");
    }
}

Test(login_responses, that_come_again_get_the_same_page) {
    struct {
        const char* response;
        const char* page;
    } const rows[] = {{"code=C", "signed in"}, {"error=access_denied", "declined"}, {"error=server_error", "failed"}};
    for (const auto& row : rows) {
        LoginStage stage;
        const std::string id = stage.begin();
        stage.redirect(id, row.response);
        stage.redirect(id, row.response);  // a double click, or a connection that broke
        if (stage.outcome(id) == "pending") {
            stage.run(CoreStage::kAMoment);
            cr_expect(stage.http.sent() == 1, "a code works once");
            stage.give_tokens("A1", "R1");
            stage.redirect(id, row.response);
            cr_expect(stage.listener.pages().empty(), "nobody knows the end");
            stage.http.answer(200, LoginStage::kJane);
            stage.run(CoreStage::kAMoment);
            cr_expect(stage.listener.pages().size() == 3);
        }
        for (const char* more : {row.response, "code=D", "error=access_denied"}) {
            stage.run(1min);
            stage.redirect(id, more);
            EXPECT_TEXT(stage.page(), row.page);
        }
        stage.redirect(id, row.response);
        EXPECT_TEXT(stage.listener.pages().back().account, "smith");
        stage.listener.redirect(std::string(row.response) + "&state=" + stage.parameter(id, "state"), /*user=*/2002);
        EXPECT_TEXT(stage.page(), "not expected");

        stage.run(agent::LoginDesk::kPageLife - 3min);
        cr_expect(stage.listener.open() == 0, "nobody looks at a page for ever");
    }
}

Test(login_responses, that_come_again_keep_no_port_from_another_login) {
    LoginStage stage;
    const std::string over = stage.begin("smith");
    stage.finish(over);
    agent::App other = stage.app.clone();
    other.name = "other";
    other.redirect_uris = {"http://127.0.0.1:5678/other"};
    stage.listener.allow_one_path_a_port();
    stage.apps->put(std::move(other), false, [](const agent::Result<void>&) {}).reset();
    stage.timers.turn();
    cr_expect(stage.desk->start({.app = "other", .account = "jones"}));
}

Test(login_responses, declined) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.redirect(id, "error=access_denied");
    EXPECT_TEXT(stage.outcome(id), "access_denied");
    EXPECT_TEXT(stage.page(), "declined");
    stage.run(agent::LoginDesk::kPageLife);
    cr_expect(stage.http.sent() == 0 && stage.listener.open() == 0);
    EXPECT_TEXT(stage.now("smith"), "not_found");
}

Test(login_responses, other_errors_are_passed_on) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.redirect(id, "error=invalid_scope%0d%0a&error_description=no+%22such%22+scope%00");
    EXPECT_TEXT(stage.outcome(id), "invalid_scope\\x0d\\x0a");
    EXPECT_TEXT(stage.detail(id), "no \"such\" scope\\x00");
    EXPECT_TEXT(stage.page(), "failed");

    const std::string other = stage.begin();
    stage.redirect(other, "error=server_error&code=C");
    EXPECT_TEXT(stage.outcome(other), "server_error");
    EXPECT_TEXT(stage.detail(other), "the authorization server refused");
    stage.run(1min);
    cr_expect(stage.http.sent() == 0, "an error counts for more than a code");
}

Test(login_responses, find_their_attempt_among_several) {
    LoginStage stage;
    const std::string smith = stage.begin("smith");
    const std::string jones = stage.begin("jones");
    cr_expect(stage.listener.opened() == 1, "both share the port");
    stage.finish(jones);
    EXPECT_TEXT(stage.outcome(jones), "done");
    EXPECT_TEXT(stage.outcome(smith), "pending");
    cr_expect(stage.listener.open() == 1, "as long as one of them needs it");
    stage.redirect(smith, "error=access_denied");
    EXPECT_TEXT(stage.outcome(smith), "access_denied");
    stage.run(agent::LoginDesk::kPageLife);
    cr_expect(stage.listener.open() == 0);

    // Free again: a new attempt can listen.
    stage.begin("smith");
    cr_expect(stage.listener.open() == 1 && stage.listener.opened() == 2);
}

Test(login_responses, an_attempt_may_begin_while_the_port_of_the_last_one_closes) {
    LoginStage stage;
    const std::string first = stage.begin();
    stage.redirect(first, "error=access_denied");
    const std::string second = stage.begin();
    stage.timers.turn();
    cr_expect(stage.listener.open() == 1);
    stage.finish(second);
    EXPECT_TEXT(stage.outcome(second), "done");
}

Test(login_responses, do_not_reach_attempts_that_are_over) {
    LoginStage stage;
    const std::string over = stage.begin("smith");
    const std::string state = stage.parameter(over, "state");
    stage.begin("jones");
    stage.desk->cancel(over);
    stage.listener.redirect("code=C&state=" + state);
    EXPECT_TEXT(stage.page(), "failed");
    EXPECT_CONTAINS(stage.listener.pages().back().reason, "the login was cancelled");
    EXPECT_TEXT(stage.paste(over, "C"), "conflict");
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
}

Test(login_responses, pasted_urls_must_belong_to_the_attempt) {
    LoginStage stage;
    const std::string id = stage.begin();
    const std::string other = stage.begin("jones");
    const std::string base = "http://127.0.0.1:5678/callback?";
    const std::string bad[] = {
        base + "code=C&state=wrong",
        base + "code=C",
        base + "code=C&state=",
        base + "code=C&state=" + stage.parameter(other, "state"),
        base + "state=" + stage.parameter(id, "state"),
        base + "code=%zz&state=" + stage.parameter(id, "state"),
        "http://127.0.0.1:5678/callback",
        "two words",
        "",
    };
    for (const std::string& text : bad) {
        EXPECT_TEXT(stage.paste(id, text), "bad_request");
        EXPECT_TEXT(stage.outcome(id), "pending");
    }
    EXPECT_CONTAINS(stage.desk->paste(id, bad[0]).error().message, "does not belong to this login");
    EXPECT_TEXT(stage.paste("0123", "C"), "not_found");
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);

    EXPECT_TEXT(stage.paste(id, base + "code=C&state=" + stage.parameter(id, "state")), "pending");
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 1);
    EXPECT_TEXT(stage.paste(other, base + "error=access_denied&state=" + stage.parameter(other, "state")),
                "access_denied");
}

Test(login_responses, a_port_that_is_taken_says_so) {
    LoginStage stage;
    stage.listener.refuse(Error{.code = Error::Code::kConflict, .message = "127.0.0.1:5678 is taken"});
    const auto state = stage.desk->start({.app = "firm", .account = "smith", .replace_user = false, .user = 0});
    cr_assert_not(state);
    cr_expect(state.error().code == Error::Code::kConflict);
    EXPECT_TEXT(state.error().message, "127.0.0.1:5678 is taken");
    stage.listener.refuse(std::nullopt);
    stage.finish(stage.begin());
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(login_responses, come_from_the_user_who_began_the_login) {
    LoginStage stage;
    const std::string id = stage.begin();
    cr_expect(stage.listener.expects(fakes::FakeRedirectListener::kUser));
    cr_expect_not(stage.listener.expects(0) || stage.listener.expects(2002));
    stage.listener.redirect("code=C&state=" + stage.parameter(id, "state"), /*user=*/2002);
    EXPECT_TEXT(stage.page(), "not expected");
    stage.listener.redirect("error=access_denied&state=" + stage.parameter(id, "state"), /*user=*/0);
    EXPECT_TEXT(stage.page(), "not expected");
    EXPECT_TEXT(stage.outcome(id), "pending");
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_responses, begin_with_a_link_that_works_once) {
    LoginStage stage;
    const std::string id = stage.begin();
    const std::string other = stage.begin("jones");
    const std::string link = stage.desk->state(id)->start_url;
    cr_expect(link.starts_with("http://127.0.0.1:5678/clio-agent/start?"), "%s", link.c_str());
    cr_expect(link != stage.desk->state(other)->start_url);
    for (const std::string& secret : {stage.parameter(id, "state"), stage.parameter(id, "client_id") + "&"})
        cr_expect(link.find(secret) == std::string::npos);

    stage.listener.open_link(link, /*user=*/2002);
    EXPECT_TEXT(stage.page(), "not expected");
    for (const char* wrong : {"http://h/s?", "http://h/s?0123456789abcdef0123456789abcdef"}) {
        stage.listener.open_link(wrong);
        EXPECT_TEXT(stage.page(), "not expected");
    }
    stage.listener.open_link(link);
    EXPECT_TEXT(stage.page(), "go to");
    EXPECT_TEXT(stage.listener.pages().back().location, stage.desk->state(id)->authorization_url);
    stage.listener.open_link(link);
    EXPECT_TEXT(stage.page(), "failed");
    stage.desk->cancel(other);
    stage.listener.open_link(stage.desk->state(other)->start_url);
    EXPECT_TEXT(stage.page(), "not expected");
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_responses, that_come_again_and_again_wait_in_a_few_browsers_only) {
    LoginStage stage;
    const std::string id = stage.begin();
    for (int i = 0; i < 30; ++i) stage.redirect(id, "code=C");
    cr_expect_eq(stage.listener.pages().size(), 26);
    EXPECT_TEXT(stage.page(), "not yet");
    stage.run(CoreStage::kAMoment);
    stage.give_tokens("A1", "R1");
    stage.http.answer(200, LoginStage::kJane);
    stage.run(CoreStage::kAMoment);
    cr_expect_eq(stage.listener.pages().size(), 30);
    EXPECT_TEXT(stage.page(), "signed in");
}
