// SPDX-License-Identifier: Apache-2.0
#include "app/lock/unlocked.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core_stage.h"
#include "fakes/fake_key_store.h"
#include "fakes/fake_redirect_listener.h"
#include "fakes/fake_store_witness.h"
#include "fakes/sealing.h"

using namespace agent;
using namespace std::chrono_literals;
using fakes::key_of;

namespace {

using Rows = std::map<fakes::FakeTokenStore::Key, StoredRow>;

/// An agent that is unlocked with the data key of a CoreStage, whose accounts it has.
struct UnlockedStage {
    explicit UnlockedStage(Rotation rotation = Rotation::kReusable) : core(rotation) {
        core.log_in("smith");
        core.log_in("jones");
        core.end();
        core.heard.clear();
    }
    /// Another generation of this account, which is then seen by the witness.
    void log_in_again(const std::string& account) {
        core.start();
        core.log_in(account);
        core.end();
        core.heard.clear();
        witness.look();
    }
    [[nodiscard]] Result<void> unlock(std::optional<SealingKey> previous = {}, char key = 'k') {
        lock();
        Config config;
        config.apps.push_back(core.app.clone());
        unlocked.emplace(core.world, witness, key_store, core.events, redirects,
                         DataKeys{.current = key_of(key), .previous = std::move(previous)}, std::move(config));
        auto loaded = unlocked->load();
        if (!loaded) unlocked.reset();
        return loaded;
    }
    void lock() { unlocked.reset(); }

    [[nodiscard]] std::string state(const std::string& account) {
        const auto facts = unlocked->accounts().facts(account);
        return facts ? std::string(word_of(kAccountStates, facts->state)) + "#" + std::to_string(facts->generation)
                     : "-";
    }
    /// Whether every record opens with this key alone.
    [[nodiscard]] bool all_opens_with(char key) {
        const Sealer alone(key_of(key));
        RevisedStore store(core.store, alone);
        std::size_t records = 0;
        const auto loaded = store.load([&](const StoredRow& row) {
            const auto record = open_account_record(alone, row);
            if (record) ++records;
        });
        return loaded && records == 2;
    }

    CoreStage core;
    fakes::FakeStoreWitness witness{core.store};
    fakes::FakeKeyStore key_store{core.timers};
    fakes::FakeRedirectListener redirects;
    std::optional<Unlocked> unlocked;
};

}  // namespace

Test(unlocked, serves_what_is_stored) {
    UnlockedStage stage;
    cr_assert(stage.unlock());
    EXPECT_TEXT(stage.state("smith"), "ready#1");
    EXPECT_TEXT(stage.state("jones"), "ready#1");
    cr_expect(stage.witness.repairs() == 0);
}

Test(unlocked, an_account_that_does_not_open_stands_alone) {
    UnlockedStage stage;
    stage.core.store.find_account("smith")->sealed.back() ^= std::byte{1};
    cr_assert(stage.unlock());
    EXPECT_TEXT(stage.state("jones"), "ready#1");
    EXPECT_CONTAINS(stage.unlocked->accounts().facts("smith")->reason, "damaged");
}

// A store that was put back from an older copy.

Test(unlocked, a_store_that_was_put_back_goes_on_above_what_was_seen) {
    UnlockedStage stage;
    const Rows before = stage.core.store.rows();
    stage.log_in_again("smith");
    stage.core.store.rows() = before;
    cr_assert(stage.unlock());
    cr_expect(stage.witness.repairs() == 1);
    EXPECT_TEXT(stage.state("smith"), "ready#3");
    cr_assert(stage.unlock());
    cr_expect(stage.witness.repairs() == 1, "the repair is durable");
}

Test(unlocked, a_store_that_was_put_back_twice_is_noticed_twice) {
    UnlockedStage stage;
    cr_assert(stage.unlock());
    stage.unlocked->key_slots_changed();
    stage.core.timers.turn();
    const Rows first = stage.core.store.rows();
    stage.unlocked->key_slots_changed();
    stage.core.timers.turn();
    stage.witness.look();
    stage.core.store.rows() = first;
    cr_assert(stage.unlock());
    cr_assert(stage.witness.repairs() == 1);
    const Rows repaired = stage.core.store.rows();
    stage.unlocked->key_slots_changed();
    stage.core.timers.turn();
    stage.witness.look();
    stage.core.store.rows() = repaired;
    cr_assert(stage.unlock());
    cr_expect(stage.witness.repairs() == 2, "later revisions went on from the repaired one");
}

