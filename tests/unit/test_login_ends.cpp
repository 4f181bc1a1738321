// SPDX-License-Identifier: Apache-2.0
// Logins that end otherwise: what each is told, and that nothing of them stays.
#include "unit/login_stage.h"

using namespace std::chrono_literals;

namespace {

struct Failed {
    int status;
    const char* content_type;
    const char* body;
    const char* detail;
};

constexpr Failed kFailed[] = {
    {400, "application/json", R"({"error":"invalid_grant"})",
     "token request: HTTP 400 invalid_grant; the code was used, expired, or the redirect_uri differs"},
    {401, "application/json", R"({"error":"invalid_client"})",
     "token request: HTTP 401 invalid_client; check client_id and client_secret of app firm"},
    {503, "text/html", "<html>", "token request: HTTP 503 (text/html); find the cause with: clioctl app check firm"},
    {403, "text/html", "<html>blocked</html>",
     "token request: HTTP 403 (text/html); find the cause with: clioctl app check firm"},
    {200, "text/html", "<html>", "HTTP 200 (text/html), but the body is not a JSON object"},
    {200, "application/json", R"({"access_token":"A1","expires_in":60})", "has no refresh_token"},
};

/// An attempt whose code is being exchanged.
std::string exchanging(LoginStage& stage, const std::string& account = "smith", bool replace_user = false) {
    const std::string id = stage.begin(account, replace_user);
    stage.redirect(id, "code=C");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    return id;
}

}  // namespace

Test(login_ends, the_exchange_fails) {
    for (const Failed& row : kFailed) {
        LoginStage stage;
        const std::string id = exchanging(stage);
        stage.http.answer(row.status, row.body, row.content_type);
        EXPECT_TEXT(stage.outcome(id), "exchange_failed");
        EXPECT_CONTAINS(stage.detail(id), row.detail);
        EXPECT_TEXT(stage.page(), "failed");
        stage.run(1h);
        cr_expect(stage.http.sent() == 1, "a code works once");
        EXPECT_TEXT(stage.now("smith"), "not_found");
    }
    LoginStage stage;
    const std::string id = exchanging(stage);
    stage.http.lose_answer();
    EXPECT_TEXT(stage.outcome(id), "exchange_failed");
    EXPECT_CONTAINS(stage.detail(id), "connection cut; find the cause with: clioctl app check firm");
}

Test(login_ends, as_another_user_unless_told_so) {
    LoginStage stage;
    stage.finish(stage.begin(), LoginStage::kJane, "A1");
    const std::string refused = stage.begin();
    stage.finish(refused, LoginStage::kJohn, "B1");
    EXPECT_TEXT(stage.outcome(refused), "user_mismatch");
    EXPECT_TEXT(stage.detail(refused),
                "account smith belongs to Jane Doe <jane@example.com>, this login to John Roe <john@example.com>; the "
                "old grant is kept, the new one is not; log in under another name, or use --replace-user to replace "
                "the old one");
    EXPECT_TEXT(stage.now("smith"), "A1#1");

    const std::string replaced = stage.begin("smith", /*replace_user=*/true);
    stage.finish(replaced, LoginStage::kJohn, "B1");
    EXPECT_TEXT(stage.outcome(replaced), "done");
    EXPECT_TEXT(stage.now("smith"), "B1#2");
    EXPECT_TEXT(stage.book->facts("smith")->user->name, "John Roe");
}

Test(login_ends, as_the_same_user_under_a_new_name) {
    LoginStage stage;
    stage.finish(stage.begin());
    const std::string id = stage.begin();
    stage.finish(id, R"({"data":{"id":42,"name":"Jane Married","email":"new@example.com"}})", "A2");
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.book->facts("smith")->user->name, "Jane Married");
}

