// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// Limits how fast requests to an authorization server start.
///
/// Each lane (a client_id at a token host) has a token bucket of one request, so that requests are evenly spaced, and a
/// limit on concurrent requests. Urgent requests go first, then those of tokens that are about to expire, then those
/// that a caller waits for, then those of the background; within each group, first come first served.
class Pacer {
  public:
    struct Limits {
        double per_second = 2.0;  // > 0
        unsigned max_parallel = 8;
    };
    enum class Priority : std::uint8_t { kBackground, kAsked, kExpiring, kUrgent };

  private:
    struct Lane;

  public:
    /// The right to have one running request; returned on destruction. Move-only.
    ///
    /// Work between the turn and the request, such as a write to the disk, takes a varying time. To keep requests
    /// evenly spaced, each asks again just before it is sent.
    class Turn {
      public:
        Turn() = default;
        explicit Turn(std::shared_ptr<Lane> lane) noexcept : lane_(std::move(lane)) {}
        Turn(Turn&&) noexcept = default;
        Turn& operator=(Turn&& other) noexcept;
        ~Turn() { release(); }
        /// Zero if the request may be sent now, which it then must; otherwise how long to wait before asking again.
        /// Only for a turn that has begun.
        [[nodiscard]] Duration begin_request();

      private:
        void release() noexcept;
        std::shared_ptr<Lane> lane_;
    };

    /// A place in the queue. If it is destroyed, `begin` is never called.
    class Ticket {
      public:
        Ticket(std::shared_ptr<Lane> lane, Priority priority, std::function<void(Turn)> begin);
        ~Ticket();
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        /// Moves it to the end of those of a higher priority; from kExpiring of a lower one, too. Else does nothing.
        void promote(Priority priority);

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

    /// Applies to requests that begin from now on.
    void set_limits(Limits limits);

    /// Calls `begin` when it is its turn in the lane, but only after this returns. `begin` may destroy its ticket.
    [[nodiscard]] std::unique_ptr<Ticket> queue(const std::string& lane, Priority priority,
                                                std::function<void(Turn)> begin);

    /// Lets nothing but what is urgent begin in `lane` for `duration`: the server asked for it, or refuses the client.
    /// If the lane is already held, the later end applies. `reason` is for people.
    void hold(const std::string& lane, Duration duration, std::string reason);
    /// Ends that early.
    void resume(const std::string& lane);
    /// How long `lane` is still held; zero if it is not.
    [[nodiscard]] Duration held_for(const std::string& lane) const;
    /// Why `lane` is held; empty if it is not.
    [[nodiscard]] std::string held_because(const std::string& lane) const;

    /// How many requests are waiting in all lanes.
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
