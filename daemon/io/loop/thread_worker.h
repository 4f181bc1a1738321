// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "io/loop/wakeup.h"

namespace agent {

/// A thread for work of a moment that would block the loop. Runs one job at a time, in order.
///
/// The destructor waits for the running job and drops the queued ones; it does not call `done` for any.
class ThreadWorker {
  public:
    explicit ThreadWorker(EventLoop& loop);
    ~ThreadWorker();
    ThreadWorker(const ThreadWorker&) = delete;
    ThreadWorker& operator=(const ThreadWorker&) = delete;

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
