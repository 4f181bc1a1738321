// SPDX-License-Identifier: Apache-2.0
#include "fakes/sealing.h"
#include "keyring_stage.h"

using namespace agent;
using namespace std::chrono_literals;
using fakes::need_sealing;

TestSuite(keyring_locking, .init = need_sealing);

Test(keyring_locking, locks_where_a_person_can_unlock_again) {
    KeyringStage stage;
    const auto& locked = stage.lock_it();
    stage.timers.turn();
    stage.vault.end_what_is_under_way();
    stage.timers.turn();
    cr_expect(locked.is_good());
    EXPECT_TEXT(stage.vault.calls, "wind_down close ");
}

Test(keyring_locking, does_not_lock_with_a_file_alone) {
    KeyringStage stage;
    stage.remove(2);
    stage.timers.turn();
    const auto& locked = stage.lock_it();
    stage.timers.turn();
    cr_expect(locked.has_failed(Error::Code::kConflict));
    EXPECT_CONTAINS(locked.why(), "clioctl key add passphrase");
    cr_expect(stage.lock.is_open());
}

Test(keyring_locking, does_not_lock_while_a_new_data_key_is_stored) {
    KeyringStage stage;
    stage.keys.hold();
    const auto& locked = stage.lock_it();
    const auto& rotated = stage.rotate();
    stage.keys.finish();
    stage.timers.turn();
    cr_expect(locked.has_failed(Error::Code::kTemporarilyUnavailable));
    stage.keys.finish();
    cr_expect(rotated.is_good());
    stage.keys.release();
    stage.be_locked();
}

Test(keyring_locking, does_not_lock_while_a_slot_is_removed) {
    KeyringStage stage;
    stage.keys.hold();
    const auto& locked = stage.lock_it();
    const auto& removed = stage.remove(2);
    stage.keys.finish();
    stage.timers.turn();
    cr_expect(locked.has_failed(Error::Code::kTemporarilyUnavailable), "nothing could unlock it again");
    stage.keys.finish();
    cr_expect(removed.is_good());
    cr_expect(stage.lock.is_open());
}

Test(keyring_locking, does_not_lock_where_the_slots_cannot_be_read) {
    KeyringStage stage;
    stage.keys.disk_is_full();
    const auto& locked = stage.lock_it();
    stage.timers.turn();
    cr_expect(locked.has_failed(Error::Code::kTemporarilyUnavailable));
    cr_expect(stage.lock.is_open());
}

// Unlocking.

Test(keyring_locking, a_right_secret_unlocks) {
    KeyringStage stage;
    stage.be_locked();
    const auto& unlocked = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(unlocked.is_good());
    EXPECT_TEXT(stage.in_use(), "d");
}

Test(keyring_locking, unlocks_when_the_caller_has_given_up) {
    KeyringStage stage;
    stage.be_locked();
    stage.unlock_with_good().waiting.reset();
    stage.timers.turn();
    EXPECT_TEXT(stage.in_use(), "d");
}

Test(keyring_locking, secrets_are_tried_away_from_the_loop) {
    KeyringStage stage;
    stage.be_locked();
    stage.worker.hold();
    const auto& unlocked = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(stage.worker.waiting() == 1);
    cr_expect(!unlocked.answer);
    stage.worker.finish();
    stage.timers.turn();
    cr_expect(unlocked.is_good());
}

Test(keyring_locking, the_attempt_after_a_wrong_one_waits) {
    KeyringStage stage;
    stage.be_locked();
    const auto& wrong = stage.unlock(stage.wrong_key.reveal());
    stage.timers.turn();
    cr_assert(wrong.has_failed(Error::Code::kForbidden));
    EXPECT_TEXT(wrong.why(), "unlock: wrong passphrase or recovery key");
    const auto& next = stage.unlock_with_good();
    stage.timers.advance(AttemptThrottle::kFirstWait - 1ms);
    cr_expect(!next.answer);
    stage.timers.advance(1ms);
    cr_expect(next.is_good());
}

Test(keyring_locking, a_right_attempt_ends_the_waits) {
    KeyringStage stage;
    stage.unlock(stage.wrong_key.reveal());
    stage.timers.turn();
    stage.unlock_with_good();
    stage.timers.advance(AttemptThrottle::kFirstWait);
    const auto& next = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(next.is_good());
}

