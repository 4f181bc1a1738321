// SPDX-License-Identifier: Apache-2.0
#include "io/key_slots.h"

#include <fstream>
#include <iterator>
#include <optional>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/temporary_directory.h"

using agent::Error;
using agent::SealingKey;
using agent::StoreFile;

namespace {

void init() {
    cr_assert(agent::init_sealing());
}

SealingKey key_of(char fill) {
    return SealingKey::from_raw(agent::as_bytes(std::string(SealingKey::kSize, fill))).value();
}

std::string opened(StoreFile& store, char slot_key) {
    const auto data_key = agent::open_data_key(store, "file", key_of(slot_key));
    cr_assert(data_key, "%s", data_key.error().message.c_str());
    return std::string(agent::as_text(data_key->raw()));
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

Test(key_slots, give_the_same_data_key_for_ever) {
    Fixture f;
    const std::string first = [&] {
        StoreFile store = f.open();
        return opened(store, 'k');
    }();
    cr_expect(first.size() == SealingKey::kSize && first != std::string(SealingKey::kSize, 'k'));
    StoreFile again = f.open();
    cr_expect(opened(again, 'k') == first);
    fakes::TemporaryDirectory elsewhere;
    StoreFile other = StoreFile::open(elsewhere / "store.db").value();
    cr_expect(opened(other, 'k') != first);
}

Test(key_slots, refuse_a_wrong_key_and_stay_as_they_are) {
    Fixture f;
    StoreFile store = f.open();
    const std::string data_key = opened(store, 'k');
    execute(store, "INSERT INTO key_slot (id, kind, wrapped) VALUES (2, 'credential', x'00')");
    const auto refused = agent::open_data_key(store, "file", key_of('w'));
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(refused.error().message, "the key of the file is not the one it was sealed with");
    EXPECT_CONTAINS(refused.error().message, "key slots: file, credential");
    cr_expect(opened(store, 'k') == data_key);
}

Test(key_slots, any_of_them_opens_the_store) {
    Fixture f;
    StoreFile store = f.open();
    const std::string data_key = opened(store, 'k');
    execute(store,
            "UPDATE key_slot SET id = 2; INSERT INTO key_slot (id, kind, wrapped) VALUES (1, 'credential', x'00');"
            "UPDATE key_slot SET id = 3 WHERE id = 1; UPDATE key_slot SET id = 1 WHERE id = 2");
    cr_expect(opened(store, 'k') == data_key);
}

Test(key_slots, open_in_no_other_store_slot_or_kind) {
    Fixture f;
    std::optional<StoreFile> store = f.open();
    static_cast<void>(opened(*store, 'k'));
    for (const char* const change : {"UPDATE key_slot SET id = 2", "UPDATE key_slot SET id = 1, kind = 'credential'",
                                     "UPDATE key_slot SET kind = 'file'; UPDATE meta SET value = 'other'",
                                     "UPDATE key_slot SET wrapped = zeroblob(72)"}) {
        execute(*store, change);
        store.reset();
        store = f.open();
        cr_expect_not(agent::open_data_key(*store, "file", key_of('k')), "%s", change);
    }
}

Test(key_slots, are_not_made_up_for_records_that_exist) {
    Fixture f;
    StoreFile store = f.open();
    execute(store, "INSERT INTO record VALUES (1, 'a', 1, x'00')");
    const auto refused = agent::open_data_key(store, "file", key_of('k'));
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kInternal);
    EXPECT_CONTAINS(refused.error().message, "it has records and no key slot");
}

Test(key_slots, are_made_whole_or_not_at_all) {
    auto& disk = fakes::FaultyVfs::install();
    Fixture f;
    StoreFile store = f.open();
    disk.fail_from(0, SQLITE_FULL);
    const auto refused = agent::open_data_key(store, "file", key_of('k'));
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "full");
    disk.heal();
    const std::string data_key = opened(store, 'k');
    cr_expect(opened(store, 'k') == data_key);
}

Test(key_slots, keep_every_key_off_the_disk) {
    Fixture f;
    std::string data_key;
    {
        StoreFile store = f.open();
        data_key = opened(store, 'k');
    }
    std::ifstream in(f.directory / "store.db", std::ios::binary);
    const std::string file(std::istreambuf_iterator<char>(in), {});
    cr_assert(file.size() > 4096);
    cr_expect(file.find(data_key) == std::string::npos);
    cr_expect(file.find(std::string(SealingKey::kSize, 'k')) == std::string::npos);
}
