// SPDX-License-Identifier: Apache-2.0
#include "io/store/sqlite_token_store.h"

#include <future>
#include <utility>

#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

class SqliteTokenStore::Commit final : public StoreCommit {
  public:
    Commit(SqliteTokenStore& store, std::uint64_t id, Done done) : store_(store), id_(id), done_(std::move(done)) {
        store_.waiting_.emplace(id_, this);
    }
    ~Commit() override { store_.waiting_.erase(id_); }
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;

    void finish(Result<void> result) {
        const auto done = std::move(done_);
        done(std::move(result));
    }

  private:
    SqliteTokenStore& store_;
    std::uint64_t id_;
    Done done_;
};

SqliteTokenStore::SqliteTokenStore(EventLoop& loop, StoreFile file, std::optional<Witness> witness)
    : wakeup_(loop, [this] { deliver(); }), table_(RecordTable(std::move(file), std::move(witness))) {}

SqliteTokenStore::~SqliteTokenStore() {
    if (!writer_) return;
    writer_->stop();
    for (const StoreWriter::Outcome& outcome : writer_->take_outcomes()) {
        if (!outcome.result) {
            log(LogLevel::kError, log_event("store_failed"), "not stored before the end",
                {{"reason", outcome.result.error().message}});
        }
    }
}

Result<void> SqliteTokenStore::now(const std::function<Result<void>(RecordTable&)>& job) {
    if (table_) return job(*table_);
    std::promise<Result<void>> done;
    writer().submit(next_id_++, [&](RecordTable& table) {
        done.set_value(job(table));
        return Result<void>();
    });
    return done.get_future().get();
}

Result<void> SqliteTokenStore::load(const std::function<void(StoredRow)>& each) {
    return now([&](RecordTable& table) { return table.load(each); });
}

Result<std::vector<SeenRecord>> SqliteTokenStore::seen() {
    Result<std::vector<SeenRecord>> seen;
    AGENT_CHECK(now([&](RecordTable& table) -> Result<void> {
        Witness* const witness = table.witness();
        if (witness == nullptr) return {};
        if (witness->is_new()) return table.show_all_to_witness();
        seen = witness->read();
        return {};
    }));
    return seen;
}

Result<void> SqliteTokenStore::repair(const std::vector<StoreChange>& changes) {
    return now([&](RecordTable& table) -> Result<void> {
        for (const Result<void>& result : table.commit(changes)) AGENT_CHECK(result);
        return table.show_all_to_witness();
    });
}

std::unique_ptr<StoreCommit> SqliteTokenStore::commit(StoreChange change, Done done) {
    auto noted = [this, done = std::move(done), name = change.row.name](Result<void> result) {
        note(result, name);
        done(std::move(result));
    };
    auto commit = std::make_unique<Commit>(*this, next_id_, std::move(noted));
    writer().submit(next_id_++, std::move(change));
    return commit;
}

std::unique_ptr<StoreCommit> SqliteTokenStore::read(StoredRow::Kind kind, std::string name, Read done) {
    const auto row = std::make_shared<std::optional<StoredRow>>();
    auto commit = std::make_unique<Commit>(*this, next_id_, [row, done = std::move(done)](Result<void> result) {
        if (result)
            done(std::move(*row));
        else
            done(tl::unexpected(std::move(result).error()));
    });
    writer().submit(next_id_++, [row, kind, name = std::move(name)](RecordTable& table) -> Result<void> {
        AGENT_TRY(*row, table.read(kind, name));
        return {};
    });
    return commit;
}

std::unique_ptr<StoreCommit> SqliteTokenStore::run(Job job, Done done) {
    auto commit = std::make_unique<Commit>(*this, next_id_, std::move(done));
    writer().submit(next_id_++, [job = std::move(job)](RecordTable& table) { return job(table.file()); });
    return commit;
}

std::unique_ptr<StoreCommit> SqliteTokenStore::ping(Done done) {
    return run([](StoreFile&) { return Result<void>(); }, std::move(done));
}

StoreWriter& SqliteTokenStore::writer() {
    if (!writer_) {
        writer_.emplace(*std::move(table_), [this] { wakeup_.wake(); });
        table_.reset();
    }
    return *writer_;
}

/// Tells when trouble begins and when it is over, and not each commit that it costs.
void SqliteTokenStore::note(const Result<void>& result, const std::string& record) {
    const bool overtaken = !result && result.error().code == Error::Code::kConflict;
    if (overtaken)
        log(LogLevel::kWarning, log_event("store_overtaken"), "another program has changed the store",
            {{"record", record}});
    const bool refused = !result && !overtaken;
    if (refused == failing_) return;
    failing_ = refused;
    if (refused) {
        log(LogLevel::kError, log_event("store_failed"), "the store takes no changes",
            {{"reason", result.error().message}});
    } else {
        log(LogLevel::kNotice, log_event("store_recovered"), "the store takes changes again");
    }
}

void SqliteTokenStore::deliver() {
    for (StoreWriter::Outcome& outcome : writer_->take_outcomes()) {
        const auto waiting = waiting_.find(outcome.id);
        if (waiting == waiting_.end()) continue;
        Commit* const commit = waiting->second;
        waiting_.erase(waiting);
        commit->finish(std::move(outcome.result));
    }
}

}  // namespace agent
