// SPDX-License-Identifier: Apache-2.0
#include "io/store/key_slots.h"

#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/temporary_directory.h"

using agent::Error;
using agent::SealingKey;
using agent::SlotKind;
using agent::StoreFile;

namespace {

constexpr agent::WallTime kNow{std::chrono::seconds(1'800'000'000)};

void init() {
    cr_assert(agent::init_sealing());
}

SealingKey key_of(char fill) {
    return SealingKey::from_raw(agent::as_bytes(std::string(SealingKey::kSize, fill))).value();
}

std::string text_of(const SealingKey& key) {
    return std::string(agent::as_text(key.raw()));
}

std::int64_t add(StoreFile& store, char data_key, char slot_key, SlotKind kind = SlotKind::kFile) {
    const auto id = agent::add_key_slot(store, key_of(data_key),
                                        {.id = 0, .kind = kind, .source = "/there", .made_at = kNow, .kdf = {}}, {},
                                        key_of(slot_key));
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

struct Fixture {
    StoreFile open() { return StoreFile::open(directory / "store.db").value(); }
    fakes::TemporaryDirectory directory;
};

}  // namespace

TestSuite(key_slots, .init = init, .timeout = 60);

Test(key_slots, any_of_them_opens_the_store) {
    Fixture f;
    {
        StoreFile store = f.open();
        EXPECT_TEXT(opened(store, 'f'), "no slot");
        add(store, 'd', 'f');
        add(store, 'd', 'p', SlotKind::kPassphrase);
    }
    StoreFile store = f.open();
    EXPECT_TEXT(opened(store, 'f'), "1:d");
    EXPECT_TEXT(opened(store, 'p'), "2:d");
    EXPECT_CONTAINS(opened(store, 'w'), "not the one that opens this slot");
    const auto all = agent::read_key_slots(store);
    EXPECT_TEXT(all->kinds(), "file, passphrase");
    EXPECT_TEXT(all->slots[0].facts.source, "/there");
    cr_expect(all->slots[0].facts.made_at == kNow);
}

Test(key_slots, keep_the_parameters_of_a_passphrase) {
    Fixture f;
    StoreFile store = f.open();
    const agent::Bytes salt(agent::KdfParameters::kSaltSize, std::byte{7});
    cr_assert(agent::add_key_slot(store, key_of('d'),
                                  {.id = 0,
                                   .kind = SlotKind::kPassphrase,
                                   .source = "",
                                   .made_at = kNow,
                                   .kdf = agent::KeySlotFacts::Kdf{.operations = 5, .memory = 300'000'000}},
                                  salt, key_of('p')));
    const auto all = agent::read_key_slots(store);
    const agent::KdfParameters kdf = all->slots.front().kdf();
    cr_expect(kdf.operations == 5 && kdf.memory == 300'000'000 && kdf.salt == salt);
}

Test(key_slots, what_was_altered_opens_nothing) {
    for (const char* const change :
         {"UPDATE key_slot SET id = 2", "UPDATE key_slot SET kind = 'credential'", "UPDATE key_slot SET source = '/x'",
          "UPDATE key_slot SET made_at = 1", "UPDATE key_slot SET kdf_salt = x'00'",
          "UPDATE key_slot SET public_half = zeroblob(32)", "UPDATE key_slot SET public_half = zeroblob(3)",
          "UPDATE key_slot SET proof = zeroblob(40)", "UPDATE key_slot SET wrapped = zeroblob(80)",
          "UPDATE meta SET value = 'other'", "INSERT INTO previous_data_key VALUES (zeroblob(72))"}) {
        Fixture f;
        {
            StoreFile store = f.open();
            add(store, 'd', 'f');
            execute(store, change);
        }
        StoreFile store = f.open();
        const std::string said = opened(store, 'f');
        cr_expect(said.find("altered") != said.npos || said.find("not the one") != said.npos, "%s: %s", change,
                  said.c_str());
        // What is wrapped is made anew; all else has to be as it was.
        if (std::string(change).find("wrapped") == std::string::npos)
            cr_expect_not(agent::rotate_data_key(store, key_of('d'), key_of('n')), "%s", change);
    }
}

Test(key_slots, a_slot_of_another_store_opens_nothing) {
    Fixture f;
    Fixture other;
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
    Fixture f;
    StoreFile store = f.open();
    const auto first = add(store, 'd', 'f');
    const auto second = add(store, 'd', 'g');
    cr_assert(agent::remove_key_slot(store, first));
    EXPECT_CONTAINS(opened(store, 'f'), "not the one");
    const auto last = agent::remove_key_slot(store, second);
    cr_assert_not(last);
    cr_expect(last.error().code == Error::Code::kConflict);
    EXPECT_TEXT(opened(store, 'g'), "2:d");
    cr_expect(agent::remove_key_slot(store, 9).error().code == Error::Code::kNotFound);
    cr_expect(add(store, 'd', 'h') == 3, "a number is not used again");
}

Test(key_slots, a_new_data_key_reaches_all_of_them) {
    Fixture f;
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
    cr_assert(agent::forget_previous_data_key(store));
    EXPECT_TEXT(opened(store, 'p'), "2:n");
}

Test(key_slots, are_not_made_up_for_records_that_exist) {
    Fixture f;
    StoreFile store = f.open();
    execute(store, "INSERT INTO record VALUES (1, 'a', 1, x'00')");
    const auto refused = agent::add_key_slot(store, key_of('d'), {}, {}, key_of('f'));
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kInternal);
    EXPECT_CONTAINS(refused.error().message, "it has records and no key slot");
}

Test(key_slots, change_whole_or_not_at_all) {
    auto& disk = fakes::FaultyVfs::install();
    Fixture f;
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
    Fixture f;
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
