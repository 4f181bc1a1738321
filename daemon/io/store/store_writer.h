// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "io/store/record_table.h"
#include "ports/token_store.h"

namespace agent {

/// The thread that commits. Whatever changes wait when it comes round become one transaction, synced once: while the
/// disk works, the next group gathers.
class StoreWriter {
  public:
    /// Something else to be done with the store, alone with it.
    using Job = std::function<Result<void>(RecordTable&)>;

    struct Outcome {
        std::uint64_t id = 0;
        Result<void> result;
    };

    /// `finished` is called on the thread whenever there are outcomes to take.
    StoreWriter(RecordTable table, std::function<void()> finished);
    ~StoreWriter();
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    /// Changes are made and jobs done in the order in which they were submitted. Not after stop().
    void submit(std::uint64_t id, StoreChange change);
    void submit(std::uint64_t id, Job job);
    /// The outcomes since the last call, in order.
    [[nodiscard]] std::vector<Outcome> take_outcomes();
    /// Returns once all that was submitted is committed or refused.
    void stop();

  private:
    /// Some changes, or one job; the vectors of a group of changes are of one length.
    struct Group {
        std::vector<std::uint64_t> ids;
        std::vector<StoreChange> changes;
        Job job;
    };

    [[nodiscard]] std::vector<Result<void>> carry_out(const Group& group);
    void hand_over(const Group& group, const std::vector<Result<void>>& results);
    void work() noexcept;

    RecordTable table_;
    std::function<void()> finished_;
    std::mutex mutex_;
    std::condition_variable submitted_;
    std::deque<Group> waiting_;
    std::vector<Outcome> outcomes_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace agent
