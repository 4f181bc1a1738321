// SPDX-License-Identifier: Apache-2.0
// Fresh tokens on their way into the store: whose they are, and that they get there.
#include "unit/login_stage.h"

using namespace std::chrono_literals;
using agent::LoginDesk;
using agent::LoginState;

namespace {

constexpr auto kAnswerToComes = CoreStage::kAMoment;

/// An attempt whose tokens have come, and whose user is asked for.
std::string asking(LoginStage& stage, bool replace_user = false, std::string_view access = "B1") {
    const std::string id = stage.begin("smith", replace_user);
    stage.redirect(id, "code=C");
    stage.run(CoreStage::kAMoment);
    stage.give_tokens(access, "S1");
    cr_assert(stage.http.open() == 1);
    return id;
}

void be_silent(LoginStage& stage, int times, int status) {
    for (int i = 0; i < times; ++i) {
        cr_assert(stage.http.open() == 1, "question %d", i);
        stage.http.answer(status, "{}");
        stage.run(20s);
    }
    cr_expect(stage.http.open() == 0);
}

}  // namespace

Test(login_grants, clio_is_asked_again_who_logged_in) {
    struct {
        int status;  // 0: no answer
        std::optional<agent::Duration> retry_after;
        agent::Duration pause;
    } const rows[] = {{403, {}, 1s}, {503, {}, 1s}, {429, 7s, 7s}, {429, 1h, 20s},
                      {500, {}, 1s}, {200, {}, 1s}, {0, {}, 1s}};
    for (const auto& row : rows) {
        LoginStage stage;
        stage.finish(stage.begin());
        const std::string id = asking(stage);
        if (row.status == 0)
            stage.http.lose_answer();
        else
            stage.http.answer(row.status, "{}", "application/json", row.retry_after);
        EXPECT_TEXT(stage.outcome(id), "pending");
        EXPECT_CONTAINS(stage.detail(id), "Clio has not said yet who logged in (");
        stage.run(row.pause - 1ms);
        cr_expect(stage.http.open() == 0, "%d", row.status);
        stage.run(1ms);
        cr_assert(stage.http.open() == 1, "%d", row.status);
        EXPECT_TEXT(stage.http.last().authorization.reveal(), "Bearer B1");
        stage.http.answer(200, LoginStage::kJane);
        stage.run(kAnswerToComes);
        EXPECT_TEXT(stage.outcome(id), "done");
        EXPECT_TEXT(stage.page(), "signed in");
        EXPECT_TEXT(stage.now("smith"), "B1#2");
        EXPECT_TEXT(stage.book->facts("smith")->user->name, "Jane Doe");
        cr_expect(stage.detail(id).find("did not say") == std::string::npos);
    }
}

Test(login_grants, who_cannot_be_told_is_not_another) {
    struct {
        int status;
        int questions;
        const char* why;
    } const rows[] = {{403, 2, "HTTP 403"}, {404, 2, "HTTP 404"}, {503, 4, "HTTP 503"}, {429, 4, "HTTP 429"}};
    for (const auto& row : rows) {
        for (const bool known_before : {false, true}) {
            LoginStage stage;
            known_before ? stage.finish(stage.begin()) : stage.log_in("smith");
            const std::string id = asking(stage);
            be_silent(stage, row.questions, row.status);
            if (known_before) {
                EXPECT_TEXT(stage.outcome(id), "pending");
                EXPECT_TEXT(stage.desk->state(id)->error, "user_unknown");
                EXPECT_CONTAINS(stage.detail(id),
                                std::string("Clio has not said who logged in (") + row.why +
                                    "), and account smith belongs to Jane Doe <jane@example.com>; if "
                                    "it was the same user: clioctl login --accept-unknown-user smith");
                EXPECT_TEXT(stage.now("smith"), "A1#1");
                cr_expect(stage.desk->accept_unknown_user(id));
                stage.run(CoreStage::kAMoment);
            }
            EXPECT_TEXT(stage.outcome(id), "done");
            EXPECT_TEXT(stage.desk->state(id)->error, "");
            EXPECT_TEXT(stage.now("smith"), "B1#2");
            EXPECT_CONTAINS(stage.detail(id), std::string("Clio did not say who logged in (") + row.why + ")");
            const auto user = stage.book->facts("smith")->user;
            cr_expect(user.has_value() == known_before, "the account stays with its user");
            if (known_before)
                EXPECT_CONTAINS(stage.detail(id), "the account still counts as that of Jane Doe <jane@example.com>");

            const std::string other = asking(stage, /*replace_user=*/false, "C1");
            stage.http.answer(200, LoginStage::kJohn);
            stage.run(CoreStage::kAMoment);
            EXPECT_TEXT(stage.outcome(other), known_before ? "user_mismatch" : "done");
        }
    }
}

