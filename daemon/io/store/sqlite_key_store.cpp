// SPDX-License-Identifier: Apache-2.0
#include "io/store/sqlite_key_store.h"

#include <optional>
#include <utility>

#include "io/store/key_slot_table.h"

namespace agent {

namespace {

/// Does `job` on the store's thread, and gives its result to `done` on the loop.
template <class T, class Job>
std::unique_ptr<StoreCommit> run(SqliteTokenStore& store, Job job, std::function<void(Result<T>)> done) {
    const auto value = std::make_shared<std::optional<T>>();
    return store.run(
        [value, job = std::move(job)](StoreFile& file) -> Result<void> {
            AGENT_TRY(*value, job(file));
            return {};
        },
        [value, done = std::move(done)](Result<void> result) {
            if (result)
                done(*std::move(*value));
            else
                done(tl::unexpected(std::move(result).error()));
        });
}

}  // namespace

std::unique_ptr<StoreCommit> SqliteKeyStore::read(std::function<void(Result<KeySlots>)> done) {
    return run<KeySlots>(store_, read_key_slots, std::move(done));
}

std::unique_ptr<StoreCommit> SqliteKeyStore::add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                                 std::function<void(Result<std::int64_t>)> done) {
    return run<std::int64_t>(
        store_,
        [data_key = std::move(data_key), slot_key = std::move(slot_key), facts = std::move(facts),
         salt = std::move(salt)](StoreFile& file) { return add_key_slot(file, *data_key, facts, salt, *slot_key); },
        std::move(done));
}

std::unique_ptr<StoreCommit> SqliteKeyStore::remove(std::int64_t id, Done done) {
    return store_.run([id](StoreFile& file) { return remove_key_slot(file, id); }, std::move(done));
}

std::unique_ptr<StoreCommit> SqliteKeyStore::rotate(Key current, Key next, Done done) {
    return store_.run([current = std::move(current),
                       next = std::move(next)](StoreFile& file) { return rotate_data_key(file, *current, *next); },
                      std::move(done));
}

std::unique_ptr<StoreCommit> SqliteKeyStore::forget_previous(
    Key current, std::function<void(Result<std::vector<std::string>>)> done) {
    return run<std::vector<std::string>>(
        store_, [current = std::move(current)](StoreFile& file) { return forget_previous_data_key(file, *current); },
        std::move(done));
}

}  // namespace agent
