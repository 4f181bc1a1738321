// SPDX-License-Identifier: Apache-2.0
#include "io/loop/thread_worker.h"

#include <utility>

namespace agent {

ThreadWorker::ThreadWorker(EventLoop& loop)
    : wakeup_(loop, [this] { deliver(); }), thread_([this] { loop_through_jobs(); }) {}

ThreadWorker::~ThreadWorker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    given_.notify_one();
    thread_.join();
}

void ThreadWorker::run(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({.work = std::move(work), .done = std::move(done)});
    }
    given_.notify_one();
}

void ThreadWorker::loop_through_jobs() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        given_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job.work();
        lock.lock();
        finished_.push_back(std::move(job));
        wakeup_.wake();
    }
}

void ThreadWorker::deliver() {
    std::deque<Job> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (const Job& job : finished) job.done();
}

}  // namespace agent
