// SPDX-License-Identifier: Apache-2.0
#include "io/store/key_slot_table.h"

#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "core/accounts/account_record.h"
#include "core/apps/app_registry.h"
#include "core/refresh/token_set.h"
#include "core/store/seal_context.h"
#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/sealing.h"
#include "fakes/temporary_directory.h"
#include "io/store/stored_row.h"

using agent::Error;
using agent::SealingKey;
using agent::SlotKind;
using agent::StoreFile;
using fakes::key_of;
using fakes::need_sealing;

namespace {

constexpr agent::WallTime kKeySlotsNow{std::chrono::seconds(1'800'000'000)};

std::string text_of(const SealingKey& key) {
    return std::string(agent::as_text(key.raw()));
}

std::int64_t add(StoreFile& store, char data_key, char slot_key, SlotKind kind = SlotKind::kFile) {
    const auto id = agent::add_key_slot(store, key_of(data_key),
                                        {.id = 0, .kind = kind, .source = "/there", .made_at = kKeySlotsNow, .kdf = {}},
                                        {}, key_of(slot_key));
    cr_assert(id, "%s", id.error().message.c_str());
    return *id;
}

/// With which of the slots, in order, `slot_key` opens the store, and to which data key: "2:d" or the error's message.
std::string opened(StoreFile& store, char slot_key) {
    const auto all = agent::read_key_slots(store);
    cr_assert(all, "%s", all.error().message.c_str());
    std::string last = "no slot";
    for (const auto& slot : all->slots) {
        const auto keys = all->open(slot, key_of(slot_key));
        if (keys)
            return std::to_string(slot.facts.id) + ":" + text_of(keys->current).front() +
                   (keys->previous ? std::string("<") + text_of(*keys->previous).front() : "");
        last = keys.error().message;
    }
    return last;
}

void execute(StoreFile& store, const char* sql) {
    cr_assert(agent::sqlite_execute(store.db(), sql) == SQLITE_OK, "%s", sqlite3_errmsg(store.db()));
}

struct KeySlotsFixture {
    StoreFile open() { return StoreFile::open(directory / "store.db").value(); }
    /// In the file or its log, where a copy would have it.
    [[nodiscard]] bool is_on_the_disk(const agent::Bytes& bytes) const {
        for (const char* const name : {"store.db", "store.db-wal"}) {
            std::ifstream in(directory / name, std::ios::binary);
            const std::string file(std::istreambuf_iterator<char>(in), {});
            if (file.find(agent::as_text(bytes)) != std::string::npos) return true;
        }
        return false;
    }
    fakes::TemporaryDirectory directory;
};

}  // namespace

TestSuite(key_slots, .init = need_sealing, .timeout = 60);

Test(key_slots, any_of_them_opens_the_store) {
    KeySlotsFixture f;
    {
        StoreFile store = f.open();
        EXPECT_TEXT(opened(store, 'f'), "no slot");
        add(store, 'd', 'f');
        add(store, 'd', 'p', SlotKind::kPassphrase);
    }
    StoreFile store = f.open();
    EXPECT_TEXT(opened(store, 'f'), "1:d");
    EXPECT_TEXT(opened(store, 'p'), "2:d");
    EXPECT_CONTAINS(opened(store, 'w'), "wrong key for this slot");
    const auto all = agent::read_key_slots(store);
    EXPECT_TEXT(all->kinds(), "file, passphrase");
    EXPECT_TEXT(all->slots[0].facts.source, "/there");
    cr_expect(all->slots[0].facts.made_at == kKeySlotsNow);
}

Test(key_slots, keep_the_parameters_of_a_passphrase) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    const agent::Bytes salt(agent::KdfParameters::kSaltSize, std::byte{7});
    cr_assert(agent::add_key_slot(store, key_of('d'),
                                  {.id = 0,
                                   .kind = SlotKind::kPassphrase,
                                   .source = "",
                                   .made_at = kKeySlotsNow,
                                   .kdf = agent::KeySlotFacts::Kdf{.operations = 5, .memory = 300'000'000}},
                                  salt, key_of('p')));
    const auto all = agent::read_key_slots(store);
    const agent::KdfParameters kdf = all->slots.front().kdf();
    cr_expect(kdf.operations == 5 && kdf.memory == 300'000'000 && kdf.salt == salt);
}

Test(key_slots, what_was_altered_opens_nothing) {
    for (const char* const change :
         {"UPDATE key_slot SET id = 2", "UPDATE key_slot SET kind = 'credential'", "UPDATE key_slot SET source = '/x'",
          "UPDATE key_slot SET made_at = 1",
          // In milliseconds, and in 64 bits, this is the same time.
          "UPDATE key_slot SET made_at = made_at + (1 << 61)", "UPDATE key_slot SET made_at = -9223372036854775807",
          "UPDATE key_slot SET kdf_salt = x'00'", "UPDATE key_slot SET public_half = zeroblob(32)",
          "UPDATE key_slot SET public_half = zeroblob(3)", "UPDATE key_slot SET proof = zeroblob(40)",
          "UPDATE key_slot SET wrapped = zeroblob(80)", "UPDATE meta SET value = 'other'",
          "INSERT INTO previous_data_key VALUES (zeroblob(72))"}) {
        KeySlotsFixture f;
        {
            StoreFile store = f.open();
            add(store, 'd', 'f');
            execute(store, change);
        }
        StoreFile store = f.open();
        const std::string said = opened(store, 'f');
        cr_expect(said.find("altered") != said.npos || said.find("wrong key") != said.npos, "%s: %s", change,
                  said.c_str());
        // Rotation wraps the key again, so it repairs that; everything else must be unaltered.
        if (std::string(change).find("wrapped") == std::string::npos)
            cr_expect_not(agent::rotate_data_key(store, key_of('d'), key_of('n')), "%s", change);
    }
}

Test(key_slots, a_slot_of_another_store_opens_nothing) {
    KeySlotsFixture f;
    KeySlotsFixture other;
    StoreFile store = f.open();
    add(store, 'd', 'f');
    {
        StoreFile elsewhere = other.open();
        add(elsewhere, 'e', 'f');
    }
    execute(store, ("ATTACH '" + (other.directory / "store.db").string() +
                    "' AS other; DELETE FROM key_slot; INSERT INTO key_slot SELECT * FROM other.key_slot")
                       .c_str());
    EXPECT_CONTAINS(opened(store, 'f'), "altered");
}

Test(key_slots, the_last_one_stays) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    const auto first = add(store, 'd', 'f');
    const auto second = add(store, 'd', 'g');
    cr_assert(agent::remove_key_slot(store, first));
    EXPECT_CONTAINS(opened(store, 'f'), "wrong key");
    const auto last = agent::remove_key_slot(store, second);
    cr_assert_not(last);
    cr_expect(last.error().code == Error::Code::kConflict);
    EXPECT_TEXT(opened(store, 'g'), "2:d");
    cr_expect(agent::remove_key_slot(store, 9).error().code == Error::Code::kNotFound);
    cr_expect(add(store, 'd', 'h') == 3, "a number is not used again");
}

