// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "io/loop/wakeup.h"

namespace agent {

/// A thread for work that would block the loop: deriving keys from passphrases. Runs one job at a time, in order.
///
/// The destructor waits for the running job and drops the queued ones; it does not call `done` for any.
class Worker {
  public:
    explicit Worker(EventLoop& loop);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Runs `work` on the thread, then calls `done` on the loop. Until then only `work` may use what they share.
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
