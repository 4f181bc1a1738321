// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "ports/clock.h"
#include "ports/timers.h"
#include "simulation/random.h"
#include "simulation/trace.h"

namespace agent::sim {

/// All that is still to happen, and the true time. What happens at the same moment happens in an order that the seed
/// decides.
class EventQueue {
  public:
    /// Where something happens. While the machine sleeps nothing happens on it, but the world continues.
    enum class Place { kMachine, kWorld };
    using Id = std::uint64_t;

    EventQueue(Random random, Trace& trace) : random_(random), trace_(trace) {}

    [[nodiscard]] BootTime now() const { return now_; }
    Id add(Duration delay, Place place, std::function<void()> happen);
    /// Nullopt once it has happened.
    void cancel(Id id) { events_.erase(id); }

    /// Lets the next thing happen. False when nothing does before `end`; it is `end` then.
    bool step(BootTime end);

    /// The machine sleeps from now on for `length`.
    void sleep(Duration length) {
        awake_from_ = now_ + length;
        slept_ += length;
    }
    [[nodiscard]] Duration slept() const { return slept_; }
    [[nodiscard]] bool asleep() const { return now_ < awake_from_; }

  private:
    struct Event {
        Place place;
        std::function<void()> happen;
    };
    struct Turn {
        BootTime at;
        std::uint64_t order;
        Id id;
        bool operator>(const Turn& other) const {
            return at != other.at ? at > other.at : order != other.order ? order > other.order : id > other.id;
        }
    };

    Random random_;
    Trace& trace_;
    BootTime now_;
    BootTime awake_from_;
    Duration slept_{0};
    Id last_id_ = 0;
    std::unordered_map<Id, Event> events_;
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

/// Does `act` on the machine again and again, with times between whose mean is `mean`. `events` and `random` outlive
/// it.
inline void repeat(EventQueue& events, Random& random, Duration mean, std::function<void()> act) {
    events.add(random.interval(mean), EventQueue::Place::kMachine, [&events, &random, mean, act = std::move(act)] {
        act();
        repeat(events, random, mean, act);
    });
}

/// The machine's clocks: the wall clock can be wrong.
class SimClock : public Clock {
  public:
    explicit SimClock(const EventQueue& events) : events_(events) {}

    [[nodiscard]] WallTime now() const override { return kStart + events_.now().time_since_epoch() + wrong_by_; }
    [[nodiscard]] BootTime boot_now() const override { return events_.now(); }
    [[nodiscard]] Duration time_suspended() const override { return events_.slept(); }

    void step_by(Duration d) { wrong_by_ += d; }
    void set_right() { wrong_by_ = Duration::zero(); }

  private:
    static constexpr WallTime kStart = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23));

    const EventQueue& events_;
    Duration wrong_by_{0};
};

/// The machine's timers, a little late as all timers are.
class SimTimers : public Timers {
  public:
    SimTimers(EventQueue& events, Random random) : events_(events), random_(random) {}

    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) override;
    [[nodiscard]] std::unique_ptr<Timer> on_clock_step(std::function<void()> stepped) override;

    /// The wall clock was set or the machine has woken up; those who watch hear of it soon.
    void clock_stepped();

  private:
    struct OneShot;
    struct Watch;

    EventQueue& events_;
    Random random_;
    std::list<std::function<void()>> watches_;
};

}  // namespace agent::sim
