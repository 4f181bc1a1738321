// SPDX-License-Identifier: Apache-2.0
#include "io/store/record_table.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/store/stored_row.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

Error conflict(const StoreChange& change) {
    return {.code = Error::Code::kConflict,
            .message = "store: " + change.row.name + ": was changed by another program meanwhile; try again"};
}

}  // namespace

// Each change is one statement that either finds its record as expected or touches nothing: no savepoint is needed.
RecordTable::RecordTable(StoreFile file, std::optional<Witness> witness)
    : file_(std::move(file)),
      witness_(std::move(witness)),
      insert_(file_.db(),
              "INSERT INTO record (kind, name, generation, sealed, version) VALUES (?1, ?2, ?4, ?5, ?6)"
              " ON CONFLICT DO NOTHING"),
      update_(file_.db(),
              "UPDATE record SET generation = ?4, sealed = ?5, version = ?6"
              " WHERE kind = ?1 AND name = ?2 AND version = ?3"),
      remove_(file_.db(), "DELETE FROM record WHERE kind = ?1 AND name = ?2 AND version = ?3") {}

Result<void> RecordTable::load(const std::function<void(StoredRow)>& each) {
    SqliteStatement query(file_.db(), std::string("SELECT ") + kRowColumns + " FROM record");
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        auto row = row_in(query);
        if (!row) return fail(Error::Code::kInternal, "store: " + file_.path() + ": is damaged: a record of no kind");
        each(*std::move(row));
    }
    if (code != SQLITE_DONE) return tl::unexpected(refusal());
    return {};
}

Result<std::optional<StoredRow>> RecordTable::read(StoredRow::Kind kind, std::string_view name) {
    SqliteStatement query(file_.db(),
                          std::string("SELECT ") + kRowColumns + " FROM record WHERE kind = ?1 AND name = ?2");
    switch (query.bind(1, stored_kind(kind)).bind(2, name).step()) {
        case SQLITE_ROW:
            return row_in(query);
        case SQLITE_DONE:
            return std::nullopt;
        default:
            return tl::unexpected(refusal());
    }
}

std::vector<Result<void>> RecordTable::commit(std::span<const StoreChange> changes) {
    std::vector<Result<void>> results;
    SqliteTransaction transaction(file_.db());
    bool taken = transaction.has_begun();
    for (const StoreChange& change : changes) {
        if (!taken) break;
        SqliteStatement& statement = prepared(change);
        taken = statement.step() == SQLITE_DONE;
        const bool found = taken && ::sqlite3_changes(file_.db()) == 1;
        results.push_back(found ? Result<void>() : tl::unexpected(conflict(change)));
        if (taken) statement.reset();
    }
    taken = taken && transaction.commit();
    const bool removes = std::any_of(changes.begin(), changes.end(), [](const StoreChange& change) {
        return change.action == StoreChange::Action::kRemove;
    });
    if (taken && removes) static_cast<void>(file_.overwrite_removed());  // if it fails, a later one does it
    if (!taken) {
        results.assign(changes.size(), tl::unexpected(refusal()));
        for (SqliteStatement* statement : {&insert_, &update_, &remove_}) statement->reset();
    }
    return results;
}

Result<void> RecordTable::show_all_to_witness() {
    if (!witness_) return {};
    return witness_->start_over([this](const std::function<void(StoredRow)>& each) { return load(each); });
}

void RecordTable::note(std::span<const StoreChange> changes, std::span<const Result<void>> results) {
    if (!witness_ || changes.empty()) return;
    const auto noted = witness_->note(changes, results);
    if (!noted && !witness_failing_)  // when trouble begins, and not each time
        log(LogLevel::kError, log_event("witness_failed"), "what was stored last could be undone unseen",
            {{"reason", noted.error().message}});
    witness_failing_ = !noted;
}

SqliteStatement& RecordTable::prepared(const StoreChange& change) noexcept {
    const bool removes = change.action == StoreChange::Action::kRemove;
    const bool is_new = change.expected_version == 0;
    SqliteStatement& statement = removes ? remove_ : is_new ? insert_ : update_;
    statement.bind(1, stored_kind(change.row.kind)).bind(2, std::string_view(change.row.name));
    statement.bind(3, static_cast<std::int64_t>(change.expected_version));
    if (!removes) {
        statement.bind(4, static_cast<std::int64_t>(change.row.generation));
        statement.bind(5, std::span<const std::byte>(change.row.sealed));
        statement.bind(6, static_cast<std::int64_t>(change.row.version));
    }
    return statement;
}

Error RecordTable::refusal() const {
    const bool is_damaged = (::sqlite3_errcode(file_.db()) & 0xff) == SQLITE_CORRUPT;
    return {.code = is_damaged ? Error::Code::kInternal : Error::Code::kTemporarilyUnavailable,
            .message = "store: " + file_.path() + ": " + sqlite_reason(file_.db())};
}

}  // namespace agent
