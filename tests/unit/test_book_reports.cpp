// SPDX-License-Identifier: Apache-2.0
// Callers tell that a token was refused.
#include "core/refresh/refresh_timing.h"
#include "core/refresh/report_budget.h"
#include "unit/core_stage.h"

using namespace std::chrono_literals;

Test(book_reports, a_401_leads_to_one_refresh) {
    CoreStage stage;
    stage.log_in("smith");
    for (int i = 0; i < 100; ++i) EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    // Callers that ask meanwhile wait for the newer one, however long the old one might live.
    EXPECT_TEXT(stage.now("smith"), "wait");
    const Reply& reply = stage.ask("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(reply.text, "A2#2");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nreported smith#1\nrefreshed smith#2\n");
    EXPECT_TEXT(stage.report("smith", 1), "newer_exists");
    stage.run(1min);
    cr_expect(stage.http.sent() == 1);
}

Test(book_reports, other_statuses_lead_to_none) {
    CoreStage stage;
    stage.log_in("smith");
    for (const int status : {200, 400, 403, 404, 429, 500, 503}) {
        EXPECT_TEXT(stage.report("smith", 1, status), "ignored");
        EXPECT_TEXT(stage.now("smith"), "A1#1");
    }
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
}

Test(book_reports, generations_that_are_not_the_present_one) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.report("smith", 1), "newer_exists");
    EXPECT_TEXT(stage.report("smith", 1, 403), "newer_exists");
    EXPECT_TEXT(stage.report("smith", 3), "bad_request");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    stage.run(1min);
    cr_expect(stage.http.sent() == 1);
}

Test(book_reports, at_most_one_refresh_for_each_generation) {
    CoreStage stage;
    stage.log_in("smith");
    stage.report("smith", 1);
    stage.run(CoreStage::kAMoment);
    stage.be_down();
    // It failed: the next attempt comes when it comes, and the report is no reason to hasten it.
    for (int i = 0; i < 100; ++i) EXPECT_TEXT(stage.report("smith", 1), "ignored");
    cr_expect(stage.http.sent() == 1);
    EXPECT_TEXT(stage.now("smith"), "A1#1");

    stage.run(1s);
    stage.give_tokens("A2");
    stage.timers.turn();
    stage.run(agent::kFirstReportPause);
    EXPECT_TEXT(stage.report("smith", 2), "refreshing");
    stage.let_refresh("A3");
    cr_expect(stage.http.sent() == 3);
}

Test(book_reports, one_of_a_token_made_for_a_report_leads_to_a_reason_and_not_to_a_loop) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    stage.report("smith", 1);
    stage.let_refresh("A2", "", 24h);
    for (int i = 0; i < 100; ++i) EXPECT_TEXT(stage.report("smith", 2), "ignored");
    stage.run(agent::kFirstReportPause - 1s);
    EXPECT_TEXT(stage.report("smith", 2), "ignored");
    cr_expect(stage.http.sent() == 1);
    EXPECT_TEXT(stage.state("smith"), "needs_attention#2");
    EXPECT_CONTAINS(stage.reason("smith"), "region and api_base https://api.example");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    EXPECT_TEXT(stage.heard,
                "logged_in smith#1\nreported smith#1\nrefreshed smith#2\nreported smith#2\nneeds_attention smith#2\n");

    // Then one more, for it may have been revoked meanwhile; the next has to wait for longer.
    stage.run(1s);
    EXPECT_TEXT(stage.report("smith", 2), "refreshing");
    stage.let_refresh("A3", "", 24h);
    EXPECT_CONTAINS(stage.reason("smith"), "region and api_base");
    stage.run(agent::kFirstReportPause);
    EXPECT_TEXT(stage.report("smith", 3), "ignored");
    stage.run(agent::kFirstReportPause);
    EXPECT_TEXT(stage.report("smith", 3), "refreshing");
}

Test(book_reports, where_every_token_is_refused_nothing_recovers_in_between) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    for (int minute = 0; minute < 12 * 60; ++minute) {
        stage.report("smith", stage.book->facts("smith")->generation);
        stage.run(30s);
        if (stage.http.open() > 0) stage.give_tokens("A", "", 24h);
        stage.run(30s);
    }
    cr_expect(stage.http.sent() == 7, "%zu refreshes", stage.http.sent());
    cr_expect(stage.heard.find("recovered") == std::string::npos, "%s", stage.heard.c_str());

    stage.run(agent::kLongestReportPause - 2min);
    EXPECT_CONTAINS(stage.state("smith"), "needs_attention#");
    stage.run(1min);
    EXPECT_CONTAINS(stage.state("smith"), "ready#");
    cr_expect(stage.heard.ends_with("recovered smith#8\n"), "%s", stage.heard.c_str());
}

Test(book_reports, a_login_begins_afresh_and_a_refresh_for_another_reason_does_not) {
    CoreStage stage;
    stage.log_in("smith");
    stage.report("smith", 1);
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.report("smith", 2), "ignored");
    stage.refresh("smith");
    stage.let_refresh("A3");
    EXPECT_TEXT(stage.report("smith", 3), "ignored");
    EXPECT_TEXT(stage.state("smith"), "needs_attention#3");
    stage.log_in("smith", 1h, "A4", "R4");
    EXPECT_TEXT(stage.state("smith"), "ready#4");
    EXPECT_TEXT(stage.report("smith", 4), "refreshing");
}

Test(book_reports, with_wishes_for_long_lives_cause_few_refreshes) {
    CoreStage stage;
    stage.log_in("smith");
    for (int second = 0; second < 3600; ++second) {
        if (stage.now("smith", 59min) == "wait") stage.ask("smith", 59min);
        stage.report("smith", stage.book->facts("smith")->generation);
        stage.run(500ms);
        if (stage.http.open() > 0) stage.give_tokens("A");
        stage.run(500ms);
    }
    cr_expect(stage.http.sent() <= 5, "%zu refreshes in an hour", stage.http.sent());
}

