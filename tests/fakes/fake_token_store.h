// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/timers.h"
#include "ports/token_store.h"

namespace fakes {

/// Records in memory. What is durable outlives the core under test: a restarted one loads it from here.
///
/// Commits become durable, and report it, at the next turn of the loop; between hold() and release() the test says
/// when, one by one.
class FakeTokenStore : public agent::TokenStore {
  public:
    using Key = std::pair<agent::StoredRow::Kind, std::string>;

    explicit FakeTokenStore(agent::Timers& timers) : timers_(timers) {}

    [[nodiscard]] agent::Result<void> load(const std::function<void(agent::StoredRow)>& each) override {
        for (const auto& [key, row] : rows_) each(row);
        return {};
    }

    [[nodiscard]] std::unique_ptr<agent::StoreCommit> commit(agent::StoreChange change, Done done) override {
        Commit commit;
        commit.change = std::move(change);
        commit.done = std::move(done);
        return start(std::move(commit));
    }

    [[nodiscard]] std::unique_ptr<agent::StoreCommit> read(agent::StoredRow::Kind kind, std::string name,
                                                           Read done) override {
        Commit commit;
        commit.change.row.kind = kind;
        commit.change.row.name = std::move(name);
        commit.read = std::move(done);
        return start(std::move(commit));
    }

    /// Commits wait for finish() from now on.
    void hold() {
        held_ = true;
        timer_.reset();
    }
    void release() {
        held_ = false;
        arm();
    }
    /// Finishes the commit that waits longest.
    void finish() {
        if (waiting_.empty()) {
            std::fputs("fake token store: no commit waits\n", stderr);
            std::abort();
        }
        const std::shared_ptr<Commit> commit = waiting_.front();
        waiting_.pop_front();
        if (commit->reads) return finish_reading(*commit);
        auto result = apply(commit->change);
        if (const Done done = std::exchange(commit->done, nullptr)) done(std::move(result));
    }
    /// The power fails: pending commits never become durable, and their callbacks are not called.
    void crash() { waiting_.clear(); }

    /// Every commit fails with this from now on; nothing ends that.
    void refuse(std::optional<agent::Error> error) { refusal_ = std::move(error); }
    void disk_is_full() {
        refuse(agent::Error{.code = agent::Error::Code::kTemporarilyUnavailable, .message = "fake store: disk full"});
    }

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    /// "put smith 0->1", "remove smith 1": every commit that was finished, in order; "!" in front when it was refused.
    [[nodiscard]] const std::vector<std::string>& log() const { return log_; }

    /// What is durable. A test may damage it.
    [[nodiscard]] std::map<Key, agent::StoredRow>& rows() { return rows_; }
    [[nodiscard]] agent::StoredRow* find(agent::StoredRow::Kind kind, const std::string& name) {
        const auto found = rows_.find({kind, name});
        return found == rows_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] agent::StoredRow* find_account(const std::string& name) {
        return find(agent::StoredRow::Kind::kAccount, name);
    }

  private:
    struct Commit {
        agent::StoreChange change;
        Done done;  // null once nobody wants to know
        Read read;  // the same, instead of a change
        bool reads = false;
    };
    struct Handle : agent::StoreCommit {
        explicit Handle(std::shared_ptr<Commit> c) : commit(std::move(c)) {}
        ~Handle() override {
            commit->done = nullptr;
            commit->read = nullptr;
        }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        std::shared_ptr<Commit> commit;
    };

    [[nodiscard]] std::unique_ptr<agent::StoreCommit> start(Commit commit) {
        commit.reads = commit.read != nullptr;
        waiting_.push_back(std::make_shared<Commit>(std::move(commit)));
        arm();
        return std::make_unique<Handle>(waiting_.back());
    }

    void finish_reading(Commit& commit) {
        const auto found = rows_.find({commit.change.row.kind, commit.change.row.name});
        if (const Read read = std::exchange(commit.read, nullptr))
            read(found == rows_.end() ? std::nullopt : std::optional(found->second));
    }

    void arm() {
        if (held_ || timer_ || waiting_.empty()) return;
        timer_ = timers_.after(agent::Duration::zero(), [this] {
            timer_.reset();
            for (auto n = waiting_.size(); n > 0 && !held_ && !waiting_.empty(); --n) finish();
            arm();
        });
    }

    agent::Result<void> apply(const agent::StoreChange& change) {
        const agent::StoredRow& row = change.row;
        const bool put = change.action == agent::StoreChange::Action::kPut;
        const Key key{row.kind, row.name};
        const auto present = rows_.find(key);
        const std::uint64_t generation = present == rows_.end() ? 0 : present->second.generation;
        const std::uint64_t version = present == rows_.end() ? 0 : present->second.version;

        const std::string line = (put ? "put " : "remove ") + row.name + " " + std::to_string(generation) +
                                 (put ? "->" + std::to_string(row.generation) : "");
        const bool conflict = version != change.expected_version;
        log_.push_back((refusal_ || conflict ? "!" : "") + line);
        if (refusal_) return tl::unexpected(*refusal_);
        if (conflict)
            return agent::fail(agent::Error::Code::kConflict,
                               "fake store: " + line + ": is not the version that was read");
        if (put)
            rows_.insert_or_assign(key, row);
        else
            rows_.erase(key);
        return {};
    }

    agent::Timers& timers_;
    std::map<Key, agent::StoredRow> rows_;
    std::list<std::shared_ptr<Commit>> waiting_;
    std::vector<std::string> log_;
    std::optional<agent::Error> refusal_;
    std::unique_ptr<agent::Timer> timer_;
    bool held_ = false;
};

}  // namespace fakes
