// SPDX-License-Identifier: Apache-2.0
#include "fakes/sealing.h"
#include "keyring_stage.h"
#include "temp_dir.h"

using namespace agent;
using namespace std::chrono_literals;
using fakes::need_sealing;

TestSuite(keyring_slots, .init = need_sealing);

Test(keyring_slots, a_slot_that_was_added_unlocks) {
    KeyringStage stage;
    const auto& added = stage.add();
    stage.timers.turn();
    cr_assert(added.is_good());
    cr_expect((*added.answer)->id == 3);
    EXPECT_TEXT(stage.vault.calls, "slots_changed ");
    stage.be_locked();
    const auto& unlocked = stage.unlock((*added.answer)->recovery_key.reveal());
    stage.timers.turn();
    cr_expect(unlocked.is_good());
}

Test(keyring_slots, a_locked_agent_adds_nothing_and_makes_no_key_file) {
    const TempDir directory;
    KeyringStage stage;
    stage.be_locked();
    const auto& added = stage.add(SlotKind::kFile, directory / "key");
    stage.timers.turn();
    cr_expect(added.has_failed(Error::Code::kLocked));
    cr_expect(!std::filesystem::exists(directory / "key"));
    cr_expect(stage.keys.slots.slots.size() == 2);
}

Test(keyring_slots, a_new_key_file_is_made_and_an_old_one_used) {
    const TempDir directory;
    KeyringStage stage;
    const auto& first = stage.add(SlotKind::kFile, directory / "key");
    stage.timers.turn();
    cr_assert(first.is_good(), "%s", first.why().c_str());
    const std::string text = TempDir::read(directory / "key");
    const auto& second = stage.add(SlotKind::kFile, directory / "key");
    stage.timers.turn();
    cr_expect(second.is_good());
    EXPECT_TEXT(TempDir::read(directory / "key"), text);
}

Test(keyring_slots, the_first_slot_of_a_new_store_opens_it) {
    KeyringStage stage;
    stage.be_locked();
    stage.keys.slots.slots.clear();
    const auto& added = stage.add();
    stage.timers.turn();
    cr_assert(added.is_good(), "%s", added.why().c_str());
    EXPECT_TEXT(stage.in_use(), "?");
    EXPECT_TEXT(stage.vault.calls, "open slots_changed ");
    cr_expect(stage.all_slots_are_good());
}

Test(keyring_slots, of_two_first_slots_one_is_refused_or_opens_the_same_store) {
    KeyringStage stage;
    stage.be_locked();
    stage.keys.slots.slots.clear();
    const auto& first = stage.add();
    const auto& second = stage.add();
    stage.timers.turn();
    cr_expect(first.is_good());
    cr_expect(second.is_good(), "the agent is unlocked by then: %s", second.why().c_str());
    cr_expect(stage.keys.slots.slots.size() == 2);
    cr_expect(stage.all_slots_are_good());
}

Test(keyring_slots, a_first_slot_is_refused_where_another_came_first_and_the_agent_is_locked) {
    KeyringStage stage;
    stage.be_locked();
    stage.keys.slots.slots.clear();
    stage.worker.hold();
    const auto& added = stage.add();
    stage.timers.turn();
    stage.keys.add_now(key_of('x'), SlotKind::kFile, key_of('f'), "/etc/key");
    stage.worker.finish();
    stage.timers.turn();
    cr_expect(added.has_failed(Error::Code::kLocked));
    EXPECT_TEXT(stage.in_use(), "-");
}

Test(keyring_slots, a_slot_that_meets_a_rotation_wraps_the_new_data_key) {
    KeyringStage stage;
    stage.keys.hold();
    const auto& added = stage.add();
    stage.keys.finish();  // the slots are read
    const auto& rotated = stage.rotate();
    stage.timers.turn();  // the slot's key is made
    stage.keys.release();
    stage.timers.turn();
    cr_expect(rotated.is_good());
    cr_assert(added.is_good(), "%s", added.why().c_str());
    EXPECT_TEXT(stage.in_use(), "?");
    cr_expect(stage.all_slots_are_good());
}

