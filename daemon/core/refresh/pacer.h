// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// Lets requests to an authorization server begin no faster than it likes.
///
/// Each lane (a client_id at a token host) has a token bucket that holds one request, so that requests begin evenly
/// spaced, and a cap on those under way at once. Those asked for by a caller go before those of the background; within
/// each, first come first served.
class Pacer {
  public:
    struct Limits {
        double per_second = 2.0;  // > 0
        unsigned max_parallel = 8;
    };
    enum class Priority { kBackground, kAsked };

  private:
    struct Lane;

  public:
    /// The right to have one request under way; gives the place back on destruction. Move-only.
    ///
    /// What is done between the turn and the request, such as a write to the disk, takes longer for one than for the
    /// next. So that requests leave evenly spaced all the same, each says when it is about to.
    class Turn {
      public:
        Turn() = default;
        explicit Turn(std::shared_ptr<Lane> lane) noexcept : lane_(std::move(lane)) {}
        Turn(Turn&&) noexcept = default;
        Turn& operator=(Turn&& other) noexcept;
        ~Turn() { release(); }
        /// Zero when the request may leave now, which it then must; else how long to wait before asking again. Only for
        /// a turn that has come.
        [[nodiscard]] Duration begin_request();

      private:
        void release() noexcept;
        std::shared_ptr<Lane> lane_;
    };

    /// A place in the queue. Destroying it gives the place up; `begin` is then never called.
    class Ticket {
      public:
        Ticket(std::shared_ptr<Lane> lane, Priority priority, std::function<void(Turn)> begin);
        ~Ticket();
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        /// Moves it to the end of those asked for; nothing when it is among them.
        void promote();

      private:
        friend class Pacer;
        void leave() noexcept;
        std::shared_ptr<Lane> lane_;
        Priority priority_;
        std::function<void(Turn)> begin_;
        std::list<Ticket*>::iterator at_;
        bool queued_ = true;
    };

    Pacer(const Clock& clock, Timers& timers, Limits limits) : clock_(clock), timers_(timers), limits_(limits) {}

    /// For what begins from now on.
    void set_limits(Limits limits);

    /// Calls `begin` when the lane's turn has come; never before this returns. `begin` may destroy its ticket.
    [[nodiscard]] std::unique_ptr<Ticket> queue(const std::string& lane, Priority priority,
                                                std::function<void(Turn)> begin);

    /// Lets nothing begin in `lane` for `duration`: the server asked for it, or refuses the client. A later end of the
    /// two counts when it is held already. `reason` is for people.
    void hold(const std::string& lane, Duration duration, std::string reason);
    /// Ends that early.
    void resume(const std::string& lane);
    /// For how long `lane` is still held; zero when it is not.
    [[nodiscard]] Duration held_for(const std::string& lane) const;
    /// Why nothing begins in `lane` now; empty when it is not held.
    [[nodiscard]] std::string held_because(const std::string& lane) const;

    /// How many wait in all lanes.
    [[nodiscard]] std::size_t queued() const;

  private:
    [[nodiscard]] const std::shared_ptr<Lane>& lane_named(const std::string& name);
    static void pump(const std::shared_ptr<Lane>& lane);
    static void arm(const std::shared_ptr<Lane>& lane);

    const Clock& clock_;
    Timers& timers_;
    Limits limits_;
    std::map<std::string, std::shared_ptr<Lane>> lanes_;
};

}  // namespace agent
