// SPDX-License-Identifier: Apache-2.0
#include "app/keys/start_keys.h"

#include "base/bytes.h"
#include "expect.h"
#include "fakes/sealing.h"
#include "temp_dir.h"

using namespace agent;
using fakes::key_of;
using fakes::need_sealing;

namespace {

struct StartKeysStage {
    void add(SlotKind kind, char slot_key, std::string source = {}) {
        const auto id = static_cast<std::int64_t>(slots.slots.size()) + 1;
        slots.slots.push_back(
            *slots.make(key_of('d'), {.id = id, .kind = kind, .source = std::move(source), .made_at = {}, .kdf = {}},
                        {}, key_of(slot_key)));
    }
    /// Writes a key file: of the key whose 32 bytes are all `key`.
    std::string write_key(std::string_view name, char key) const {
        const char digits[] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
        std::string text;
        for (std::size_t i = 0; i < SealingKey::kSize; ++i) (text += digits[key >> 4]) += digits[key & 15];
        return directory.write(name, text + "\n");
    }
    /// What opens the store: "d" or "x" for the data key, "a person", or the error's message.
    std::string start(std::optional<Result<SealingKey>> kept = {}) {
        const auto keys = keys_at_start(
            slots,
            [this](const SealingKey& data_key, const KeySlotFacts& facts, const SealingKey&) -> Result<void> {
                if (refused) return fail(Error::Code::kTemporarilyUnavailable, "the disk refuses");
                first = facts;
                made = fingerprint(data_key);
                return {};
            },
            config, directory / "key", std::move(kept), WallTime());
        if (!keys) return keys.error().message;
        if (!*keys) return "a person";
        const std::string opened = fingerprint((*keys)->current);
        if (opened == made) return "a new key";
        return opened == fingerprint(key_of('d')) ? "d" : "x";
    }

    TempDir directory;
    Config config;
    KeySlots slots{.store = "/store.db", .store_id = "id", .slots = {}, .sealed_previous = {}};
    std::optional<KeySlotFacts> first;  // slot of a new store
    std::string made;                   // the fingerprint of its data key
    bool refused = false;
};

}  // namespace

TestSuite(start_keys, .init = need_sealing);

// A new store.

Test(start_keys, a_new_store_gets_a_key_file_beside_it) {
    StartKeysStage stage;
    EXPECT_TEXT(stage.start(), "a new key");
    cr_assert(stage.first);
    cr_expect(stage.first->kind == SlotKind::kFile);
    EXPECT_TEXT(stage.first->source, stage.directory / "key");
    cr_expect(std::filesystem::exists(stage.directory / "key"));
}

Test(start_keys, a_key_file_that_is_there_is_used) {
    StartKeysStage stage;
    stage.write_key("key", 'k');
    const std::string text = TempDir::read(stage.directory / "key");
    EXPECT_TEXT(stage.start(), "a new key");
    EXPECT_TEXT(TempDir::read(stage.directory / "key"), text);
}

Test(start_keys, a_configured_key_that_is_missing_is_not_replaced_by_another) {
    StartKeysStage stage;
    stage.config.key = SecretReference{.path = stage.directory / "configured", .guard = Guard::kFileMode};
    EXPECT_CONTAINS(stage.start(), stage.directory / "configured");
    cr_expect(!stage.first);
    cr_expect(!std::filesystem::exists(stage.directory / "configured"));
    cr_expect(!std::filesystem::exists(stage.directory / "key"));
}

Test(start_keys, a_new_store_waits_for_the_passphrase_that_is_configured) {
    StartKeysStage stage;
    stage.config.wants_passphrase = true;
    EXPECT_TEXT(stage.start(), "a person");
    cr_expect(!stage.first);
    cr_expect(!std::filesystem::exists(stage.directory / "key"));
}

Test(start_keys, a_slot_that_is_not_stored_opens_nothing) {
    StartKeysStage stage;
    stage.refused = true;
    EXPECT_TEXT(stage.start(), "the disk refuses");
}

// A store with slots.

Test(start_keys, the_configured_key_opens_the_store) {
    StartKeysStage stage;
    stage.config.key = SecretReference{.path = stage.write_key("configured", 'c'), .guard = Guard::kFileMode};
    stage.add(SlotKind::kFile, 'c', "/moved/away");
    EXPECT_TEXT(stage.start(), "d");
}

Test(start_keys, the_file_of_any_slot_opens_the_store) {
    StartKeysStage stage;
    stage.add(SlotKind::kFile, 'a', stage.directory / "gone");
    stage.add(SlotKind::kFile, 'b', stage.write_key("other", 'b'));
    EXPECT_TEXT(stage.start(), "d");
    cr_expect(!std::filesystem::exists(stage.directory / "key"), "no key is made for a store that has one");
}

Test(start_keys, a_store_that_only_a_person_can_open_stays_locked) {
    StartKeysStage stage;
    stage.add(SlotKind::kFile, 'a', stage.directory / "gone");
    stage.add(SlotKind::kPassphrase, 'p');
    EXPECT_TEXT(stage.start(), "a person");
}

Test(start_keys, a_store_without_its_key_says_what_is_missing) {
    StartKeysStage stage;
    stage.add(SlotKind::kFile, 'a', stage.directory / "gone");
    EXPECT_CONTAINS(stage.start(), "put it back, or move the store away");
}

Test(start_keys, a_wrong_key_is_told_from_a_missing_one) {
    StartKeysStage stage;
    stage.add(SlotKind::kFile, 'a', stage.write_key("key", 'z'));
    EXPECT_CONTAINS(stage.start(), "does not open it");
}

// The key that was kept over a restart.

Test(start_keys, a_kept_key_needs_no_other) {
    StartKeysStage stage;
    stage.add(SlotKind::kPassphrase, 'p');
    EXPECT_TEXT(stage.start(key_of('d')), "d");
}

Test(start_keys, a_kept_key_of_another_store_is_ignored) {
    StartKeysStage stage;
    stage.add(SlotKind::kPassphrase, 'p');
    EXPECT_TEXT(stage.start(key_of('x')), "a person");
    stage.add(SlotKind::kFile, 'a', stage.write_key("key", 'a'));
    EXPECT_TEXT(stage.start(key_of('x')), "d");
}

Test(start_keys, a_kept_key_that_cannot_be_read_is_ignored) {
    StartKeysStage stage;
    stage.add(SlotKind::kPassphrase, 'p');
    EXPECT_TEXT(stage.start(fail(Error::Code::kInternal, "not sealed")), "a person");
}

// Sources.

Test(start_keys, a_source_is_an_absolute_path_or_the_name_of_a_credential) {
    cr_expect(key_reference(SlotKind::kFile, "/etc/key"));
    cr_expect(!key_reference(SlotKind::kFile, "key"));
    cr_expect(!key_reference(SlotKind::kCredential, "../key"));
}
