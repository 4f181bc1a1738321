// SPDX-License-Identifier: Apache-2.0
#include "io/loop/derivations.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "io/loop/wakeup.h"

namespace agent {

namespace {

std::atomic<int> running{0};

Error no_thread() {
    return {.code = Error::Code::kTemporarilyUnavailable,
            .message = "passphrase: cannot start a thread to try it; try again later"};
}

}  // namespace

struct Derivations::Job {
    std::uint32_t user = 0;
    Work work;
    Done done;
};

/// Shared with the threads, and outlives the Derivations for those that are left behind. Of the job of such a one only
/// `work` is left, which is its own.
struct Derivations::Finished {
    Finished(EventLoop& loop, std::function<void()> awake) : wakeup(std::in_place, loop, std::move(awake)) {}

    std::mutex mutex;
    std::vector<std::shared_ptr<Job>> jobs;
    std::optional<Wakeup> wakeup;  // none once nobody listens any more
};

Derivations::Derivations(EventLoop& loop) : finished_(std::make_shared<Finished>(loop, [this] { deliver(); })) {}

Derivations::~Derivations() {
    stopped_ = true;
    for (const auto& [user, queue] : users_) {
        for (const auto& job : queue) job->done = nullptr;  // its thread may be the last to hold it
    }
    const std::lock_guard lock(finished_->mutex);
    finished_->wakeup.reset();
}

bool Derivations::any_running() noexcept {
    return running.load() > 0;
}

Result<void> Derivations::run(std::uint32_t user, Work work, Done done) {
    if (stopped_) return fail(Error::Code::kTemporarilyUnavailable, "passphrase: the agent is stopping");
    auto& queue = users_[user];
    if (queue.size() >= kMostQueued)
        return fail(Error::Code::kTemporarilyUnavailable,
                    "passphrase: too many of your attempts are waiting already; try again later");
    queue.push_back(std::make_shared<Job>(Job{.user = user, .work = std::move(work), .done = std::move(done)}));
    if (queue.size() > 1 || begin_next(user)) return {};
    users_.erase(user);
    return tl::unexpected(no_thread());
}

bool Derivations::begin_next(std::uint32_t user) {
    ++running;
    try {
        std::thread([job = users_[user].front(), finished = finished_]() mutable {
            job->work();
            {
                const std::lock_guard lock(finished->mutex);
                finished->jobs.push_back(std::move(job));
                if (finished->wakeup) finished->wakeup->wake();
            }
            --running;
        }).detach();
        return true;
    } catch (const std::system_error&) {
        --running;
        return false;
    }
}

void Derivations::deliver() {
    std::vector<std::shared_ptr<Job>> finished;
    {
        const std::lock_guard lock(finished_->mutex);
        finished.swap(finished_->jobs);
    }
    for (const auto& job : finished) {
        if (stopped_) continue;
        auto& queue = users_[job->user];
        queue.pop_front();
        std::deque<std::shared_ptr<Job>> given_up;
        if (!queue.empty() && !begin_next(job->user)) given_up.swap(queue);
        if (queue.empty()) users_.erase(job->user);
        job->done({});
        for (const auto& other : given_up) other->done(tl::unexpected(no_thread()));
    }
}

void Derivations::stop() {
    stopped_ = true;
    const auto users = std::exchange(users_, {});
    for (const auto& [user, queue] : users) {
        for (const auto& job : queue) {
            const Done done = std::exchange(job->done, nullptr);
            done(fail(Error::Code::kTemporarilyUnavailable, "passphrase: the agent is stopping"));
        }
    }
}

}  // namespace agent
