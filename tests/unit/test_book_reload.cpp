// SPDX-License-Identifier: Apache-2.0
// What another configuration does to accounts: nothing is lost, whatever it says.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::App;
using agent::Rotation;

namespace {

struct Configured : CoreStage {
    using CoreStage::CoreStage;

    void configure(const App* one) {
        std::vector<App> configured;
        if (one != nullptr) configured.push_back(one->clone());
        apps->reconfigure(std::move(configured));
        timers.turn();
    }
};

}  // namespace

Test(book_reload, without_its_app_an_account_waits_and_says_so) {
    Configured stage;
    stage.log_in("smith");
    stage.configure(nullptr);
    EXPECT_TEXT(stage.now("smith"), "not_found");
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    EXPECT_CONTAINS(stage.reason("smith"), "its app firm is not registered");
    stage.run(24h);
    cr_expect(stage.http.sent() == 0);

    stage.configure(&stage.app);
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    EXPECT_TEXT(stage.reason("smith"), "");
}

Test(book_reload, is_refused_where_an_app_would_change_under_its_accounts) {
    Configured stage;
    stage.log_in("smith");
    std::vector<App> moved;
    moved.push_back(stage.app.clone());
    moved.back().region = agent::Region::kEu;
    const auto refused = stage.apps->may_reconfigure(moved);
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "smith");
    moved.back() = stage.app.clone();
    moved.back().client_secret = agent::SecretString("n3w");
    cr_expect(stage.apps->may_reconfigure(moved));
}

Test(book_reload, a_refresh_under_way_is_stored_though_its_app_has_gone) {
    Configured stage(Rotation::kSingleUse, agent::Product::kPlatform);
    stage.log_in("smith");
    const Reply& reply = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    stage.configure(nullptr);
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "needs_attention#2");
    stage.configure(&stage.app);
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R2");
}

Test(book_reload, one_that_waits_for_its_turn_comes_round_again) {
    Configured stage;
    stage.log_in("smith");
    stage.refresh("smith");  // in the queue
    stage.configure(nullptr);
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
    stage.configure(&stage.app);
    stage.run(48min);
    cr_expect(stage.http.open() == 1);
}

Test(book_reload, a_corrected_secret_is_tried_at_once) {
    Configured stage;
    stage.log_in("smith");
    stage.run(48min + CoreStage::kAMoment);
    stage.say_invalid_client();
    stage.run(1min);
    stage.configure(&stage.app);
    stage.run(1min);
    cr_expect(stage.http.sent() == 1, "nothing has changed");
    App corrected = stage.app.clone();
    corrected.client_secret = agent::SecretString("right");
    stage.configure(&corrected);
    stage.run(CoreStage::kAMoment);
    EXPECT_CONTAINS(stage.http.last().form_body.reveal(), "client_secret=right");
    cr_expect(stage.http.sent() == 2);
}

Test(book_reload, another_fraction_counts_from_the_next_token_set_on) {
    Configured stage;
    stage.log_in("smith");
    auto options = stage.options;
    options.at_fraction = 0.5;
    stage.book->reconfigure(options);
    stage.run(47min);
    cr_expect(stage.http.sent() == 0, "it was drawn when the tokens came");
    stage.run(2min);
    stage.give_tokens("A2");
    stage.run(28min);
    cr_expect(stage.http.open() == 0);
    stage.run(2min);
    cr_expect(stage.http.open() == 1);
}