Test(unlocked, does_not_begin_with_a_put_back_store_that_takes_no_changes) {
    UnlockedStage stage;
    const Rows before = stage.core.store.rows();
    stage.log_in_again("smith");
    stage.core.store.rows() = before;
    stage.witness.refuse(Error{.code = Error::Code::kTemporarilyUnavailable, .message = "disk full"});
    cr_expect(!stage.unlock());
}

Test(unlocked, tells_who_must_log_in_only_once_it_can_be_asked) {
    UnlockedStage stage(Rotation::kSingleUse);
    const Rows before = stage.core.store.rows();
    stage.log_in_again("smith");
    stage.core.store.rows() = before;
    cr_assert(stage.unlock());
    EXPECT_TEXT(stage.state("smith"), "login_required#3");
    EXPECT_TEXT(stage.core.heard, "");
    stage.core.timers.turn();
    EXPECT_TEXT(stage.core.heard, "login_required smith#3\n");
}

// Another data key.

Test(unlocked, a_rotation_reaches_every_record_and_is_over_when_the_old_key_is_forgotten) {
    UnlockedStage stage;
    cr_assert(stage.unlock());
    stage.unlocked->rotate(key_of('n'));
    stage.core.timers.advance(1s);
    cr_expect(stage.key_store.asked_to_forget == 1);
    cr_expect(stage.all_opens_with('n'));
    cr_assert(stage.unlock({}, 'n'));
    EXPECT_TEXT(stage.state("smith"), "ready#1");
}

Test(unlocked, a_rotation_that_was_begun_goes_on_after_a_restart) {
    UnlockedStage stage;
    cr_assert(stage.unlock(key_of('k'), 'n'));
    stage.core.timers.advance(1s);
    cr_expect(stage.key_store.asked_to_forget == 1);
    cr_expect(stage.all_opens_with('n'));
}

Test(unlocked, asks_again_where_the_store_does_not_forget_the_old_key) {
    UnlockedStage stage;
    stage.key_store.disk_is_full();
    cr_assert(stage.unlock(key_of('k'), 'n'));
    stage.core.timers.advance(1s);
    cr_expect(stage.key_store.asked_to_forget == 1);
    stage.core.timers.advance(Resealing::kForgetPause);
    cr_expect(stage.key_store.asked_to_forget == 2);
    stage.key_store.refuse({});
    stage.core.timers.advance(Resealing::kForgetPause);
    cr_expect(stage.key_store.asked_to_forget == 3);
    stage.core.timers.advance(10 * Resealing::kForgetPause);
    cr_expect(stage.key_store.asked_to_forget == 3);
}

Test(unlocked, a_closing_ends_a_rotation_and_an_unlocking_goes_on_with_it) {
    UnlockedStage stage;
    stage.key_store.disk_is_full();
    cr_assert(stage.unlock(key_of('k'), 'n'));
    stage.core.timers.advance(1s);
    bool wound_down = false;
    stage.unlocked->wind_down([&] { wound_down = true; });
    stage.core.timers.advance(5 * Resealing::kForgetPause);
    cr_expect(wound_down);
    cr_expect(stage.key_store.asked_to_forget == 1);
    stage.key_store.refuse({});
    stage.unlocked->resume();
    stage.core.timers.advance(1s);
    cr_expect(stage.key_store.asked_to_forget == 2);
}

Test(unlocked, a_changed_key_slot_is_a_new_revision_of_the_store) {
    UnlockedStage stage;
    cr_assert(stage.unlock());
    stage.unlocked->key_slots_changed();
    stage.core.timers.turn();
    const auto revision = [&] {
        const StoredRow* const row =
            stage.core.store.find(StoredRow::Kind::kRevision, std::string(RevisedStore::kRecordName));
        return row == nullptr ? 0 : row->generation;
    };
    const std::uint64_t first = revision();
    stage.unlocked->key_slots_changed();
    stage.core.timers.turn();
    cr_expect(revision() == first + 1);
}