Test(login_ends, by_time) {
    LoginStage stage;
    const std::string waiting = stage.begin("waiting");
    stage.run(10min);
    const std::string at_the_server = exchanging(stage, "sent");
    stage.run(5min - CoreStage::kAMoment - 1ms);
    EXPECT_TEXT(stage.outcome(waiting), "pending");
    stage.run(1ms);
    EXPECT_TEXT(stage.outcome(waiting), "expired");
    EXPECT_TEXT(stage.outcome(at_the_server), "pending");
    EXPECT_TEXT(stage.page(), "");
    stage.run(10min);
    EXPECT_TEXT(stage.outcome(at_the_server), "pending");
    cr_expect(stage.http.cancelled() == 0, "the code was sent: its tokens may be on their way");
    stage.http.lose_answer();
    EXPECT_TEXT(stage.outcome(at_the_server), "exchange_failed");
    EXPECT_TEXT(stage.page(), "failed");
}

Test(login_ends, given_up_at_any_point) {
    for (int point = 0; point < 4; ++point) {
        LoginStage stage;
        const std::string id = stage.begin();
        if (point >= 1) stage.redirect(id, "code=C");
        if (point >= 2) stage.run(CoreStage::kAMoment);
        if (point >= 3) stage.give_tokens("A1", "R1");
        stage.desk->cancel(id);
        EXPECT_TEXT(stage.outcome(id), "cancelled");
        EXPECT_TEXT(stage.page(), point >= 1 ? "failed" : "");
        stage.run(1min);
        cr_expect(stage.http.open() == 0 && stage.listener.open() == (point >= 1 ? 1 : 0), "point %d", point);
        EXPECT_TEXT(stage.outcome(id), "cancelled");
        EXPECT_TEXT(stage.now("smith"), "not_found");
        cr_expect(stage.store.log().empty());
        stage.desk->cancel(id);
        stage.desk->cancel("0123");
    }
}

Test(login_ends, not_by_giving_up_what_is_being_stored) {
    LoginStage stage;
    const std::string id = exchanging(stage);
    stage.give_tokens("A1", "R1");
    stage.store.hold();
    stage.http.answer(200, LoginStage::kJane);
    stage.desk->cancel(id);
    EXPECT_TEXT(stage.outcome(id), "pending");
    stage.run(20min);
    EXPECT_TEXT(stage.outcome(id), "pending");
    stage.store.finish();
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.now("smith", 0s), "A1#1");
}

Test(login_ends, when_the_app_has_gone) {
    LoginStage stage;
    stage.has_app = false;
    stage.restart();
    for (const bool queued : {false, true}) {
        stage.apps->put(stage.app.clone(), false, [](const agent::Result<void>&) {}).reset();
        stage.timers.turn();
        const std::string id = stage.begin();
        if (queued) stage.redirect(id, "code=C");
        stage.store.hold();
        stage.apps->remove("firm", [](const agent::Result<void>&) {}).reset();
        stage.store.finish();
        stage.store.release();
        if (!queued) stage.redirect(id, "code=C");
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(stage.outcome(id), "exchange_failed");
        EXPECT_CONTAINS(stage.detail(id), "app firm was removed or changed since the login began");
        cr_expect(stage.http.sent() == 0);
    }
}

Test(login_ends, when_the_app_has_become_another) {
    LoginStage stage;
    stage.has_app = false;
    stage.restart();
    stage.apps->put(stage.app.clone(), false, [](const agent::Result<void>&) {}).reset();
    stage.timers.turn();
    const std::string id = stage.begin();
    agent::App moved = stage.app.clone();
    moved.endpoints.token = "https://evil.example/token";
    stage.apps->put(std::move(moved), false, [](const agent::Result<void>&) {}).reset();
    stage.timers.turn();
    stage.redirect(id, "code=C");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "exchange_failed");
    cr_expect(stage.http.sent() == 0, "the code was sent elsewhere");
}

Test(login_ends, are_remembered_for_an_hour) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.desk->cancel(id);
    stage.run(1h - 1ms);
    EXPECT_TEXT(stage.outcome(id), "cancelled");
    stage.run(1ms);
    EXPECT_TEXT(stage.outcome(id), "not_found");
    EXPECT_TEXT(stage.paste(id, "C"), "not_found");
    cr_expect(stage.timers.waiting() == 0);
}