Test(keyring_slots, no_slot_is_added_with_a_data_key_that_is_not_the_stores) {
    KeyringStage stage;
    stage.vault.key = key_of('x');
    const auto& added = stage.add();
    stage.timers.turn();
    cr_expect(added.has_failed(Error::Code::kConflict));
    EXPECT_CONTAINS(added.why(), "is not the data key of this store");
}

Test(keyring_slots, a_refused_change_is_told_and_nothing_follows_from_it) {
    KeyringStage stage;
    stage.keys.disk_is_full();
    const auto& added = stage.add();
    const auto& removed = stage.remove(1);
    const auto& rotated = stage.rotate();
    stage.timers.turn();
    cr_expect(added.has_failed(Error::Code::kTemporarilyUnavailable));
    cr_expect(removed.has_failed(Error::Code::kTemporarilyUnavailable));
    cr_expect(rotated.has_failed(Error::Code::kTemporarilyUnavailable));
    EXPECT_TEXT(stage.vault.calls, "");
    EXPECT_TEXT(stage.in_use(), "d");
}

Test(keyring_slots, a_locked_agent_removes_and_rotates_nothing) {
    KeyringStage stage;
    stage.be_locked();
    const auto& removed = stage.remove(1);
    const auto& rotated = stage.rotate();
    stage.timers.turn();
    cr_expect(removed.has_failed(Error::Code::kLocked));
    cr_expect(rotated.has_failed(Error::Code::kLocked));
    cr_expect(stage.keys.slots.slots.size() == 2);
}

Test(keyring_slots, a_removal_is_told_to_the_store_revision) {
    KeyringStage stage;
    const auto& removed = stage.remove(1);
    stage.timers.turn();
    cr_expect(removed.is_good());
    EXPECT_TEXT(stage.vault.calls, "slots_changed ");
}

Test(keyring_slots, a_new_data_key_is_used_when_it_is_durable) {
    KeyringStage stage;
    stage.keys.hold();
    const auto& rotated = stage.rotate();
    stage.timers.turn();
    EXPECT_TEXT(stage.in_use(), "d");
    stage.keys.finish();
    cr_expect(rotated.is_good());
    EXPECT_TEXT(stage.in_use(), "?");
    cr_expect(stage.all_slots_are_good());
}

Test(keyring_slots, lists_what_is_stored) {
    KeyringStage stage;
    const auto& before = stage.list();
    stage.timers.turn();
    cr_assert(before.is_good());
    cr_expect(!(*before.answer)->rotating);
    cr_expect(!(*before.answer)->progress);
    stage.rotate();
    stage.vault.progress = {.records = 7, .left = 3};
    const auto& after = stage.list();
    stage.timers.turn();
    cr_assert(after.is_good());
    cr_expect((*after.answer)->rotating);
    cr_expect((*after.answer)->progress->records == 7 && (*after.answer)->progress->left == 3);
    cr_assert((*after.answer)->slots.size() == 2);
    EXPECT_TEXT((*after.answer)->slots.front().source, "/etc/key");
}

// Backups.

Test(keyring_slots, a_backup_key_comes_again_from_its_recovery_key) {
    KeyringStage stage;
    std::optional<Result<NewBackupKey>> made;
    const auto making = stage.keyring.make_backup_key({}, kUser, [&](auto result) { made = std::move(result); });
    cr_assert(!made);
    stage.timers.turn();
    cr_assert(made && *made);
    cr_expect(!(*made)->kdf);
    std::optional<Result<SealingKey>> again;
    const auto asking = stage.keyring.backup_key(KeyringStage::secrets((*made)->recovery_key.reveal()), {}, kUser,
                                                 [&](auto result) { again = std::move(result); });
    stage.timers.turn();
    cr_assert(again && *again);
    cr_expect(fingerprint(**again) == fingerprint((*made)->key));
}

Test(keyring_slots, a_passphrase_of_a_backup_is_derived_away_from_the_loop) {
    KeyringStage stage;
    stage.worker.hold();
    TypedSecrets typed;
    typed.passphrase = SecretString("open sesame");
    std::optional<Result<SealingKey>> key;
    const auto asking =
        stage.keyring.backup_key(std::move(typed), {}, kUser, [&](auto result) { key = std::move(result); });
    stage.timers.turn();
    cr_assert(!key && stage.worker.waiting() == 1);
    stage.worker.finish();
    cr_assert(key && !*key, "parameters that no backup has");
}
