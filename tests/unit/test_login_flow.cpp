// SPDX-License-Identifier: Apache-2.0
// Logins that go well, from the URL to the durable token set.
#include "unit/login_stage.h"

using namespace std::chrono_literals;
using agent::LoginState;
using agent::Product;
using agent::Rotation;

namespace {

constexpr const char* kLoginFlowRedirectUri = "http%3A%2F%2F127.0.0.1%3A5678%2Fcallback";

}  // namespace

Test(login_flow, manage_from_begin_to_end) {
    LoginStage stage;
    const std::string id = stage.begin();
    EXPECT_TEXT(stage.parameter(id, "response_type"), "code");
    EXPECT_TEXT(stage.parameter(id, "client_id"), "id");
    EXPECT_TEXT(stage.parameter(id, "redirect_uri"), kLoginFlowRedirectUri);
    EXPECT_TEXT(stage.parameter(id, "redirect_on_decline"), "true");
    EXPECT_TEXT(stage.parameter(id, "code_challenge"), "");
    cr_expect(stage.listener.open() == 1, "the listener is up before anybody has the URL");
    EXPECT_TEXT(stage.outcome(id), "pending");
    cr_expect(stage.desk->state(id)->expires_at == stage.clock.now() + 15min);

    stage.redirect(id, "code=C+1");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().url, "https://as.example/token");
    EXPECT_TEXT(stage.http.last().form_body.reveal(),
                std::string("grant_type=authorization_code&code=C%201&redirect_uri=") + kLoginFlowRedirectUri +
                    "&client_id=id&client_secret=s3cret");
    stage.give_tokens("A1", "R1");

    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().url, "https://api.example/who");
    EXPECT_TEXT(stage.http.last().authorization.reveal(), "Bearer A1");
    EXPECT_TEXT(stage.now("smith"), "not_found");
    stage.store.hold();
    stage.http.answer(200, LoginStage::kJane);
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.outcome(id), "pending");
    EXPECT_TEXT(stage.page(), "");

    stage.store.finish();
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.page(), "signed in");
    EXPECT_TEXT(stage.listener.pages().back().account, "smith");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    cr_assert(stage.book->facts("smith")->user.has_value());
    EXPECT_TEXT(stage.book->facts("smith")->user->email, "jane@example.com");
    stage.timers.turn();
    cr_expect(stage.listener.open() == 1, "a browser may ask for the page again");
    stage.run(agent::LoginDesk::kPageLife);
    cr_expect(stage.listener.open() == 0);
}

Test(login_flow, waits_for_the_end_of_a_pause_only_while_the_code_lives) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.book->pacer().hold(agent::pacer_lane(stage.app), 5min, "the server asked for a pause");
    stage.redirect(id, "code=C");
    stage.run(4min);
    cr_assert(stage.http.open() == 0);
    stage.book->pacer().hold(agent::pacer_lane(stage.app), 30min, "the server asked for a long pause");
    const std::string late = stage.begin("jones");
    stage.redirect(late, "code=D");
    EXPECT_TEXT(stage.outcome(late), "temporarily_unavailable");
    EXPECT_CONTAINS(stage.detail(late), "a long pause; begin the login again in 30 minutes");
    cr_expect(stage.http.open() == 0);
}

Test(login_flow, platform_with_pkce) {
    LoginStage stage(Product::kPlatform, Rotation::kSingleUse);
    stage.app.pkce = true;
    stage.app.scope = "contacts.read all";
    stage.app.endpoints.who_am_i.clear();
    stage.restart();
    const std::string id = stage.begin();
    EXPECT_TEXT(stage.parameter(id, "scope"), "contacts.read%20all");
    EXPECT_TEXT(stage.parameter(id, "code_challenge_method"), "S256");
    EXPECT_TEXT(stage.parameter(id, "redirect_on_decline"), "");

    stage.redirect(id, "code=C");
    stage.run(CoreStage::kAMoment);
    const std::string body(stage.http.last().form_body.reveal());
    const auto at = body.find("&code_verifier=");
    cr_assert(at != std::string::npos);
    const std::string verifier = body.substr(at + 15, 43);
    EXPECT_TEXT(agent::code_challenge(verifier), stage.parameter(id, "code_challenge"));
    cr_expect(stage.desk->state(id)->authorization_url.find(verifier) == std::string::npos);

    stage.give_tokens("A1", "R1");
    stage.timers.turn();
    EXPECT_TEXT(stage.outcome(id), "done");
    cr_expect_not(stage.book->facts("smith")->user.has_value());
    cr_expect(stage.http.sent() == 1, "nobody is asked whose grant it is when there is nobody to ask");
}