Test(login_grants, of_an_unknown_user_wait_for_clio_too) {
    for (const bool same_user : {true, false}) {
        LoginStage stage;
        stage.finish(stage.begin());
        const std::string id = asking(stage);
        be_silent(stage, 2, 403);
        for (int i = 0; i < 3; ++i) {
            stage.run(30s);
            cr_assert(stage.http.open() == 1);
            stage.http.answer(403, "{}");
        }
        stage.run(30s);
        stage.http.answer(200, same_user ? LoginStage::kJane : LoginStage::kJohn);
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(stage.outcome(id), same_user ? "done" : "user_mismatch");
        EXPECT_TEXT(stage.now("smith"), same_user ? "B1#2" : "A1#1");
        cr_expect_not(stage.desk->accept_unknown_user(id), "it is over");
    }
}

Test(login_grants, of_an_unknown_user_are_not_taken_for_known_while_clio_is_asked) {
    LoginStage stage;
    stage.finish(stage.begin());
    const std::string id = asking(stage);
    be_silent(stage, 2, 403);
    stage.run(30s);
    cr_assert(stage.http.open() == 1);
    cr_expect(stage.desk->accept_unknown_user(id));
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "pending");
    stage.http.answer(200, LoginStage::kJohn);
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "user_mismatch");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(login_grants, that_a_person_accepts_twice_are_stored_once) {
    LoginStage stage;
    stage.finish(stage.begin());
    const std::string id = asking(stage);
    be_silent(stage, 2, 403);
    stage.redirect(id, "code=C");
    EXPECT_TEXT(stage.page(), "not yet");
    stage.store.hold();
    for (int i = 0; i < 3; ++i) cr_expect(stage.desk->accept_unknown_user(id));
    EXPECT_TEXT(stage.desk->state(id)->error, "");
    stage.store.release();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.now("smith"), "B1#2");
}

Test(login_grants, of_an_unknown_user_are_dropped_when_there_is_no_time_for_a_person) {
    for (const bool accepted : {true, false}) {
        for (const bool expires : {true, false}) {
            LoginStage stage;
            stage.finish(stage.begin());
            const std::string id = asking(stage);
            if (accepted) cr_assert(stage.desk->accept_unknown_user(id));
            expires ? stage.run(15min) : stage.desk->wind_down([] {});
            stage.run(CoreStage::kAMoment);
            EXPECT_TEXT(stage.outcome(id), accepted ? "done" : "user_unknown");
            EXPECT_TEXT(stage.now("smith"), accepted ? "B1#2" : "A1#1");
        }
    }
}

Test(login_grants, of_a_new_account_need_no_user) {
    LoginStage stage;
    const std::string id = asking(stage);
    be_silent(stage, 2, 403);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.detail(id), "Clio did not say who logged in (HTTP 403)");
    cr_expect_not(stage.book->facts("smith")->user.has_value());
}

Test(login_grants, of_an_unknown_user_replace_one_when_told_so) {
    LoginStage stage;
    stage.finish(stage.begin());
    const std::string id = asking(stage, /*replace_user=*/true);
    be_silent(stage, 2, 403);
    EXPECT_TEXT(stage.outcome(id), "done");
    cr_expect_not(stage.book->facts("smith")->user.has_value(), "it need not be Jane");
}