Test(key_slots, a_new_data_key_reaches_all_of_them) {
    KeySlotsFixture f;
    {
        StoreFile store = f.open();
        add(store, 'd', 'f');
        add(store, 'd', 'p', SlotKind::kPassphrase);
        cr_assert(agent::rotate_data_key(store, key_of('d'), key_of('n')));
        cr_expect(agent::rotate_data_key(store, key_of('n'), key_of('o')).error().code == Error::Code::kConflict);
    }
    StoreFile store = f.open();
    EXPECT_TEXT(opened(store, 'f'), "1:n<d");
    EXPECT_TEXT(opened(store, 'p'), "2:n<d");
    cr_expect(agent::forget_previous_data_key(store, key_of('d')).error().code == Error::Code::kConflict);
    cr_assert(agent::forget_previous_data_key(store, key_of('n'))->empty());
    EXPECT_TEXT(opened(store, 'p'), "2:n");
}

namespace {

/// The rows of a store, each sealed as the sealer of `seal` would.
void put(StoreFile& store, const agent::StoredRow& row) {
    agent::SqliteStatement insert(store.db(), "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, agent::stored_kind(row.kind)).bind(2, std::string_view(row.name));
    insert.bind(3, static_cast<std::int64_t>(row.generation)).bind(4, std::span<const std::byte>(row.sealed));
    insert.bind(5, static_cast<std::int64_t>(agent::random_number()));
    cr_assert(insert.step() == SQLITE_DONE);
}

agent::StoredRow row_of(StoreFile& store, const char* name) {
    agent::SqliteStatement query(store.db(), "SELECT kind, name, generation, sealed FROM record WHERE name = ?1");
    cr_assert(query.bind(1, std::string_view(name)).step() == SQLITE_ROW);
    return {.kind = *agent::kind_from(query.integer(0)),
            .name = query.text(1),
            .generation = static_cast<std::uint64_t>(query.integer(2)),
            .sealed = query.bytes(3)};
}

agent::Bytes tokens_of(const agent::Sealer& sealer, const char* account, std::uint64_t generation) {
    const agent::TokenSet tokens{.access_token = agent::SecretString("A"), .refresh_token = agent::SecretString("R")};
    return agent::seal_token_set(sealer, tokens, account, generation);
}

agent::AccountRecord account(const char* name, agent::Bytes tokens, agent::Bytes previous_tokens) {
    agent::AccountRecord record;
    record.name = name;
    record.app = "firm";
    record.life.generation = 7;
    record.tokens = std::move(tokens);
    record.previous_tokens = std::move(previous_tokens);
    record.previous_generation = 6;
    return record;
}

}  // namespace

Test(key_slots, the_previous_key_goes_when_no_row_needs_it) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    add(store, 'd', 'f');
    const agent::Sealer before(key_of('d'));
    const agent::Sealer after(key_of('n'));
    for (int n = 0; n < 600; ++n) {
        agent::App app;
        app.name = "app" + std::to_string(n);
        put(store, agent::seal_app(before, app, 1));
    }
    put(store, agent::seal_account_record(before, account("old", tokens_of(before, "old", 7), {})));
    // Since the rotation its record was written again, with the tokens as they were.
    put(store, agent::seal_account_record(
                   after, account("mixed", tokens_of(before, "mixed", 7), tokens_of(before, "mixed", 6))));
    put(store, agent::seal_account_record(after, account("new", tokens_of(after, "new", 7), {})));
    const agent::StoredRow untouched = row_of(store, "new");
    // No reader accepts what is in it.
    put(store, {.kind = agent::StoredRow::Kind::kApp,
                .name = "odd",
                .generation = 3,
                .sealed = before.seal("{}", agent::seal_context("app-record", "odd", 3))});
    put(store, {.kind = agent::StoredRow::Kind::kAccount,
                .name = "damaged",
                .generation = 1,
                .sealed = agent::Bytes(80, std::byte{1})});
    cr_assert(agent::rotate_data_key(store, key_of('d'), key_of('n')));

