// SPDX-License-Identifier: Apache-2.0
#include "core/keys/resealing.h"

#include <string>

#include "core/store/revised_store.h"
#include "core_stage.h"
#include "fakes/sealing.h"

using agent::Error;
using agent::SealingKey;
using fakes::key_of;

namespace {

/// Removes what is not there.
const agent::StoreChange kNothing{.action = agent::StoreChange::Action::kRemove,
                                  .row = {.kind = agent::StoredRow::Kind::kApp, .name = "-", .sealed = {}}};

/// An agent whose data key is rotated.
struct RunningRotation {
    void rotate() {
        stage.sealer.rotate(key_of('n'));
        resealing.emplace(
            stage.timers, revised, *stage.apps, *stage.book,
            [this](agent::TokenStore::Done told) {
                ++asked_to_forget;
                return stage.store.commit(kNothing, std::move(told));
            },
            [this] { ++done; });
    }
    /// What a restart would find once the previous key is forgotten.
    std::string restarted(const std::string& account) {
        stage.sealer.forget_previous();
        const std::string in_memory = stage.now(account);
        stage.restart();
        const std::string stored = stage.now(account);
        return in_memory == stored ? stored : in_memory + ", after a restart " + stored;
    }
    std::unique_ptr<agent::Waiting> put_app(const char* name) {
        agent::App app = stage.app.clone();
        app.name = name;
        app.client_secret = agent::SecretString("s3cret");
        return stage.apps->put(std::move(app), false, [](const agent::Result<void>&) {});
    }

    CoreStage stage{agent::Rotation::kSingleUse};
    agent::RevisedStore revised{stage.store, stage.sealer};
    std::optional<agent::Resealing> resealing;
    int asked_to_forget = 0;
    int done = 0;
};

}  // namespace

Test(resealing, what_is_in_memory_and_stored_opens_with_the_new_key_alone) {
    RunningRotation r;
    for (int n = 0; n < 200; ++n) r.stage.log_in("a" + std::to_string(n));
    const auto app = r.put_app("second");
    r.stage.run(CoreStage::kAMoment);
    r.rotate();
    cr_expect(r.done == 0);
    r.stage.run(CoreStage::kAMoment);
    cr_expect(r.resealing->progress().records == 202 && r.resealing->progress().left == 0);
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("a199"), "A1#1");
    cr_expect(r.stage.apps->find("second") != nullptr && r.stage.apps->secret(*r.stage.apps->find("second")));
}

Test(resealing, what_the_disk_refuses_is_tried_again) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.stage.store.disk_is_full();
    r.rotate();
    r.stage.run(std::chrono::minutes(1));
    cr_expect(r.done == 0);
    cr_expect(r.resealing->progress().records == 2 && r.resealing->progress().left == 1, "all but the configured app");
    r.stage.store.refuse({});
    r.stage.run(agent::Resealing::kPause);
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("smith"), "A1#1");
}

Test(resealing, waits_for_tokens_that_the_disk_has_not_taken) {
    RunningRotation r;
    r.stage.log_in("smith");
    auto& asked = r.stage.refresh("smith");
    r.stage.run(CoreStage::kAMoment);
    r.stage.store.disk_is_full();
    r.stage.give_tokens("A2", "R2");
    r.stage.run(std::chrono::seconds(1));
    r.rotate();
    r.stage.run(std::chrono::minutes(1));
    cr_expect(r.done == 0);
    r.stage.store.refuse({});
    r.stage.run(std::chrono::minutes(10));
    EXPECT_TEXT(asked.text, "temporarily_unavailable");
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("smith"), "A2#2");
}

Test(resealing, reaches_a_login_and_an_app_that_were_on_their_way_to_the_disk) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.stage.store.hold();
    const Reply& login = r.stage.adopt("jones", std::chrono::hours(1), "A7", "R7");
    const auto app = r.put_app("second");
    r.rotate();
    r.stage.run(CoreStage::kAMoment);
    cr_expect(r.done == 0);
    r.stage.store.release();
    r.stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(login.text, "done");
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("jones"), "A7#1");
    cr_expect(r.stage.apps->find("second") != nullptr && r.stage.apps->secret(*r.stage.apps->find("second")));
}

Test(resealing, a_store_that_cannot_forget_is_asked_again) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.stage.store.hold();
    r.rotate();
    r.stage.store.finish();  // the revision
    r.stage.run(CoreStage::kAMoment);
    r.stage.store.finish();  // the account
    r.stage.run(CoreStage::kAMoment);
    cr_expect(r.asked_to_forget == 1 && r.done == 0);
    r.stage.store.disk_is_full();
    r.stage.store.finish();
    r.stage.store.refuse({});
    r.stage.store.release();
    r.stage.run(agent::Resealing::kForgetPause - CoreStage::kAMoment);
    cr_expect(r.asked_to_forget == 1 && r.done == 0);
    r.stage.run(std::chrono::seconds(1));
    cr_expect(r.asked_to_forget == 2 && r.done == 1);
}

Test(resealing, a_damaged_record_needs_neither_key) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.stage.log_in("jones");
    r.stage.store.find_account("jones")->sealed.back() ^= std::byte{1};
    r.stage.restart();
    r.rotate();
    r.stage.run(CoreStage::kAMoment);
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("smith"), "A1#1");
}

Test(resealing, goes_on_with_the_others_while_one_account_is_taken) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.stage.log_in("jones");
    Reply& logout = r.stage.remove("smith", /*revoke=*/true);
    r.stage.run(CoreStage::kAMoment);
    r.rotate();
    r.stage.run(CoreStage::kAMoment);
    cr_expect(r.done == 0);
    r.stage.http.answer(500, "");
    r.stage.run(agent::Resealing::kPause);
    EXPECT_TEXT(logout.text, "temporarily_unavailable");
    cr_expect(r.done == 1);
    EXPECT_TEXT(r.restarted("smith"), "A1#1");
}

Test(resealing, destroying_it_leaves_the_rest_for_later) {
    RunningRotation r;
    r.stage.log_in("smith");
    r.rotate();
    r.resealing.reset();
    r.stage.run(std::chrono::minutes(1));
    cr_expect(r.done == 0);
    EXPECT_TEXT(r.stage.now("smith"), "A1#1");
}
