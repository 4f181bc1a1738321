// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "base/result.h"
#include "io/loop/event_loop.h"
#include "ports/worker.h"

namespace agent {

/// Worker with a thread for each local user who asks. A derivation cannot be interrupted, and nobody waits for one:
/// what still runs when this is destroyed is left to the end of the process (see any_running()).
class Derivations final : public Worker {
  public:
    static constexpr std::size_t kMostQueued = 8;  // of one user

    explicit Derivations(EventLoop& loop);
    ~Derivations() override;
    Derivations(const Derivations&) = delete;
    Derivations& operator=(const Derivations&) = delete;

    [[nodiscard]] Result<void> run(std::uint32_t user, Work work, Done done) override;

    /// Answers all that are under way or wait with kTemporarilyUnavailable, and takes no more.
    void stop();

    /// Whether a thread runs that was left behind: the process must then end without its exit handlers, which free what
    /// the thread uses.
    [[nodiscard]] static bool any_running() noexcept;

  private:
    struct Job;
    struct Finished;

    /// False when the system gives no thread.
    [[nodiscard]] bool begin_next(std::uint32_t user);
    void deliver();

    std::map<std::uint32_t, std::deque<std::shared_ptr<Job>>> users_;  // the first of each runs
    std::shared_ptr<Finished> finished_;
    bool stopped_ = false;
};

}  // namespace agent