Test(login_flow, state_and_verifier_are_fresh_for_each_attempt) {
    LoginStage stage(Product::kPlatform);
    stage.app.pkce = true;
    stage.restart();
    const std::string first = stage.begin("a");
    const std::string second = stage.begin("b");
    cr_expect(first != second && first.size() == 32);
    cr_expect(stage.parameter(first, "state") != stage.parameter(second, "state"));
    cr_expect(stage.parameter(first, "code_challenge") != stage.parameter(second, "code_challenge"));
}

Test(login_flow, the_code_is_exchanged_once) {
    LoginStage stage;
    const std::string id = stage.begin();
    stage.redirect(id, "code=C");
    stage.redirect(id, "code=C");
    stage.redirect(id, "error=access_denied");
    EXPECT_TEXT(stage.paste(id, "C"), "conflict");
    stage.run(CoreStage::kAMoment);
    stage.redirect(id, "code=D");
    stage.run(1min);
    cr_expect(stage.http.sent() == 1);
    stage.give_tokens("A1", "R1");
    stage.http.answer(200, LoginStage::kJane);
    stage.timers.turn();
    EXPECT_TEXT(stage.outcome(id), "done");
    EXPECT_TEXT(stage.page(), "signed in");
    EXPECT_TEXT(stage.paste(id, "C"), "conflict");
    stage.run(1min);
    cr_expect(stage.http.sent() == 2);
}

Test(login_flow, whoever_waits_hears_the_end) {
    LoginStage stage;
    const std::string id = stage.begin();
    const auto await = [&](agent::Duration patience) -> Reply& {
        return stage.waited([&](Reply& to) {
            return stage.desk->await(id, patience, [&](const agent::Result<LoginState>& state) {
                to.take(state->status == LoginState::Status::kDone      ? "done"
                        : state->status == LoginState::Status::kPending ? "pending"
                                                                        : state->error);
            });
        });
    };
    const Reply& patient = await(1h);
    const Reply& hasty = await(10s);
    const Reply& just_asking = await(0s);
    Reply& gone = await(1h);
    gone.waiting.reset();
    stage.timers.turn();
    EXPECT_TEXT(just_asking.text, "pending");
    stage.run(10s);
    EXPECT_TEXT(hasty.text, "pending");
    cr_expect(patient.answers == 0);
    stage.finish(id);
    EXPECT_TEXT(patient.text, "done");
    cr_expect(hasty.answers == 1 && gone.answers == 0);
    const Reply& late = await(1h);
    stage.timers.turn();
    EXPECT_TEXT(late.text, "done");

    const Reply& unknown = stage.waited([&](Reply& to) {
        return stage.desk->await("0123", 1h, [&](const agent::Result<LoginState>& state) { to.take(state.error()); });
    });
    stage.timers.turn();
    EXPECT_TEXT(unknown.text, "not_found");
}

Test(login_flow, from_a_paste) {
    LoginStage stage;
    stage.app.redirect_uris = {"https://app.clio.com/oauth/approval"};
    stage.restart();
    const std::string id = stage.begin();
    cr_expect(stage.listener.opened() == 0, "nothing to listen on");
    EXPECT_TEXT(stage.paste(id, "  C\n"), "pending");
    stage.run(CoreStage::kAMoment);
    EXPECT_CONTAINS(stage.http.last().form_body.reveal(), "code=C&");
    stage.give_tokens("A1", "R1");
    stage.http.answer(200, LoginStage::kJane);
    stage.timers.turn();
    EXPECT_TEXT(stage.outcome(id), "done");
}

Test(login_flow, exchanges_wait_for_their_turn_like_all_requests) {
    LoginStage stage;
    stage.options.pace = {.per_second = 1.0, .max_parallel = 1};
    stage.restart();
    stage.log_in("other");
    stage.run(48min);
    cr_assert(stage.http.open() == 1, "a refresh is under way");
    const std::string id = stage.begin();
    stage.redirect(id, "code=C");
    stage.run(2s);
    cr_expect(stage.http.sent() == 1);
    stage.give_tokens("A2");
    stage.run(1s);
    cr_expect(stage.http.sent() == 2);
    EXPECT_CONTAINS(stage.http.last().form_body.reveal(), "grant_type=authorization_code");
}

Test(login_flow, the_turn_is_for_the_token_request_alone) {
    LoginStage stage;
    stage.options.pace = {.per_second = 1000.0, .max_parallel = 1};
    stage.restart();
    stage.log_in("other");
    stage.redirect(stage.begin(), "code=C");
    stage.run(CoreStage::kAMoment);
    stage.give_tokens("A1", "R1");
    stage.refresh("other");
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.open() == 2, "Clio is asked whose grant it is, and a refresh is under way");
}

Test(login_flow, the_turn_is_given_back) {
    LoginStage stage;
    stage.options.pace = {.per_second = 1000.0, .max_parallel = 1};
    stage.restart();
    for (const char* account : {"a", "b", "c"}) stage.finish(stage.begin(account));
    for (const char* account : {"a", "b", "c"}) EXPECT_TEXT(stage.now(account), "A1#1");
}
