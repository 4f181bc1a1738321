// SPDX-License-Identifier: Apache-2.0
// A grant that only a person may use again: what is known of it is kept, and nothing is sent by itself.
#include "unit/core_stage.h"

using namespace std::chrono_literals;

namespace {

Reply& move_aside(CoreStage& stage, const std::string& account, const char* moved_to = "") {
    return stage.waited([&](Reply& to) {
        return stage.book->set_aside(account, "it may be older than it was", moved_to,
                                     CoreStage::answer_to<agent::Result<void>>(to));
    });
}

}  // namespace

Test(book_setting_aside, is_durable_and_sends_nothing_by_itself) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& aside = move_aside(stage, "smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(aside.text, "done");
    for (int start = 0; start < 2; ++start) {
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        EXPECT_TEXT(stage.reason("smith"), "it may be older than it was");
        stage.run(24h * 7);
        cr_expect(stage.http.sent() == 0);
        stage.restart();
    }
}

Test(book_setting_aside, leaves_the_access_token_while_it_lives) {
    CoreStage stage;
    stage.log_in("smith");
    move_aside(stage, "smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(1h);
    EXPECT_TEXT(stage.now("smith"), "login_required");
}

Test(book_setting_aside, ends_when_the_refresh_token_is_tried_and_taken) {
    CoreStage stage;
    stage.log_in("smith");
    move_aside(stage, "smith", "B1");
    stage.run(CoreStage::kAMoment);
    stage.revive("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.reason("smith"), "");
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    stage.run(48min + CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 2, "it refreshes by itself again");
}

Test(book_setting_aside, ends_with_a_login) {
    CoreStage stage;
    stage.log_in("smith");
    move_aside(stage, "smith", "B1");
    stage.run(CoreStage::kAMoment);
    stage.log_in("smith", 1h, "A2", "R2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_setting_aside, waits_for_the_refresh_under_way_and_keeps_what_it_brings) {
    CoreStage stage(agent::Rotation::kSingleUse, agent::Product::kPlatform);
    stage.log_in("smith");
    stage.run(48min + CoreStage::kAMoment);
    const Reply& aside = move_aside(stage, "smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(aside.text, "");
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(aside.text, "done");
    EXPECT_TEXT(stage.state("smith"), "login_required#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_setting_aside, leaves_what_needs_a_login_as_it_is) {
    CoreStage stage;
    stage.log_in("smith");
    stage.log_in("jones");
    stage.store.find_account("jones")->sealed.back() ^= std::byte{1};
    stage.restart();
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    const Reply& smith = move_aside(stage, "smith", "B1");
    stage.say_invalid_grant();
    const Reply& jones = move_aside(stage, "jones", "B1");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(smith.text, "done");
    EXPECT_CONTAINS(stage.reason("smith"), "invalid_grant");
    EXPECT_TEXT(jones.text, "done");
    EXPECT_CONTAINS(stage.reason("jones"), "damaged");
    for (const char* account : {"smith", "jones"}) EXPECT_TEXT(stage.book->moved_to(account), "");
    stage.revive("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_setting_aside, that_the_disk_refuses_changes_nothing) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.disk_is_full();
    const Reply& aside = move_aside(stage, "smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(aside.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.state("smith"), "ready#1");
}

Test(book_setting_aside, is_told_to_those_who_listen) {
    CoreStage stage;
    stage.log_in("smith");
    stage.heard.clear();
    move_aside(stage, "smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.heard, "login_required smith#1\n");
}

Test(book_setting_aside, of_an_unknown_account_says_so) {
    CoreStage stage;
    const Reply& aside = move_aside(stage, "nobody");
    stage.timers.turn();
    EXPECT_TEXT(aside.text, "not_found");
}