    const auto unreadable = agent::forget_previous_data_key(store, key_of('n'));
    cr_assert(unreadable, "%s", unreadable.error().message.c_str());
    cr_expect(*unreadable == std::vector<std::string>{"account damaged"});

    EXPECT_TEXT(opened(store, 'f'), "1:n");
    for (int n = 0; n < 600; ++n) {
        const agent::StoredRow app = row_of(store, ("app" + std::to_string(n)).c_str());
        cr_expect(after.open(app.sealed, agent::seal_context("app-record", app.name, 1)));
    }
    for (const char* name : {"old", "mixed", "new"}) {
        const auto record = agent::open_account_record(after, row_of(store, name));
        cr_assert(record, "%s", name);
        cr_expect(agent::open_token_set(after, record->tokens, name, 7), "%s", name);
    }
    const auto mixed = agent::open_account_record(after, row_of(store, "mixed"));
    cr_expect(agent::open_token_set(after, mixed->previous_tokens, "mixed", 6));
    cr_expect(after.open(row_of(store, "odd").sealed, agent::seal_context("app-record", "odd", 3)));
    cr_expect(row_of(store, "new").sealed == untouched.sealed);
}

Test(key_slots, the_previous_key_is_not_to_be_found_any_more) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    add(store, 'd', 'f');
    const agent::Bytes wrapped = agent::read_key_slots(store)->slots.front().wrapped;
    cr_assert(agent::rotate_data_key(store, key_of('d'), key_of('n')));
    const agent::Bytes sealed = agent::read_key_slots(store)->sealed_previous;
    cr_assert(f.is_on_the_disk(wrapped) && f.is_on_the_disk(sealed));
    cr_assert(agent::forget_previous_data_key(store, key_of('n')));
    cr_expect_not(f.is_on_the_disk(wrapped));
    cr_expect_not(f.is_on_the_disk(sealed));
}

