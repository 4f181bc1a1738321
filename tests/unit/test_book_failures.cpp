// SPDX-License-Identifier: Apache-2.0
// Refreshes that fail: what is served meanwhile, when the next one comes, and what a verdict takes.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Duration;

namespace {

/// An account whose refresh has just been asked of the server, 48 minutes into its hour.
void begin_refresh(CoreStage& stage, const std::string& account = "smith") {
    stage.log_in(account);
    stage.run(48min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
}

struct Nonsense {
    int status;
    const char* content_type;
    const char* body;
};

constexpr Nonsense kNonsense[] = {
    {200, "text/html", "<html>Sign in to the airport</html>"},
    {200, "application/json", R"({"token_type":"bearer","expires_in":60})"},
    {200, "application/json", R"({"error":"invalid_grant"})"},
    {200, "application/json", ""},
    {302, "text/html", ""},
    {400, "text/html", "<html>"},
    {400, "application/json", R"({"error":"server_says_no"})"},
    {401, "text/html", "<html>"},
    {403, "text/html", "<html>blocked</html>"},
    {429, "application/json", R"({"message":"Too Many Requests"})"},
    {500, "application/json", R"({"error":"invalid_grant"})"},
    {502, "text/html", "<html>"},
};

}  // namespace

Test(book_failures, the_old_token_is_served_until_it_really_expires) {
    CoreStage stage;
    begin_refresh(stage);
    stage.be_down();
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    EXPECT_CONTAINS(stage.reason("smith"), "token request: HTTP 503");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nrefresh_failed smith#1\n");
    for (const Duration min_ttl : {Duration(0s), Duration(60s), Duration(10min)})
        EXPECT_TEXT(stage.now("smith", min_ttl), "A1#1");
    EXPECT_TEXT(stage.now("smith", 30min), "A1#1 short");

    while (stage.clock.now() + 1s < fakes::FakeClock::kStart + 1h) {
        EXPECT_TEXT(stage.now("smith", 0s), "A1#1");
        stage.run(1s);
        if (stage.http.open() > 0) stage.be_down();
    }
    stage.run(1s);
    EXPECT_TEXT(stage.now("smith", 0s), "wait");
}

Test(book_failures, whatever_else_the_server_says_the_tokens_are_kept) {
    for (const Nonsense& row : kNonsense) {
        CoreStage stage;
        begin_refresh(stage);
        stage.http.answer(row.status, row.body, row.content_type);
        EXPECT_TEXT(stage.state("smith"), "stale#1");
        EXPECT_TEXT(stage.now("smith"), "A1#1");
        stage.run(1s);  // the first backoff is shorter than that
        cr_assert(stage.http.open() == 1, "%d %s", row.status, row.body);
        EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
        stage.give_tokens("A2");
        stage.timers.turn();
        EXPECT_TEXT(stage.state("smith"), "ready#2");
        EXPECT_TEXT(stage.reason("smith"), "");
    }
}

Test(book_failures, waits_longer_from_failure_to_failure) {
    CoreStage stage;
    stage.log_in("smith", 24h * 30);  // long enough that no wait is cut short by the token's end
    stage.run(24h * 24 + CoreStage::kAMoment);
    std::vector<Duration> waits;
    for (int i = 0; i < 13; ++i) {
        stage.be_down();
        const auto failed_at = stage.clock.now();
        while (stage.http.open() == 0) cr_assert(stage.timers.advance_to_next());
        waits.push_back(stage.clock.now() - failed_at);
    }
    const Duration expected[] = {500ms, 1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s, 300s};
    for (std::size_t i = 0; i < waits.size(); ++i)
        cr_expect(waits[i] >= expected[i] && waits[i] < expected[i] + 10ms, "wait %zu: %lld ms", i,
                  static_cast<long long>(waits[i].count()));
}

Test(book_failures, a_dead_endpoint_gets_few_requests_in_a_week) {
    CoreStage stage;
    begin_refresh(stage);
    const auto end = stage.clock.now() + 24h * 7;
    while (stage.clock.now() < end) {
        if (stage.http.open() > 0) stage.be_down();
        cr_assert(stage.timers.advance_to_next());
    }
    cr_expect(stage.http.sent() < 2100, "%zu", stage.http.sent());  // one in 5 minutes
}

Test(book_failures, an_outage_of_ten_minutes_is_not_seen_by_callers) {
    CoreStage stage;
    begin_refresh(stage);
    for (int second = 0; second < 600; ++second) {
        if (stage.http.open() > 0) stage.be_down();
        EXPECT_TEXT(stage.now("smith"), "A1#1");
        stage.run(1s);
    }
    cr_expect(stage.http.sent() <= 11, "%zu requests", stage.http.sent());
    if (stage.http.open() == 0) stage.refresh("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_failures, retry_after_is_honoured_by_all_accounts_of_the_app) {
    CoreStage stage;
    stage.log_in("first");
    stage.run(1min);
    stage.log_in("second");
    stage.run(47min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    stage.http.answer(429, "{}", "application/json", 5min);
    EXPECT_TEXT(stage.state("first"), "stale#1");
    stage.run(5min - 1s);
    cr_expect(stage.http.sent() == 1 && stage.book->status().queued == 1, "the second one came due and is held");
    stage.run(2s);
    cr_expect(stage.http.sent() == 3);
}

Test(book_failures, a_server_silences_nobody_for_longer_than_an_hour) {
    CoreStage stage;
    stage.log_in("smith", 24h * 30);
    stage.log_in("jones", 24h * 30);
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(429, "{}", "application/json", 24h);
    const Reply& jones = stage.refresh("jones", 2h);
    stage.run(1h - 1s);
    cr_expect(stage.http.sent() == 1);
    stage.run(2s);
    cr_assert(stage.http.open() > 0);
    while (stage.http.open() > 0) {
        stage.give_tokens("A2");
        stage.run(CoreStage::kAMoment);
    }
    EXPECT_TEXT(jones.text, "ready#2");
}

Test(book_failures, what_is_wrong_with_one_request_holds_up_no_other_account) {
    for (const char* error : {"invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type"}) {
        CoreStage stage;
        stage.log_in("odd");
        stage.log_in("smith");
        const Reply& odd = stage.refresh("odd");
        stage.run(CoreStage::kAMoment);
        stage.http.answer(400, R"({"error":")" + std::string(error) + "\"}", "application/json", 30min);
        EXPECT_TEXT(odd.text, "needs_attention");
        EXPECT_CONTAINS(stage.reason("odd"), error);

        const Reply& smith = stage.refresh("smith");
        stage.let_refresh("A2");
        EXPECT_TEXT(smith.text, "ready#2");
        // The odd one asks again in its own time.
        stage.run(10min);
        cr_expect(stage.http.sent() == 2, "%s", error);
        EXPECT_TEXT(stage.state("odd"), "needs_attention#1");
    }
}

Test(book_failures, what_is_wrong_with_the_app_or_the_server_holds_up_all) {
    struct Row {
        int status;
        const char* body;
        std::optional<Duration> retry_after;
    };
    for (const Row& row : {Row{401, R"({"error":"invalid_client"})", {}}, Row{429, "{}", 5min}, Row{503, "", 5min},
                           Row{500, "", 5min}}) {
        CoreStage stage;
        stage.log_in("smith");
        stage.log_in("jones");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        stage.http.answer(row.status, row.body, "application/json", row.retry_after);
        stage.refresh("jones");
        stage.run(4min);
        cr_expect(stage.http.sent() == 1, "%d", row.status);
    }
}

Test(book_failures, a_caller_waits_for_an_attempt_that_comes_in_time) {
    CoreStage stage;
    begin_refresh(stage);
    for (int i = 0; i < 4; ++i) {
        stage.be_down();
        if (i < 3) stage.run(Duration(500ms) * (1 << i) + CoreStage::kAMoment);
    }
    stage.clock.set_wall(fakes::FakeClock::kStart + 1h);  // expired; next attempt in 4 s or less
    const Reply& patient = stage.ask("smith", 60s, 30s);
    stage.run(100ms);
    cr_expect(patient.answers == 0);
    stage.let_refresh("A2");
    stage.run(5s);
    if (patient.answers == 0) stage.let_refresh("A2");
    EXPECT_TEXT(patient.text, "A2#2");
}

Test(book_failures, a_caller_is_told_at_once_when_nothing_comes_in_time) {
    CoreStage stage;
    begin_refresh(stage);
    stage.http.answer(503, "", "text/plain", 40min);
    stage.run(20min);
    const Reply& reply = stage.ask("smith");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "account smith: the access token has expired and was not refreshed: ");
    EXPECT_CONTAINS(reply.error.message, "HTTP 503");
    cr_expect(reply.error.retry_after > 19min && reply.error.retry_after < 21min);
}

Test(book_failures, so_is_one_who_was_waiting_already) {
    CoreStage stage;
    begin_refresh(stage);
    stage.run(12min);
    const Reply& reply = stage.ask("smith");
    stage.http.answer(503, "", "text/plain", 40min);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
}

Test(book_failures, an_attempt_that_is_waited_for_goes_before_those_of_the_background) {
    CoreStage stage;
    stage.options.pace = {.per_second = 1.0, .max_parallel = 100};
    stage.restart();
    begin_refresh(stage);
    stage.run(12min);
    for (int i = 0; i < 10; ++i) stage.log_in("a" + std::to_string(i), 1s, "A1", "other");
    stage.http.answer(503, "", "text/plain", 1s);
    const Reply& reply = stage.ask("smith", 60s, 5s);
    stage.run(4s);
    cr_expect(stage.book->status().queued > 5);
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
    cr_expect(reply.answers == 0);
}

Test(book_failures, patience_runs_out) {
    CoreStage stage;
    begin_refresh(stage);
    const Reply& with_a_token = stage.ask("smith", 59min, 5s);
    stage.run(5s);
    EXPECT_TEXT(with_a_token.text, "A1#1 short");
    stage.run(12min);
    const Reply& without = stage.ask("smith", 60s, 5s);
    const Reply& refresh = stage.refresh("smith", 7s);
    stage.run(5s - 1ms);
    cr_expect(without.answers == 0);
    stage.run(1ms);
    EXPECT_TEXT(without.text, "temporarily_unavailable");
    EXPECT_CONTAINS(without.error.message, "no answer yet");
    cr_expect(without.error.retry_after == 1s);
    stage.run(2s);
    EXPECT_TEXT(refresh.text, "temporarily_unavailable");
    cr_expect(stage.http.open() == 1, "the refresh itself goes on");
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_failures, refresh_tells_why_it_failed) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.be_down();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "account smith: not refreshed: token request: HTTP 503");
}

