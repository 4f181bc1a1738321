// SPDX-License-Identifier: Apache-2.0
// What only a person can put right other than by a login: it has a state of its own, is told once, and its end too.
#include "core_stage.h"

using namespace std::chrono_literals;

namespace {

void begin_troubled_refresh(CoreStage& stage) {
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
}

agent::HttpResponse tokens_at(agent::WallTime date) {
    return {.status = 200,
            .content_type = "application/json",
            .retry_after = {},
            .body = agent::SecretString(R"({"access_token":"A2","expires_in":3600})"),
            .date = date};
}

}  // namespace

Test(book_trouble, a_refused_app_is_told_once_and_its_end_once) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    begin_troubled_refresh(stage);
    stage.say_invalid_client();
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    EXPECT_TEXT(stage.book->facts("smith")->next_step, "clioctl app check firm");
    cr_expect(stage.book->status().needs_attention == 1 && stage.book->status().stale == 0);
    EXPECT_TEXT(stage.now("smith"), "A1#1");  // served while it lives
    stage.run(12min);
    stage.say_invalid_client();
    stage.run(12min);
    stage.let_refresh("A2", "", 24h);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    cr_expect(stage.book->facts("smith")->next_step.empty());
    EXPECT_TEXT(stage.heard,
                "logged_in smith#1\nrefresh_failed smith#1\nneeds_attention smith#1\nrefresh_failed smith#1\n"
                "refreshed smith#2\nrecovered smith#2\n");
}

Test(book_trouble, waiting_does_not_help_and_the_answer_says_so) {
    CoreStage stage;
    stage.log_in("smith");
    begin_troubled_refresh(stage);
    stage.say_invalid_client();
    stage.clock.set_wall(fakes::FakeClock::kStart + 61min);
    const Reply& reply = stage.ask("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "needs_attention");
    EXPECT_CONTAINS(reply.error.message, "invalid_client; next: clioctl app check firm");
}

Test(book_trouble, an_untrusted_server_is_asked_again_soon) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    begin_troubled_refresh(stage);
    stage.http.be_untrusted();
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    EXPECT_CONTAINS(stage.reason("smith"), "unknown authority");
    stage.run(2s);
    cr_expect(stage.http.open() == 1);
}

Test(book_trouble, a_reload_tries_again_at_once) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    begin_troubled_refresh(stage);
    stage.say_invalid_client();
    stage.run(1min);
    cr_expect(stage.http.open() == 0);
    stage.book->reconfigure(stage.options);
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.open() == 1);
}

Test(book_trouble, an_outage_is_another_matter) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    begin_troubled_refresh(stage);
    stage.be_down();
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nrefresh_failed smith#1\n");
}

Test(book_trouble, a_clock_that_is_far_off_is_told_and_serves_all_the_same) {
    for (const auto& [ahead, told] : {std::pair(6min, "6 minutes ahead of"), std::pair(-6min, "6 minutes behind"),
                                      std::pair(-180min, "3 hours behind"), std::pair(72 * 60min, "3 days ahead of")}) {
        CoreStage stage;
        stage.log_in("smith");
        begin_troubled_refresh(stage);
        stage.http.finish(tokens_at(stage.clock.now() - ahead));
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(stage.state("smith"), "needs_attention#2");
        EXPECT_CONTAINS(stage.reason("smith"), told);
        EXPECT_TEXT(stage.now("smith"), "A2#2");
        stage.run(48min);
        stage.http.finish(tokens_at(stage.clock.now()));
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(stage.state("smith"), "ready#3");
        EXPECT_CONTAINS(stage.heard, "needs_attention smith#2\nrefreshed smith#3\nrecovered smith#3\n");
    }
}

Test(book_trouble, a_clock_that_is_set_right_or_wrong_is_told_at_once) {
    CoreStage stage;
    stage.log_in("smith", 24h * 30);
    begin_troubled_refresh(stage);
    stage.http.finish(tokens_at(stage.clock.now() + 6min));
    stage.run(CoreStage::kAMoment);
    stage.run(10min);
    EXPECT_TEXT(stage.state("smith"), "needs_attention#2");
    stage.timers.set_wall(stage.clock.now() + 6min);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.reason("smith"), "");
    cr_expect(stage.heard.ends_with("needs_attention smith#2\nrecovered smith#2\n"), "%s", stage.heard.c_str());
    stage.timers.sleep(1h);
    EXPECT_CONTAINS(stage.heard, "recovered smith#2\n");
    stage.timers.set_wall(stage.clock.now() - 7min);
    EXPECT_CONTAINS(stage.reason("smith"), "7 minutes behind");
    EXPECT_CONTAINS(stage.heard, "recovered smith#2\nneeds_attention smith#2\n");
}

Test(book_trouble, a_clock_that_is_nearly_right_is_right) {
    CoreStage stage;
    stage.log_in("smith");
    begin_troubled_refresh(stage);
    stage.http.finish(tokens_at(stage.clock.now() - 5min));
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_trouble, an_answer_that_waited_to_be_read_says_nothing_of_the_clock) {
    CoreStage stage;
    stage.log_in("smith");
    begin_troubled_refresh(stage);
    const agent::WallTime sent = stage.clock.now();
    stage.clock.advance(10min);  // the process was stopped
    stage.http.finish(tokens_at(sent));
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_trouble, an_account_without_its_app_is_never_shown_as_ready) {
    CoreStage stage;
    stage.log_in("smith");
    stage.has_app = false;
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    EXPECT_TEXT(stage.book->facts("smith")->next_step, "clioctl app add firm");
    cr_expect(stage.book->status().needs_attention == 1);
}

Test(book_trouble, a_login_comes_before_anything_else) {
    CoreStage stage;
    stage.log_in("smith");
    begin_troubled_refresh(stage);
    stage.say_invalid_grant();
    stage.has_app = false;
    stage.run(CoreStage::kAMoment);
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.book->facts("smith")->next_step, "clioctl login smith");
    cr_expect(stage.book->status().login_required == 1 && stage.book->status().needs_attention == 0);
}
