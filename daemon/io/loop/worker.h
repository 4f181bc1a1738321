// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "io/loop/wakeup.h"

namespace agent {

/// A thread for what would hold up the loop: deriving keys from passphrases. One job at a time, in the order given.
///
/// Its destructor waits for the job under way and drops those that wait; what has finished is then not told.
class Worker {
  public:
    explicit Worker(EventLoop& loop);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Does `work` on the thread, then calls `done` on the loop. What they share, `work` has to itself until then.
    void run(std::function<void()> work, std::function<void()> done);

  private:
    struct Job {
        std::function<void()> work;
        std::function<void()> done;
    };

    void loop_through_jobs() noexcept;
    void deliver();

    std::mutex mutex_;
    std::condition_variable given_;
    std::deque<Job> waiting_;
    std::deque<Job> finished_;
    bool stopping_ = false;
    Wakeup wakeup_;
    std::thread thread_;
};

}  // namespace agent
