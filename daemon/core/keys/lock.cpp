// SPDX-License-Identifier: Apache-2.0
#include "core/keys/lock.h"

#include <utility>

namespace agent {

namespace {

Error stopping() {
    return {.code = Error::Code::kTemporarilyUnavailable, .message = "lock: cliod is stopping"};
}

}  // namespace

std::unique_ptr<Waiting> Lock::lock(Done done) {
    const Owed<Result<void>> owed(std::move(done));
    auto waiting = owed.waiting();
    waiting_.push_back(owed);
    happened(LockEvent::kLockAsked, tl::unexpected(stopping()));
    return waiting;
}

Result<void> Lock::unlock(DataKeys keys) {
    happened(LockEvent::kKeyFound,
             fail(Error::Code::kConflict, "lock: somebody unlocked the agent before it was locked"));
    if (state_ == LockState::kStopping) return tl::unexpected(stopping());
    if (state_ != LockState::kOpening) return {};
    auto opened = vault_.open(std::move(keys));
    happened(opened ? LockEvent::kOpened : LockEvent::kOpenFailed);
    return opened;
}

void Lock::stop(Duration grace, std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    grace_ = grace;
    happened(LockEvent::kStopAsked);
    if (grace_timer_) begin_grace(grace_);  // of a closing that was under way
    answer_all(tl::unexpected(stopping()));
}

void Lock::happened(LockEvent event, const Result<void>& why) {
    const LockTransition& row = next(state_, event);
    state_ = row.to;
    switch (row.action) {
        case LockAction::kNone:
        case LockAction::kOpenVault:  // by unlock(), which has the keys
            return;
        case LockAction::kConfirm:
            return answer_all({});
        case LockAction::kRefuse:
            return answer_all(why);
        case LockAction::kCheckSlots:
            return check_slots_([this](Result<void> may) {
                if (may) may = vault_.may_close();
                happened(may ? LockEvent::kMayLock : LockEvent::kMayNotLock, may);
            });
        case LockAction::kWindDown:
            begin_grace(grace_);
            return vault_.wind_down([this] { happened(LockEvent::kWoundDown); });
        case LockAction::kClose:
            grace_timer_.reset();
            vault_.close();
            return answer_all({});
        case LockAction::kResume:
            grace_timer_.reset();
            vault_.resume();
            return answer_all(why);
        case LockAction::kEndLater:
            delayed_ += kDelay;
            vault_.end_later(kDelay);
            return begin_grace(kDelay);
        case LockAction::kEnd:
            grace_timer_.reset();
            // Not at once: where nothing was open, stop() has not returned yet.
            end_timer_ = timers_.after(Duration::zero(), [this] {
                const auto stopped = std::exchange(stopped_, nullptr);
                if (stopped) stopped();
            });
            return;
    }
}

void Lock::begin_grace(Duration grace) {
    grace_timer_ = timers_.after(grace, [this] { grace_over(); });
}

void Lock::grace_over() {
    const bool may_end_later = state_ == LockState::kStopping && delayed_ < kLongestDelay;
    if (may_end_later && vault_.has_tokens_at_stake()) return happened(LockEvent::kAtStake);
    happened(LockEvent::kGraceOver,
             fail(Error::Code::kTemporarilyUnavailable, "lock: a refresh is still running; try again later"));
}

void Lock::answer_all(const Result<void>& result) {
    for (const auto& owed : std::exchange(waiting_, {})) owed.answer_soon(timers_, result);
}

}  // namespace agent