Test(key_slots, one_that_is_removed_opens_no_later_copy) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    add(store, 'd', 'f');
    add(store, 'd', 'g', SlotKind::kPassphrase);
    const agent::Bytes wrapped = agent::read_key_slots(store)->slots.back().wrapped;
    cr_assert(f.is_on_the_disk(wrapped));
    cr_assert(agent::remove_key_slot(store, 2));
    cr_expect_not(f.is_on_the_disk(wrapped));
}

Test(key_slots, are_not_made_up_for_records_that_exist) {
    KeySlotsFixture f;
    StoreFile store = f.open();
    execute(store, "INSERT INTO record VALUES (1, 'a', 1, x'00', 1)");
    const auto refused = agent::add_key_slot(store, key_of('d'), {}, {}, key_of('f'));
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kInternal);
    EXPECT_CONTAINS(refused.error().message, "it has records and no key slot");
}

Test(key_slots, change_whole_or_not_at_all) {
    auto& disk = fakes::FaultyVfs::install();
    KeySlotsFixture f;
    StoreFile store = f.open();
    add(store, 'd', 'f');
    add(store, 'd', 'g');
    const auto refused = [&](auto change) {
        disk.fail_from(0, SQLITE_FULL);
        const auto result = change();
        disk.heal();
        cr_assert_not(result);
        cr_expect(result.error().code == Error::Code::kTemporarilyUnavailable);
        EXPECT_CONTAINS(result.error().message, "full");
        EXPECT_TEXT(opened(store, 'f'), "1:d");
        EXPECT_TEXT(opened(store, 'g'), "2:d");
    };
    refused([&] { return agent::add_key_slot(store, key_of('d'), {}, {}, key_of('h')); });
    refused([&] { return agent::remove_key_slot(store, 1); });
    refused([&] { return agent::rotate_data_key(store, key_of('d'), key_of('n')); });
    cr_expect(add(store, 'd', 'h') == 3);
}

Test(key_slots, keep_every_key_off_the_disk) {
    KeySlotsFixture f;
    {
        StoreFile store = f.open();
        add(store, 'd', 'f');
        cr_assert(agent::rotate_data_key(store, key_of('d'), key_of('n')));
    }
    std::ifstream in(f.directory / "store.db", std::ios::binary);
    const std::string file(std::istreambuf_iterator<char>(in), {});
    cr_assert(file.size() > 4096);
    for (const char key : {'d', 'f', 'n'}) cr_expect(file.find(text_of(key_of(key))) == std::string::npos);
}
