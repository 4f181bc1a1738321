// SPDX-License-Identifier: Apache-2.0
// Authorization responses that come by redirect or by paste: whose they are, and what they say.
#include "unit/login_stage.h"

using namespace std::chrono_literals;
using agent::BrowserPage;
using agent::Error;

Test(login_responses, that_nobody_asked_for_change_nothing) {
    LoginStage stage;
    const std::string id = stage.begin();
    const std::string state = stage.parameter(id, "state");
    const std::string queries[] = {
        "code=C&state=" + state.substr(1),  // RFC 6749 section 10.12
        "code=C&state=" + state + "x",
        "code=C&state=",
        "code=C",
        "error=access_denied",
        "error=access_denied&state=wrong",
        "code=C&state=" + state + "&state=" + state,
        "code=%zz&state=" + state,
        "",
    };
    std::size_t pages = 0;
    for (const std::string& query : queries) {
        stage.listener.redirect(query);
        cr_assert(stage.listener.pages().size() == ++pages, "%s", query.c_str());
        const BrowserPage& page = stage.listener.pages().back();
        cr_expect(page.kind == BrowserPage::Kind::kNotExpected && page.account.empty(), "%s", query.c_str());
        EXPECT_TEXT(stage.outcome(id), "pending");
    }
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_responses, without_code_or_error_the_login_stays_open) {
    LoginStage stage;
    const std::string id = stage.begin();
    for (const char* query : {"scope=x", "code=", "code=C&code=D"}) {
        stage.redirect(id, query);
        EXPECT_TEXT(stage.page(), "failed");
        EXPECT_CONTAINS(stage.listener.pages().back().reason, "The login is still open.");
        EXPECT_TEXT(stage.outcome(id), "pending");
    }
    stage.finish(id);
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_responses, declined) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.redirect(id, "error=access_denied");
    EXPECT_TEXT(stage.outcome(id), "access_denied");
    EXPECT_TEXT(stage.page(), "declined");
    stage.run(1min);
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
    stage.timers.turn();
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
    EXPECT_TEXT(stage.page(), "not expected");
    stage.listener.redirect("code=C&state=");
    EXPECT_TEXT(stage.page(), "not expected");
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
    EXPECT_CONTAINS(stage.desk->paste(id, bad[0]).error().message, "state_mismatch");
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