Test(login_grants, leave_the_grant_before_alive_and_say_so) {
    LoginStage stage;
    const std::string first = stage.begin();
    stage.finish(first);
    EXPECT_TEXT(stage.detail(first), "");

    const std::string again = stage.begin();
    stage.finish(again, LoginStage::kJane, "A2");
    EXPECT_TEXT(stage.detail(again),
                "the grant that the account had before lives on at Clio; to end it, in Clio, under Settings > Apps, "
                "remove the application, which ends the new one too, and log in again");
    const std::string other = stage.begin("smith", /*replace_user=*/true);
    stage.finish(other, LoginStage::kJohn, "A3");
    EXPECT_TEXT(stage.detail(other),
                "the grant that the account had before lives on at Clio; to end it, Jane Doe <jane@example.com> can "
                "remove the application in Clio, under Settings > Apps");
    for (const auto& exchange : stage.http.exchanges())
        cr_expect(exchange.request.url != stage.app.endpoints.deauthorize, "which might end the new grant");
}

Test(login_grants, over_a_dead_grant_say_nothing_of_it) {
    LoginStage stage;
    stage.finish(stage.begin());
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    const std::string id = asking(stage);
    stage.http.answer(200, LoginStage::kJane);
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.detail(id), "");
}

Test(login_grants, are_stored_when_the_store_takes_them_again) {
    for (const bool known : {true, false}) {
        LoginStage stage;
        if (known) stage.finish(stage.begin());
        const std::string id = asking(stage);
        stage.store.disk_is_full();
        stage.http.answer(200, LoginStage::kJane);
        stage.timers.turn();
        EXPECT_TEXT(stage.outcome(id), "pending");
        EXPECT_TEXT(stage.detail(id),
                    "the new tokens cannot be stored yet: fake store: disk full; the agent keeps them in memory and "
                    "tries again");
        EXPECT_TEXT(stage.page(), "not yet");
        EXPECT_TEXT(stage.now("smith"), known ? "A1#1" : "not_found");
        stage.run(10min);
        EXPECT_TEXT(stage.outcome(id), "pending");
        stage.store.refuse(std::nullopt);
        stage.run(5s);
        EXPECT_TEXT(stage.outcome(id), "done");
        EXPECT_TEXT(stage.now("smith"), known ? "B1#2" : "B1#1");
        stage.redirect(id, "code=C");
        EXPECT_TEXT(stage.page(), "signed in");
    }
}

Test(login_grants, are_lost_when_the_store_refuses_to_the_end) {
    LoginStage stage;
    const std::string id = asking(stage);
    stage.store.disk_is_full();
    stage.http.answer(200, LoginStage::kJane);
    stage.run(LoginDesk::kAttemptLife);
    EXPECT_TEXT(stage.outcome(id), "store_failed");
    EXPECT_CONTAINS(stage.detail(id),
                    "the new tokens could not be stored: fake store: disk full; their grant lives on");
    stage.redirect(id, "code=C");
    EXPECT_TEXT(stage.page(), "failed");
}

Test(login_grants, wait_for_a_name_that_another_change_has) {
    LoginStage stage;
    stage.finish(stage.begin());
    const std::string id = asking(stage);
    stage.store.hold();
    stage.book->set_aside("smith", "moved", "backup", [](const agent::Result<void>&) {}).reset();
    stage.http.answer(200, LoginStage::kJane);
    stage.run(1ms);
    EXPECT_TEXT(stage.outcome(id), "pending");
    stage.store.finish();
    stage.store.release();
    stage.run(5s);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.now("smith"), "B1#2");
}

Test(login_grants, wait_for_the_end_of_a_damaged_record) {
    LoginStage stage;
    stage.finish(stage.begin());
    stage.store.find_account("smith")->sealed.back() ^= std::byte{1};
    stage.restart();
    const std::string id = asking(stage);
    stage.http.answer(200, LoginStage::kJane);
    stage.run(1s);
    EXPECT_CONTAINS(stage.detail(id), "discard it with: clioctl logout --local smith");
    stage.remove("smith", /*revoke=*/false);
    stage.run(5s);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.now("smith"), "B1#1");
}

