// SPDX-License-Identifier: Apache-2.0
#include "simulation/locking.h"

#include <algorithm>
#include <array>

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration kBetweenLocks = 72h;  // on average

DataKeys any_keys() {
    const std::array<std::byte, SealingKey::kSize> key{};
    return {.current = *SealingKey::from_raw(key), .previous = {}};
}

}  // namespace

Locking::Locking(const Surroundings& around, Timers& timers, Findings& findings, Random random, Doors doors)
    : around_(around),
      timers_(timers),
      random_(random),
      doors_(std::move(doors)),
      waits_(around.events, random, around.statistics, findings) {}

void Locking::start() {
    lock_some_time();
}

void Locking::booted() {
    lock_.emplace(timers_, static_cast<Vault&>(*this), [this](Lock::Done done) {
        const bool may = random_.chance(0.9);
        slots_read_ = timers_.after(random_.between(0ms, 100ms), [this, may, done = std::move(done)] {
            if (doors_.is_rotating())
                return done(fail(Error::Code::kTemporarilyUnavailable, "a new data key is being stored"));
            done(may ? Result<void>() : fail(Error::Code::kConflict, "there is no passphrase"));
        });
    });
    lock_->opened();
}

void Locking::crashed() {
    waits_.abandon_all();
    slots_read_.reset();
    lock_.reset();
}

void Locking::lock_some_time() {
    around_.events.add(random_.interval(kBetweenLocks), EventQueue::Place::kMachine, [this] {
        if (around_.events.now() >= around_.scenario.faults.end) return;
        for (std::uint64_t left = 1 + random_.below(4); left > 0; --left)
            around_.events.add(random_.between(0ms, 500ms), EventQueue::Place::kMachine, [this] { ask_to_lock(); });
        unlock_within(random_.magnitude(10ms, 5s));  // some call the lock off
        lock_some_time();
    });
}

void Locking::ask_to_lock() {
    if (!lock_ || around_.events.now() >= around_.scenario.faults.end) return;
    around_.trace.say("operator: locks the agent");
    using Answer = Result<void>;
    waits_.ask<Answer>(
        "a request to lock", Lock::kGrace + 1s, [this](Lock::Done done) { return lock_->lock(std::move(done)); },
        [this](const Answer& answer) {
            around_.trace.say("operator: ", answer ? "it is locked" : answer.error().message);
            if (answer) ++around_.statistics[Count::kLocks];
        });
}

/// Before the faults end, since everything must be well from then on.
void Locking::unlock_within(Duration time) {
    const Duration left = around_.scenario.faults.end - around_.events.now();
    around_.events.add(std::clamp<Duration>(time, 0ms, std::max<Duration>(left, 0ms)), EventQueue::Place::kMachine,
                       [this] { unlock(); });
}

void Locking::unlock() {
    if (!lock_) return;
    around_.trace.say("operator: unlocks the agent");
    if (const auto unlocked = lock_->unlock(any_keys()); !unlocked) std::abort();
}

Result<void> Locking::open(DataKeys) {
    doors_.boot();
    return {};
}

Result<void> Locking::may_close() const {
    if (doors_.book().has_unsaved_tokens())
        return fail(Error::Code::kTemporarilyUnavailable, "tokens wait for the disk");
    return {};
}

void Locking::wind_down(std::function<void()> wound_down) {
    doors_.cut_off();
    doors_.book().wind_down(std::move(wound_down));
}

void Locking::resume() {
    doors_.book().resume();
    doors_.resumed();
}

void Locking::close() {
    doors_.shut();
    unlock_within(random_.magnitude(10ms, 6h));
}

}  // namespace agent::sim