Test(book_failures, a_dead_grant_needs_a_person) {
    CoreStage stage;
    begin_refresh(stage);
    const Reply& waiting = stage.ask("smith", 30min);
    const Reply& refresh = stage.refresh("smith");
    stage.say_invalid_grant();
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.reason("smith"), "token request: HTTP 400 invalid_grant: revoked");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nlogin_required smith#1\n");
    // The access token may well outlive the refresh token.
    EXPECT_TEXT(waiting.text, "A1#1 short");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(refresh.text, "login_required");
    EXPECT_CONTAINS(refresh.error.message, "clioctl login smith");

    stage.run(12min);
    EXPECT_TEXT(stage.now("smith"), "login_required");
    const Reply& later = stage.ask("smith");
    const Reply& again = stage.refresh("smith");
    stage.run(24h * 30);
    EXPECT_TEXT(later.text, "login_required");
    EXPECT_TEXT(again.text, "login_required");
    cr_expect(stage.http.sent() == 1, "a dead token is not tried again");
    cr_expect_not(stage.book->facts("smith")->refresh_at.has_value());
}

Test(book_failures, the_verdict_survives_a_restart_with_its_tokens) {
    CoreStage stage;
    begin_refresh(stage);
    stage.say_invalid_grant();
    stage.timers.turn();
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.reason("smith"), "token request: HTTP 400 invalid_grant: revoked");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(24h);
    EXPECT_TEXT(stage.now("smith"), "login_required");
    cr_expect(stage.http.sent() == 1);
}
