// SPDX-License-Identifier: Apache-2.0
#include "io/store/store_writer.h"

#include <utility>

namespace agent {

StoreWriter::StoreWriter(RecordTable table, std::function<void()> finished)
    : table_(std::move(table)), finished_(std::move(finished)), thread_([this] { work(); }) {}

StoreWriter::~StoreWriter() {
    stop();
}

void StoreWriter::submit(std::uint64_t id, StoreChange change) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty() || waiting_.back().job) waiting_.emplace_back();
        waiting_.back().ids.push_back(id);
        waiting_.back().changes.push_back(std::move(change));
    }
    submitted_.notify_one();
}

void StoreWriter::submit(std::uint64_t id, Job job) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({.ids = {id}, .changes = {}, .job = std::move(job)});
    }
    submitted_.notify_one();
}

std::vector<StoreWriter::Outcome> StoreWriter::take_outcomes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outcomes_, {});
}

void StoreWriter::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    submitted_.notify_one();
    thread_.join();
}

std::vector<Result<void>> StoreWriter::carry_out(const Group& group) {
    if (!group.job) return table_.commit(group.changes);
    return {group.job(table_)};
}

void StoreWriter::hand_over(const Group& group, const std::vector<Result<void>>& results) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < results.size(); ++i) outcomes_.push_back({.id = group.ids[i], .result = results[i]});
    finished_();  // under the lock, which is short
}

void StoreWriter::work() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        submitted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;

        const Group group = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        const std::vector<Result<void>> results = carry_out(group);
        hand_over(group, results);
        // Only now: what is durable need not wait for the disk of the witness.
        table_.note(group.changes, results);
        lock.lock();
    }
}

}  // namespace agent
