// SPDX-License-Identifier: Apache-2.0
// A refresh token that was refused is kept beside the verdict, and can be tried again.
#include "unit/core_stage.h"

using namespace std::chrono_literals;

namespace {

void kill_grant(CoreStage& stage) {
    stage.log_in("smith");
    stage.run(48min + CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.run(24h);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
}

}  // namespace

Test(book_revival, a_refused_token_that_is_taken_after_all_brings_the_account_back) {
    CoreStage stage;
    kill_grant(stage);
    stage.restart();
    const Reply& revived = stage.revive("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(revived.text, "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_revival, a_token_that_is_refused_again_leaves_everything_as_it_was) {
    CoreStage stage;
    kill_grant(stage);
    const Reply& revived = stage.revive("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(revived.text, "login_required");
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    stage.run(24h * 7);
    cr_expect(stage.http.sent() == 2, "it is not tried again on its own");
}

Test(book_revival, of_a_healthy_account_is_a_refresh) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& revived = stage.revive("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(revived.text, "ready#2");
}

Test(book_revival, of_an_unknown_account_says_so) {
    CoreStage stage;
    const Reply& revived = stage.revive("nobody");
    stage.timers.turn();
    EXPECT_TEXT(revived.text, "not_found");
}

Test(book_revival, writes_down_that_it_begins) {
    CoreStage stage(agent::Rotation::kSingleUse);
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    const std::size_t written = stage.store.log().size();
    stage.revive("smith");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    cr_expect(stage.store.log().size() == written + 1);
    // Else a restart would still believe the verdict, though the request may have been granted.
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
}

Test(book_revival, that_fails_leaves_everything_as_it_was) {
    for (const bool disk_is_full : {true, false}) {
        CoreStage stage(agent::Rotation::kSingleUse);
        kill_grant(stage);
        const std::string reason = stage.reason("smith");
        if (disk_is_full) stage.store.disk_is_full();
        const Reply& revived = stage.revive("smith");
        stage.run(CoreStage::kAMoment);
        if (!disk_is_full) stage.be_down();
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(revived.text, "temporarily_unavailable");
        EXPECT_CONTAINS(revived.error.message, disk_is_full ? "disk full" : "HTTP 503");
        EXPECT_CONTAINS(revived.error.message, reason.c_str());
        EXPECT_TEXT(stage.reason("smith"), reason);
        stage.store.refuse(std::nullopt);
        const std::size_t sent = stage.http.sent();
        stage.run(24h * 7);
        cr_expect(stage.http.sent() == sent, "nobody asked for it");
        stage.restart();
        stage.run(24h);
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        EXPECT_TEXT(stage.reason("smith"), reason);
        cr_expect(stage.http.sent() == sent);
    }
}
