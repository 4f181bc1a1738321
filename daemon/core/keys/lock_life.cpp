// SPDX-License-Identifier: Apache-2.0
#include "core/keys/lock_life.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace agent {

namespace {

using enum LockState;
using enum LockEvent;
using enum LockAction;

constexpr std::array kLockTransitions{
    // clang-format off
    LockTransition{kLocked,   kLockAsked,  kLocked,   kConfirm},
    LockTransition{kLocked,   kKeyFound,   kOpening,  kOpenVault},
    LockTransition{kLocked,   kOpened,     kOpen,     kNone},  // at the start, without a person
    LockTransition{kLocked,   kStopAsked,  kStopping, kEnd},

    LockTransition{kOpening,  kOpened,     kOpen,     kNone},
    LockTransition{kOpening,  kOpenFailed, kLocked,   kNone},

    LockTransition{kOpen,     kLockAsked,  kChecking, kCheckSlots},
    LockTransition{kOpen,     kKeyFound,   kOpen,     kNone},
    LockTransition{kOpen,     kStopAsked,  kStopping, kWindDown},

    LockTransition{kChecking, kLockAsked,  kChecking, kNone},
    LockTransition{kChecking, kMayLock,    kClosing,  kWindDown},
    LockTransition{kChecking, kMayNotLock, kOpen,     kRefuse},
    LockTransition{kChecking, kKeyFound,   kChecking, kNone},
    LockTransition{kChecking, kStopAsked,  kStopping, kWindDown},

    LockTransition{kClosing,  kLockAsked,  kClosing,  kNone},
    LockTransition{kClosing,  kWoundDown,  kLocked,   kClose},
    LockTransition{kClosing,  kGraceOver,  kOpen,     kResume},
    LockTransition{kClosing,  kKeyFound,   kOpen,     kResume},
    LockTransition{kClosing,  kStopAsked,  kStopping, kNone},  // it goes on winding down

    LockTransition{kStopping, kLockAsked,  kStopping, kRefuse},
    LockTransition{kStopping, kMayLock,    kStopping, kNone},
    LockTransition{kStopping, kMayNotLock, kStopping, kNone},
    LockTransition{kStopping, kKeyFound,   kStopping, kNone},
    LockTransition{kStopping, kStopAsked,  kStopping, kNone},
    LockTransition{kStopping, kWoundDown,  kStopping, kEnd},
    LockTransition{kStopping, kAtStake,    kStopping, kEndLater},
    LockTransition{kStopping, kGraceOver,  kStopping, kEnd},
    // clang-format on
};

}  // namespace

std::span<const LockTransition> lock_transitions() noexcept {
    return kLockTransitions;
}

const LockTransition& next(LockState state, LockEvent event) {
    const auto* row = std::find_if(kLockTransitions.begin(), kLockTransitions.end(),
                                   [&](const LockTransition& t) { return t.from == state && t.on == event; });
    if (row == kLockTransitions.end()) {
        std::fprintf(stderr, "lock life: %s cannot happen in %s\n", to_string(event).data(), to_string(state).data());
        std::abort();
    }
    return *row;
}

std::string_view to_string(LockState state) noexcept {
    switch (state) {
        case kLocked:
            return "locked";
        case kOpening:
            return "opening";
        case kOpen:
            return "open";
        case kChecking:
            return "checking";
        case kClosing:
            return "closing";
        case kStopping:
            return "stopping";
    }
    std::abort();
}

std::string_view to_string(LockEvent event) noexcept {
    switch (event) {
        case kLockAsked:
            return "lock_asked";
        case kMayLock:
            return "may_lock";
        case kMayNotLock:
            return "may_not_lock";
        case kWoundDown:
            return "wound_down";
        case kGraceOver:
            return "grace_over";
        case kAtStake:
            return "at_stake";
        case kKeyFound:
            return "key_found";
        case kOpened:
            return "opened";
        case kOpenFailed:
            return "open_failed";
        case kStopAsked:
            return "stop_asked";
    }
    std::abort();
}

std::string_view to_string(LockAction action) noexcept {
    switch (action) {
        case kNone:
            return "none";
        case kConfirm:
            return "confirm";
        case kRefuse:
            return "refuse";
        case kCheckSlots:
            return "check_slots";
        case kWindDown:
            return "wind_down";
        case kClose:
            return "close";
        case kResume:
            return "resume";
        case kOpenVault:
            return "open_vault";
        case kEndLater:
            return "end_later";
        case kEnd:
            return "end";
    }
    std::abort();
}

}  // namespace agent
