// SPDX-License-Identifier: Apache-2.0
#include "app/keys/slot_trial.h"

#include "base/bytes.h"
#include "base/crypto/recovery_key.h"
#include "expect.h"
#include "fakes/sealing.h"
#include "temp_dir.h"

using namespace agent;
using fakes::key_of;
using fakes::need_sealing;

namespace {

/// Slots 1 and 2 of files, 3 and 4 of recovery keys, of one store.
struct SlotTrialStage {
    SlotTrialStage() {
        for (const char* name : {"first", "second"}) {
            const std::string path = directory.write(name, std::string(64, '1') + "\n");
            add(SlotKind::kFile, *SealingKey::from_raw(as_bytes(std::string(SealingKey::kSize, '\x11'))), path);
        }
        add(SlotKind::kRecovery, *read_recovery_key(other_key.reveal()));
        add(SlotKind::kRecovery, *read_recovery_key(recovery_key.reveal()));
    }
    void add(SlotKind kind, const SealingKey& slot_key, std::string source = {}) {
        const auto id = static_cast<std::int64_t>(slots.slots.size()) + 1;
        slots.slots.push_back(
            *slots.make(key_of('d'), {.id = id, .kind = kind, .source = std::move(source), .made_at = {}, .kdf = {}},
                        {}, slot_key));
    }
    SlotTrial run(std::string_view typed, bool until_one_opens) const {
        TypedSecrets secrets;
        secrets.recovery_key = SecretString(typed);
        SlotTrial trial(std::move(secrets), until_one_opens);
        trial.slots = slots;
        trial.run();
        return trial;
    }
    /// "1+ 2- 3?": which slots were tried; "+" opens, "-" does not, "?" for want of its secret.
    static std::string tried(const SlotTrial& trial) {
        std::string text;
        for (const TriedKeySlot& one : trial.tried)
            text += std::to_string(one.id) + (!one.opens ? "? " : *one.opens ? "+ " : "- ");
        return text;
    }

    TempDir directory;
    SecretString recovery_key = make_recovery_key();
    SecretString other_key = make_recovery_key();
    KeySlots slots{.store = "/store.db", .store_id = "id", .slots = {}, .sealed_previous = {}};
};

}  // namespace

TestSuite(slot_trial, .init = need_sealing);

Test(slot_trial, unlocking_tries_what_was_typed_until_one_opens) {
    const SlotTrialStage stage;
    SlotTrial trial = stage.run(stage.recovery_key.reveal(), true);
    EXPECT_TEXT(SlotTrialStage::tried(trial), "3- 4+ ");
    const auto opened = trial.take_opened("unlock");
    cr_assert(opened);
    cr_expect(opened->id == 4);
    cr_expect(stage.slots.open_again(4, opened->key));
}

Test(slot_trial, unlocking_tries_no_slot_after_the_one_that_opens) {
    const SlotTrialStage stage;
    EXPECT_TEXT(SlotTrialStage::tried(stage.run(stage.other_key.reveal(), true)), "3+ ");
}

Test(slot_trial, a_file_opens_nothing_for_a_person) {
    const SlotTrialStage stage;
    SlotTrial trial = stage.run(make_recovery_key().reveal(), true);
    const auto opened = trial.take_opened("unlock");
    cr_assert_not(opened);
    cr_expect(opened.error().code == Error::Code::kForbidden);
}

Test(slot_trial, a_test_tries_every_slot_it_has_the_secret_of) {
    const SlotTrialStage stage;
    EXPECT_TEXT(SlotTrialStage::tried(stage.run(stage.recovery_key.reveal(), false)), "1+ 2+ 3- 4+ ");
    EXPECT_TEXT(SlotTrialStage::tried(stage.run("", false)), "1+ 2+ 3? 4? ");
}

Test(slot_trial, a_test_says_why_a_file_does_not_open) {
    const SlotTrialStage stage;
    std::filesystem::remove(stage.directory / "first");
    stage.directory.write("second", std::string(64, '2') + "\n");
    const SlotTrial trial = stage.run("", false);
    EXPECT_TEXT(SlotTrialStage::tried(trial), "1- 2- 3? 4? ");
    EXPECT_CONTAINS(trial.tried[0].detail, stage.directory / "first");
    cr_expect(trial.outcome() == AttemptThrottle::Outcome::kNotTried, "nobody has typed anything");
}

Test(slot_trial, a_wrong_secret_is_told_from_a_file_that_does_not_open) {
    const SlotTrialStage stage;
    std::filesystem::remove(stage.directory / "first");
    const auto outcome = [&](std::string_view typed) { return stage.run(typed, false).outcome(); };
    cr_expect(outcome(make_recovery_key().reveal()) == AttemptThrottle::Outcome::kWrong);
    cr_expect(outcome(stage.recovery_key.reveal()) == AttemptThrottle::Outcome::kRight, "slot 3 has another one");
    cr_expect(outcome("misread") == AttemptThrottle::Outcome::kNotTried);
}

Test(slot_trial, an_altered_slot_is_not_a_wrong_secret) {
    SlotTrialStage stage;
    stage.slots.slots[3].facts.source = "altered";
    SlotTrial trial = stage.run(stage.recovery_key.reveal(), true);
    const auto opened = trial.take_opened("unlock");
    cr_assert_not(opened);
    cr_expect(opened.error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(opened.error().message, "key slot 4 was altered");
}

Test(slot_trial, says_what_to_do_where_there_is_no_slot_for_it) {
    SlotTrialStage stage;
    stage.slots.slots.resize(2);
    SlotTrial trial = stage.run(stage.recovery_key.reveal(), true);
    EXPECT_CONTAINS(trial.take_opened("unlock").error().message, "it has: file, file");
    stage.slots.slots.clear();
    SlotTrial of_new_store = stage.run(stage.recovery_key.reveal(), true);
    EXPECT_CONTAINS(of_new_store.take_opened("unlock").error().message, "clioctl key add passphrase");
}

Test(slot_trial, slots_that_cannot_be_read_are_not_a_wrong_secret) {
    TypedSecrets secrets;
    secrets.recovery_key = make_recovery_key();
    SlotTrial trial(std::move(secrets), true);
    trial.slots = fail(Error::Code::kTemporarilyUnavailable, "the disk refuses");
    trial.run();
    cr_expect(trial.take_opened("unlock").error().code == Error::Code::kTemporarilyUnavailable);
    cr_expect(trial.outcome() == AttemptThrottle::Outcome::kNotTried);
}
