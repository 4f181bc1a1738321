// SPDX-License-Identifier: Apache-2.0
#include "simulation/locking.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

// On average.
constexpr Duration kBetweenLocks = 72h;
constexpr Duration kBetweenStops = 24h * 5;

constexpr Duration kSlowestDiskForLocks = 6h;  // hundreds of commits, each of which may take two minutes
constexpr Duration kAnswerGrace = 5s;          // as Agent's
constexpr Duration kLongestClosing = 30min;    // before the faults end: all must be well from then on

}  // namespace

Locking::Locking(const Surroundings& around, const Clock& clock, Timers& timers, KeyStore& store, KeyHolders& holders,
                 Findings& findings, Random random, Doors doors)
    : around_(around),
      clock_(clock),
      timers_(timers),
      store_(store),
      holders_(holders),
      findings_(findings),
      random_(random),
      doors_(std::move(doors)),
      waits_(around.events, random, around.statistics, findings) {}

void Locking::start(bool is_hasty) {
    is_hasty_ = is_hasty;
    lock_some_time();
    stop_some_time();
}

void Locking::booted() {
    ++life_;
    stopping_ = false;
    worker_.emplace(timers_, random_);
    lock_.emplace(timers_, static_cast<Vault&>(*this),
                  [this](Lock::Done done) { keyring_->check_a_person_can_unlock(std::move(done)); });
    keyring_.emplace(clock_, timers_, *worker_, store_, static_cast<Vault&>(*this), *lock_);
    lock_->opened();
}

void Locking::gone() {
    ++life_;
    waits_.abandon_all();
    holders_.abandon();
    hasty_.reset();
    worker_.reset();
    keyring_.reset();
    lock_.reset();
}

bool Locking::rests() const {
    return around_.events.now() + kLongestClosing >= around_.scenario.faults.end;
}

void Locking::lock_some_time() {
    around_.events.add(random_.interval(kBetweenLocks), EventQueue::Place::kMachine, [this] {
        if (rests()) return;
        for (std::uint64_t left = 1 + random_.below(4); left > 0; --left)
            around_.events.add(random_.between(0ms, 500ms), EventQueue::Place::kMachine, [this] { ask_to_lock(); });
        unlock_within(random_.magnitude(10ms, 5s));  // some call the lock off
        if (random_.chance(0.5)) holders_.rotate_soon();
        lock_some_time();
    });
}

void Locking::ask_to_lock() {
    if (keyring() == nullptr || rests() || !holders_.typed()) return;
    around_.trace.say("operator: locks the agent");
    using Answer = Result<void>;
    waits_.ask<Answer>(
        "a request to lock", kSlowestDiskForLocks, [this](Lock::Done done) { return keyring_->lock(std::move(done)); },
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
    auto typed = holders_.typed();
    if (keyring() == nullptr || !typed) return;
    around_.trace.say("operator: unlocks the agent");
    const auto key = std::make_shared<TypedSecrets>();
    key->recovery_key = typed->recovery_key.clone();
    const auto user = static_cast<std::uint32_t>(random_.below(3));
    using Answer = Result<void>;
    waits_.ask<Answer>(
        "a request to unlock", kSlowestDiskForLocks,
        [&](Keyring::Done done) { return keyring_->unlock(std::move(*typed), user, std::move(done)); },
        [this, key](const Answer& answer) {
            if (answer || is_open()) return;
            around_.trace.say("operator: still locked: ", answer.error().message);
            if (answer.error().code != Error::Code::kTemporarilyUnavailable && !holders_.may_be_refused(*key))
                findings_.violated("a recovery key that was given out does not unlock: " + answer.error().message);
            unlock_within(random_.magnitude(100ms, 10s));
        });
}

void Locking::stop_some_time() {
    around_.events.add(random_.interval(kBetweenStops), EventQueue::Place::kMachine, [this] {
        if (rests()) return;
        stop();
        stop_some_time();
    });
}

/// As Agent::stop().
void Locking::stop() {
    if (!lock_ || stopping_) return;
    around_.trace.say("operator: stops the agent");
    stopping_ = true;
    if (is_open()) doors_.daemon().stop_refreshes();
    around_.events.add(random_.between(0ms, kAnswerGrace), EventQueue::Place::kMachine, [this, life = life_] {
        if (life != life_) return;
        doors_.cut_off();
        waits_.abandon_all();
        holders_.abandon();
        lock_->stop(kRefreshGrace, [this, life, since = around_.events.now()] {
            // Not from within the lock, which ends with the process.
            around_.events.add(0ms, EventQueue::Place::kMachine, [this, life, since] {
                if (life == life_) doors_.ended(around_.events.now() - since);
            });
        });
    });
}

Result<void> Locking::open(DataKeys keys) {
    return doors_.unlock(std::move(keys));
}

Result<void> Locking::may_close() const {
    if (doors_.daemon().has_unsaved_tokens())
        return fail(Error::Code::kTemporarilyUnavailable, "tokens wait for the disk");
    return {};
}

void Locking::wind_down(std::function<void()> wound_down) {
    doors_.cut_off();
    if (is_hasty_)
        hasty_ = timers_.after(0ms, std::move(wound_down));
    else
        doors_.daemon().wind_down(std::move(wound_down));
}

void Locking::resume() {
    hasty_.reset();
    doors_.daemon().resume();
    doors_.resumed();
}

void Locking::close() {
    if (has_tokens_at_stake()) findings_.violated("the agent was locked while a grant was at stake");
    doors_.shut();
    unlock_within(random_.magnitude(10ms, 6h));
}

Result<void> Locking::rotate(SealingKey next) {
    doors_.rotate(std::move(next));
    return {};
}

void Locking::key_slots_changed() {
    doors_.slots_changed();
}

}  // namespace agent::sim
