// SPDX-License-Identifier: Apache-2.0
//
// Changes of the key slots that meet, on the real thread of the store.
#include "app/keys/store_keyring.h"

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/crypto/recovery_key.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_vault.h"
#include "fakes/faulty_vfs.h"
#include "fakes/run_until.h"
#include "fakes/sealing.h"
#include "fakes/temporary_directory.h"
#include "io/loop/derivations.h"
#include "io/store/key_slot_table.h"
#include "io/store/sqlite_key_store.h"

using namespace agent;
using fakes::key_of;

namespace {

constexpr std::uint32_t kUser = 1000;

struct StoreKeyringFixture {
    StoreKeyringFixture() {
        cr_assert(init_sealing());
        StoreFile file = StoreFile::open(directory / "store.db").value();
        cr_assert(add_key_slot(file, key_of('d'), {}, {}, key_of('f')));
        store.emplace(loop, std::move(file));
        key_store.emplace(*store);
        keyring.emplace(clock, timers, worker, *key_store, vault, lock);
        cr_assert(lock.unlock({.current = key_of('d'), .previous = {}}));
    }

    /// The data key of the vault, in a word: "d", or "another".
    [[nodiscard]] std::string in_use() const {
        return vault.key && fingerprint(*vault.key) == fingerprint(key_of('d')) ? "d" : "another";
    }
    /// Whether every stored slot was made with the data key that is in use.
    [[nodiscard]] bool all_slots_are_good() {
        std::optional<bool> good;
        const auto read = store->run(
            [&](StoreFile& file) -> Result<void> {
                AGENT_TRY(const KeySlots all, read_key_slots(file));
                for (const KeySlot& slot : all.slots) {
                    KeySlots alone{
                        .store = all.store, .store_id = all.store_id, .slots = {slot}, .sealed_previous = {}};
                    AGENT_TRY(SealingKey key, vault.key->clone());
                    AGENT_CHECK(alone.open_with(std::move(key)));
                }
                return {};
            },
            [&](const Result<void>& result) { good = result.has_value(); });
        cr_assert(fakes::run_until(loop, [&] { return good.has_value(); }));
        return *good;
    }
    template <class T>
    [[nodiscard]] bool await(const std::optional<T>& answer) {
        return fakes::run_until(loop, [&] {
            timers.advance(Duration::zero());
            return answer.has_value();
        });
    }

    fakes::FaultyVfs& disk = fakes::FaultyVfs::install();
    EventLoop loop;
    Derivations worker{loop};
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::TemporaryDirectory directory;
    fakes::FakeVault vault;
    Lock lock{timers, vault, [](const Lock::Done&) {}};
    std::optional<SqliteTokenStore> store;
    std::optional<SqliteKeyStore> key_store;
    std::optional<StoreKeyring> keyring;
};

}  // namespace

TestSuite(store_keyring, .timeout = 60);

Test(store_keyring, a_slot_that_is_added_beside_a_rotation_opens_the_store) {
    StoreKeyringFixture f;
    std::optional<Result<AddedKeySlot>> added;
    std::optional<Result<void>> rotated;
    f.disk.hold_next_sync();
    const auto adding = f.keyring->add({.kind = SlotKind::kRecovery, .source = {}, .passphrase = {}, .calibrate = {}},
                                       kUser, [&](auto result) { added = std::move(result); });
    const auto rotating = f.keyring->rotate([&](auto result) { rotated = std::move(result); });
    f.disk.await_held();
    // One question by the rotation, and two by the slot: the second is for the key that it wraps.
    cr_assert(fakes::run_until(f.loop, [&] { return f.vault.asked_for_key == 3; }));
    cr_assert_not(rotated);
    EXPECT_TEXT(f.in_use(), "d");
    f.disk.release();

    cr_assert(f.await(added));
    cr_assert(*added, "%s", added->error().message.c_str());
    cr_assert(rotated && *rotated);
    EXPECT_TEXT(f.in_use(), "another");
    cr_expect(f.all_slots_are_good());
}

