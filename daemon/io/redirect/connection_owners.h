// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/loop/thread_worker.h"

namespace agent {

/// Asks the kernel who holds the other end of loopback connections. On a thread of its own, which there is from the
/// first question on: one look at the table of sockets answers all questions that have come by then.
class ConnectionOwners {
  public:
    /// Empty when it could not be told: the peer has closed its end, or is not in this network namespace.
    using Answer = std::function<void(std::optional<uid_t> owner)>;
    /// A question that waits; destroying it drops the answer.
    class Question;

    explicit ConnectionOwners(EventLoop& loop) noexcept : loop_(loop) {}
    ConnectionOwners(const ConnectionOwners&) = delete;
    ConnectionOwners& operator=(const ConnectionOwners&) = delete;

    /// Calls `answer` later, from the loop. Null when the system gives no thread to look: it could not be told then.
    [[nodiscard]] std::shared_ptr<Question> ask(int fd, Answer answer);

  private:
    [[nodiscard]] bool has_worker();
    void look();

    EventLoop& loop_;
    std::vector<std::weak_ptr<Question>> waiting_;
    bool looking_ = false;
    std::optional<ThreadWorker> worker_;
};

}  // namespace agent
