// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "ports/timers.h"
#include "ports/worker.h"

namespace fakes {

/// Does its jobs at the next turn of the loop; after hold() the test says when, one by one.
class FakeWorker : public agent::Worker {
  public:
    explicit FakeWorker(agent::Timers& timers) : timers_(timers) {}

    agent::Result<void> run(std::uint32_t, Work work, Done done) override {
        jobs_.push_back({std::move(work), std::move(done)});
        if (!held_) arm();
        return {};
    }

    void hold() { held_ = true; }
    void finish() {
        if (jobs_.empty()) {
            std::fputs("fake worker: no job waits\n", stderr);
            std::abort();
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        job.work();
        job.done({});
    }
    [[nodiscard]] std::size_t waiting() const { return jobs_.size(); }

  private:
    struct Job {
        Work work;
        Done done;
    };

    void arm() {
        timer_ = timers_.after(agent::Duration::zero(), [this] {
            while (!held_ && !jobs_.empty()) finish();
        });
    }

    agent::Timers& timers_;
    std::deque<Job> jobs_;
    std::unique_ptr<agent::Timer> timer_;
    bool held_ = false;
};

}  // namespace fakes