Test(store_keyring, no_slot_is_added_to_a_store_of_another_data_key) {
    StoreKeyringFixture f;
    f.vault.key = key_of('x');
    std::optional<Result<AddedKeySlot>> added;
    const auto adding = f.keyring->add({.kind = SlotKind::kRecovery, .source = {}, .passphrase = {}, .calibrate = {}},
                                       kUser, [&](auto result) { added = std::move(result); });
    cr_assert(f.await(added));
    cr_assert_not(*added);
    cr_expect(added->error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(added->error().message, "is not the data key of this store");
}

Test(store_keyring, nobody_can_unlock_while_a_new_data_key_is_stored) {
    StoreKeyringFixture f;
    std::optional<Result<AddedKeySlot>> added;
    const auto adding = f.keyring->add({.kind = SlotKind::kRecovery, .source = {}, .passphrase = {}, .calibrate = {}},
                                       kUser, [&](auto result) { added = std::move(result); });
    cr_assert(f.await(added) && *added);
    std::optional<Result<void>> may;
    std::optional<Result<void>> rotated;
    const auto check = [&] { f.keyring->check_a_person_can_unlock([&](auto result) { may = std::move(result); }); };
    check();
    const auto rotating = f.keyring->rotate([&](auto result) { rotated = std::move(result); });
    cr_assert(f.await(may));
    cr_assert_not(*may);
    cr_expect(may->error().code == Error::Code::kTemporarilyUnavailable);
    cr_assert(f.await(rotated) && *rotated);
    may.reset();
    check();
    cr_assert(f.await(may));
    cr_expect(*may, "%s", may->error().message.c_str());
}

namespace {

struct Unlocking {
    explicit Unlocking(StoreKeyringFixture& f) {
        adding = f.keyring->add({.kind = SlotKind::kRecovery, .source = {}, .passphrase = {}, .calibrate = {}}, kUser,
                                [&](auto result) { added = std::move(result); });
        cr_assert(f.await(added) && *added);
        TypedSecrets secrets;
        secrets.recovery_key = std::move((*added)->recovery_key);
        unlocking = f.keyring->unlock(std::move(secrets), 1000, [&](auto result) { unlocked = std::move(result); });
        f.timers.advance(Duration::zero());  // its turn: the slots are read
    }

    std::optional<Result<AddedKeySlot>> added;
    std::optional<Result<void>> unlocked;
    std::unique_ptr<Waiting> adding;
    std::unique_ptr<Waiting> unlocking;
};

}  // namespace

Test(store_keyring, a_slot_that_is_removed_while_it_is_tried_opens_nothing) {
    StoreKeyringFixture f;
    Unlocking u(f);
    const auto removing = f.keyring->remove((*u.added)->id, [](const auto& result) { cr_expect(result); });
    cr_assert(f.await(u.unlocked));
    cr_assert_not(*u.unlocked);
    cr_expect(u.unlocked->error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(u.unlocked->error().message, "was removed");
}

Test(store_keyring, a_slot_opens_with_the_data_key_that_it_was_given_while_it_was_tried) {
    StoreKeyringFixture f;
    Unlocking u(f);
    const auto rotating = f.keyring->rotate([](const auto& result) { cr_expect(result); });
    cr_assert(f.await(u.unlocked));
    cr_expect(*u.unlocked, "%s", u.unlocked->error().message.c_str());
    EXPECT_TEXT(f.in_use(), "another");
}

Test(store_keyring, a_planted_slot_is_not_tried_at_its_price) {
    StoreKeyringFixture f;
    std::optional<Result<AddedKeySlot>> added;
    const auto adding = f.keyring->add(
        {.kind = SlotKind::kPassphrase, .source = {}, .passphrase = SecretString("right"), .calibrate = {}}, kUser,
        [&](auto result) { added = std::move(result); });
    cr_assert(f.await(added) && *added);
    std::optional<bool> planted;
    const auto planting = f.store->run(
        [](StoreFile& file) -> Result<void> {
            // The first by its id, so that it is tried before the others.
            return sqlite_execute(file.db(),
                                  "INSERT INTO key_slot SELECT -1, kind, source, made_at, 10000, 4294967296, kdf_salt,"
                                  " public_half, wrapped, proof FROM key_slot WHERE kind = 'passphrase'") == SQLITE_OK
                       ? Result<void>()
                       : fail(Error::Code::kInternal, sqlite3_errmsg(file.db()));
        },
        [&](const Result<void>& result) { planted = result.has_value(); });
    cr_assert(f.await(planted) && *planted);

    std::optional<Result<void>> unlocked;
    TypedSecrets secrets;
    secrets.passphrase = SecretString("right");
    const auto unlocking = f.keyring->unlock(std::move(secrets), kUser, [&](auto r) { unlocked = std::move(r); });
    f.timers.advance(Duration::zero());
    cr_assert(f.await(unlocked));
    cr_expect(*unlocked, "%s", unlocked->error().message.c_str());
}

Test(store_keyring, a_dear_backup_is_opened_only_at_any_cost) {
    StoreKeyringFixture f;
    agent::KdfParameters kdf = agent::moderate_kdf();
    kdf.operations += 1;
    for (const bool accept_cost : {false, true}) {
        std::optional<Result<SealingKey>> key;
        TypedSecrets secrets;
        secrets.passphrase = SecretString("right");
        secrets.accept_cost = accept_cost;
        const auto opening =
            f.keyring->backup_key(std::move(secrets), kdf, kUser, [&](auto result) { key = std::move(result); });
        cr_assert(f.await(key));
        cr_expect(key->has_value() == accept_cost);
        if (!*key) cr_expect(key->error().code == Error::Code::kBadRequest);
    }
}

Test(store_keyring, a_stop_answers_who_waits_for_a_passphrase) {
    StoreKeyringFixture f;
    std::optional<Result<agent::NewBackupKey>> made;
    const auto making =
        f.keyring->make_backup_key(SecretString("right"), kUser, [&](auto result) { made = std::move(result); });
    f.worker.stop();
    cr_assert(made.has_value());
    cr_expect(!*made && made->error().code == Error::Code::kTemporarilyUnavailable);
}
