// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_time.h"

#include <algorithm>
#include <utility>

namespace agent::sim {

using namespace std::chrono_literals;

EventQueue::Id EventQueue::add(Duration delay, Place place, std::function<void()> happen) {
    const Id id = ++last_id_;
    events_.emplace(id, Event{.place = place, .happen = std::move(happen)});
    turns_.push({.at = now_ + std::max(delay, Duration::zero()), .order = random_.bits(), .id = id});
    return id;
}

bool EventQueue::step(BootTime end) {
    while (!turns_.empty() && turns_.top().at < end) {
        Turn turn = turns_.top();
        turns_.pop();
        const auto found = events_.find(turn.id);
        if (found == events_.end()) continue;
        if (found->second.place == Place::kMachine && turn.at < awake_from_) {
            turn.at = awake_from_;
            turns_.push(turn);
            continue;
        }
        now_ = turn.at;
        trace_.set_time(now_);
        const auto happen = std::move(found->second.happen);
        events_.erase(found);
        happen();
        return true;
    }
    now_ = end;
    return false;
}

struct SimTimers::OneShot : Timer {
    OneShot(EventQueue& e, EventQueue::Id i) : events(e), id(i) {}
    ~OneShot() override { events.cancel(id); }
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;
    EventQueue& events;
    EventQueue::Id id;
};

struct SimTimers::Watch : Timer {
    Watch(SimTimers& t, std::function<void()> stepped)
        : timers(t), at(t.watches_.insert(t.watches_.end(), std::move(stepped))) {}
    ~Watch() override { timers.watches_.erase(at); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    SimTimers& timers;
    std::list<std::function<void()>>::iterator at;
};

std::unique_ptr<Timer> SimTimers::after(Duration delay, std::function<void()> fire) {
    const Duration late = random_.chance(0.01) ? random_.between(0ms, 500ms) : random_.between(0ms, 3ms);
    const auto id = events_.add(std::max(delay, Duration::zero()) + late, EventQueue::Place::kMachine, std::move(fire));
    return std::make_unique<OneShot>(events_, id);
}

std::unique_ptr<Timer> SimTimers::on_clock_step(std::function<void()> stepped) {
    return std::make_unique<Watch>(*this, std::move(stepped));
}

void SimTimers::clock_stepped() {
    events_.add(random_.between(0ms, 20ms), EventQueue::Place::kMachine, [this] {
        const auto told = watches_;  // a watch may end while it is called
        for (const auto& stepped : told) stepped();
    });
}

}  // namespace agent::sim