Test(keyring_locking, a_wrong_secret_in_a_test_counts_as_an_attempt) {
    KeyringStage stage;
    const auto& tried = stage.test(stage.wrong_key.reveal());
    stage.timers.turn();
    cr_assert(tried.is_good());
    const auto& next = stage.test(stage.recovery_key.reveal());
    stage.timers.advance(AttemptThrottle::kFirstWait - 1ms);
    cr_expect(!next.answer);
    stage.timers.advance(1ms);
    cr_expect(next.is_good());
    const auto& after_a_right_one = stage.test(stage.recovery_key.reveal());
    stage.timers.turn();
    cr_expect(after_a_right_one.is_good());
}

Test(keyring_locking, a_proof_is_an_attempt_that_unlocks_nothing) {
    KeyringStage stage;
    stage.be_locked();
    const auto& wrong = stage.prove(stage.wrong_key.reveal());
    stage.timers.turn();
    cr_expect(wrong.has_failed(Error::Code::kForbidden));
    EXPECT_CONTAINS(wrong.why(), "proof: wrong");
    const auto& right = stage.prove(stage.recovery_key.reveal());
    stage.timers.advance(AttemptThrottle::kFirstWait - 1ms);
    cr_expect(!right.answer);
    stage.timers.advance(1ms);
    cr_expect(right.is_good());
    EXPECT_TEXT(stage.in_use(), "-");
}

Test(keyring_locking, what_tries_nothing_shortens_no_wait) {
    KeyringStage stage;
    stage.unlock(stage.wrong_key.reveal());
    stage.timers.turn();
    stage.test("");
    stage.timers.advance(AttemptThrottle::kFirstWait);
    const auto& next = stage.unlock_with_good();
    stage.timers.advance(AttemptThrottle::kFirstWait - 1ms);
    cr_expect(!next.answer);
    stage.timers.advance(1ms);
    cr_expect(next.is_good());
}

Test(keyring_locking, one_user_guesses_and_another_does_not_wait) {
    KeyringStage stage;
    stage.unlock(stage.wrong_key.reveal(), kUser);
    stage.timers.turn();
    const auto& next = stage.unlock(stage.recovery_key.reveal(), kOther);
    stage.timers.turn();
    cr_expect(next.is_good());
}

Test(keyring_locking, a_user_has_one_attempt_at_a_time) {
    KeyringStage stage;
    stage.worker.hold();
    stage.unlock(stage.wrong_key.reveal());
    const auto& second = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(second.has_failed(Error::Code::kTemporarilyUnavailable));
}

Test(keyring_locking, what_says_nothing_about_the_secret_is_no_wrong_attempt) {
    KeyringStage stage;
    stage.keys.disk_is_full();
    const auto& unread = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(unread.has_failed(Error::Code::kTemporarilyUnavailable));
    stage.keys.refuse({});
    const auto& misread = stage.unlock("no recovery key");
    stage.timers.turn();
    cr_expect(misread.has_failed(Error::Code::kBadRequest));
    stage.remove(2);
    stage.timers.turn();
    const auto& without_slot = stage.unlock_with_good();
    stage.timers.turn();
    cr_expect(without_slot.has_failed(Error::Code::kConflict));
    EXPECT_CONTAINS(without_slot.why(), "it has: file");
}

Test(keyring_locking, a_slot_that_is_removed_while_it_is_tried_opens_nothing) {
    KeyringStage stage;
    stage.be_locked();
    stage.worker.hold();
    const auto& unlocked = stage.unlock_with_good();
    stage.timers.turn();
    stage.keys.slots.slots.pop_back();
    stage.worker.finish();
    stage.timers.turn();
    cr_expect(unlocked.has_failed(Error::Code::kConflict));
    EXPECT_CONTAINS(unlocked.why(), "was removed");
    EXPECT_TEXT(stage.in_use(), "-");
}

Test(keyring_locking, a_slot_opens_with_the_data_key_that_it_was_given_while_it_was_tried) {
    KeyringStage stage;
    stage.be_locked();
    stage.worker.hold();
    stage.unlock_with_good();
    stage.timers.turn();
    cr_assert(stage.keys.slots.rotate(key_of('d'), key_of('e')));
    stage.worker.finish();
    stage.timers.turn();
    cr_assert(stage.vault.key);
    cr_expect(fingerprint(*stage.vault.key) == fingerprint(key_of('e')));
}