Test(book_reports, are_forgotten_after_a_day) {
    CoreStage stage;
    stage.log_in("smith", 24h * 30);
    for (std::uint64_t generation = 1; generation < 4; ++generation) {
        EXPECT_TEXT(stage.report("smith", generation), "refreshing");
        stage.let_refresh("A", "", 24h * 30);
        stage.run(agent::kReportsForgotten);
    }
    EXPECT_TEXT(stage.report("smith", 4), "refreshing");
    stage.let_refresh("A5", "", 24h * 30);
    stage.run(agent::kFirstReportPause);
    EXPECT_TEXT(stage.report("smith", 5), "refreshing");
}

Test(book_reports, in_the_middle_of_backing_off_it_hastens_nothing) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(429, "{}", "application/json", 5min);
    EXPECT_TEXT(stage.report("smith", 1), "ignored");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(1min);
    cr_expect(stage.http.sent() == 1);
}

Test(book_reports, a_token_that_was_refused_is_not_given_out_once_the_grant_is_dead) {
    CoreStage stage;
    stage.log_in("smith");
    stage.report("smith", 1);
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    EXPECT_TEXT(stage.now("smith"), "login_required");
    EXPECT_TEXT(stage.report("smith", 1), "ignored");
}

Test(book_reports, after_the_verdict_takes_the_last_token_from_nobody) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.report("smith", 1), "ignored");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(book_reports, change_nothing_durable) {
    CoreStage stage;
    stage.log_in("smith");
    const auto before = stage.store.find_account("smith")->sealed;
    stage.report("smith", 1);
    cr_expect(stage.store.waiting() == 0 && stage.store.find_account("smith")->sealed == before);
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(book_reports, one_that_comes_during_a_change_leads_to_a_refresh_after_it) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& removal = stage.remove("smith", /*revoke=*/true);
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    stage.be_down();  // so that the account stays
    stage.timers.turn();
    EXPECT_TEXT(removal.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.now("smith"), "wait");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_reports, one_that_waits_for_its_turn_outlives_a_change) {
    CoreStage stage;
    stage.log_in("smith");
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    const Reply& removal = stage.remove("smith", /*revoke=*/true);
    stage.be_down();
    stage.timers.turn();
    EXPECT_TEXT(removal.text, "temporarily_unavailable");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_reports, a_login_meanwhile_makes_the_refresh_needless) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& login = stage.adopt("smith", 1h, "A2", "R2");
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    stage.run(1min);
    EXPECT_TEXT(login.text, "done");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    cr_expect(stage.http.sent() == 0);
}

Test(book_reports, one_is_not_forgotten_when_a_lock_is_called_off) {
    CoreStage stage;
    stage.log_in("smith");
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    stage.book->wind_down([] {});
    stage.book->resume();
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_reports, of_all_accounts_are_bounded_for_each_user) {
    constexpr int kAccounts = 50;
    CoreStage stage;
    for (int i = 0; i < kAccounts; ++i) stage.log_in("smith-" + std::to_string(i), 24h);
    const auto accepted = [&](std::uint32_t user) {
        int refreshing = 0;
        for (int i = 0; i < kAccounts; ++i)
            refreshing += stage.report("smith-" + std::to_string(i), 1, 401, user) == "refreshing" ? 1 : 0;
        return refreshing;
    };
    cr_expect_eq(accepted(1000), agent::ReportBudget::kAtOnce);
    EXPECT_TEXT(stage.report("smith-49", 1, 401, 1000), "temporarily_unavailable");
    EXPECT_TEXT(stage.report("smith-49", 1, 403, 1000), "ignored");
    // What was refused has cost nothing: others may, and so may the same user later. The others are being refreshed.
    EXPECT_TEXT(stage.report("smith-49", 1, 401, 1001), "refreshing");
    stage.run(agent::ReportBudget::kOneEvery);
    EXPECT_TEXT(stage.report("smith-48", 1, 401, 1000), "refreshing");
}

Test(book_reports, an_account_that_is_about_to_expire_goes_before_all_that_were_reported) {
    CoreStage stage;
    stage.book->reconfigure({.pace = {.per_second = 0.1, .max_parallel = 8}});
    for (int i = 0; i < 20; ++i) stage.log_in("smith-" + std::to_string(i), 24h);
    stage.log_in("victim", 10min);
    // Due at 80 % of its life, with 200 s of reported accounts before it: it waits in the background until its last
    // minute, and then for nobody.
    stage.run(8min - 1s);
    for (int i = 0; i < 20; ++i) EXPECT_TEXT(stage.report("smith-" + std::to_string(i), 1), "refreshing");
    for (auto since = 0s; since < 2min; since += 1s) {
        if (stage.http.open() > 0) stage.give_tokens("A2", "", 24h);
        stage.run(1s);
        cr_assert_neq(stage.now("victim", 0s), "wait", "after %lld s", static_cast<long long>(since.count()));
    }
    EXPECT_TEXT(stage.state("victim"), "ready#2");
    EXPECT_CONTAINS(stage.state("smith-19"), "#1");
}

Test(book_reports, that_can_change_nothing_cost_nothing) {
    CoreStage stage;
    stage.log_in("smith", 24h);
    stage.log_in("jones", 24h);
    stage.has_app = false;
    stage.restart();
    EXPECT_TEXT(stage.report("smith", 1), "ignored");
    stage.run(11min);
    for (int i = 0; i < 100; ++i) EXPECT_TEXT(stage.report("smith", 1), "ignored");
    cr_expect(stage.report("jones", 1) != "temporarily_unavailable");
}