Test(login_grants, of_an_app_that_was_changed_meanwhile_are_not_kept) {
    for (const bool removed : {false, true}) {
        LoginStage stage;
        stage.has_app = false;
        stage.restart();
        stage.apps->put(stage.app.clone(), false, [](const agent::Result<void>&) {}).reset();
        stage.timers.turn();
        const std::string id = asking(stage);
        agent::App moved = stage.app.clone();
        moved.endpoints.token = "https://evil.example/token";
        if (removed)
            stage.apps->remove("firm", [](const agent::Result<void>&) {}).reset();
        else
            stage.apps->put(std::move(moved), false, [](const agent::Result<void>&) {}).reset();
        stage.timers.turn();
        stage.http.answer(200, LoginStage::kJane);
        stage.timers.turn();
        EXPECT_TEXT(stage.outcome(id), "app_changed");
        EXPECT_CONTAINS(stage.detail(id), "app firm was removed or changed while this login was under way");
        EXPECT_TEXT(stage.now("smith"), "not_found");
    }
}

Test(login_grants, that_come_when_the_time_is_over_are_stored) {
    for (const bool asked : {false, true}) {
        LoginStage stage;
        const std::string id = stage.begin();
        stage.run(LoginDesk::kAttemptLife - 1s);
        stage.redirect(id, "code=C");
        stage.run(CoreStage::kAMoment);
        if (asked) stage.give_tokens("B1", "S1");
        stage.run(1s);
        if (!asked) stage.give_tokens("B1", "S1");
        stage.timers.turn();
        EXPECT_TEXT(stage.outcome(id), "done");
        EXPECT_TEXT(stage.now("smith"), "B1#1");
    }
}

Test(login_grants, are_stored_before_the_agent_locks) {
    for (const bool asked : {false, true}) {
        LoginStage stage;
        stage.begin("waits-for-its-browser");
        const std::string id = stage.begin();
        stage.redirect(id, "code=C");
        stage.run(CoreStage::kAMoment);
        if (asked) stage.give_tokens("B1", "S1");
        bool over = false;
        stage.desk->wind_down([&] { over = true; });
        cr_expect(stage.desk->has_grants_at_stake() && !over);
        if (!asked) {
            stage.run(10s);
            cr_expect_not(over, "the tokens may be on their way");
            stage.give_tokens("B1", "S1");
        }
        stage.run(CoreStage::kAMoment);
        cr_expect(over);
        EXPECT_TEXT(stage.outcome(id), "done");
        EXPECT_TEXT(stage.now("smith"), "B1#1");
    }
}

Test(login_grants, that_the_store_refuses_keep_the_agent_from_locking) {
    LoginStage stage;
    const std::string id = asking(stage);
    cr_expect_not(stage.desk->has_unsaved_tokens());
    stage.store.disk_is_full();
    bool over = false;
    stage.desk->wind_down([&] { over = true; });
    stage.run(1min);
    cr_expect(!over && stage.desk->has_unsaved_tokens());
    stage.desk->resume();
    stage.store.refuse(std::nullopt);
    stage.run(5s);
    EXPECT_TEXT(stage.outcome(id), "done");
    cr_expect(!over && !stage.desk->has_unsaved_tokens());
}

Test(login_grants, that_were_cancelled_live_on_at_clio_which_is_said) {
    LoginStage stage;
    const std::string id = asking(stage);
    stage.desk->cancel(id);
    EXPECT_TEXT(stage.outcome(id), "cancelled");
    EXPECT_CONTAINS(stage.detail(id), "lives on there: remove the application under Settings > Apps");
    EXPECT_TEXT(stage.now("smith"), "not_found");
}

Test(login_grants, that_are_stored_in_haste_are_stored_once) {
    LoginStage stage;
    const std::string id = asking(stage);
    stage.store.hold();
    stage.desk->wind_down([] {});
    cr_expect(stage.http.open() == 0, "nobody is asked any more");
    if (stage.http.open() > 0) stage.http.answer(200, LoginStage::kJane);
    stage.store.release();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.now("smith"), "B1#1");
}
