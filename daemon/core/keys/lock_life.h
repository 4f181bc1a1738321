// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace agent {

/// The life of the agent's lock as one explicit state machine. Pure: what the actions mean is the business of Lock.
/// The same table is shown in daemon/lock-life.md.

enum class LockState : std::uint8_t {
    kLocked,    // the data key is not in memory; nobody is served
    kOpening,   // a key was found; the store is being read with it
    kOpen,      // the agent serves
    kChecking,  // somebody asked to lock: it serves while the key slots are read
    kClosing,   // nobody is served; refreshes under way are ending
    kStopping,  // the daemon ends; refreshes under way are ending
};

enum class LockEvent : std::uint8_t {
    kLockAsked,   // by a person, or by the agent itself
    kMayLock,     // a person could unlock it again, and nothing would be lost
    kMayNotLock,  // or the slots could not be read
    kWoundDown,   // nothing is under way any more
    kGraceOver,   // something is still under way, and has taken too long
    kAtStake,     // the grace of a stop is over, but ending now could lose tokens
    kKeyFound,    // a passphrase or recovery key was right
    kOpened,
    kOpenFailed,
    kStopAsked,
};

enum class LockAction : std::uint8_t {
    kNone,
    kConfirm,     // tell all who asked to lock that it is locked
    kRefuse,      // tell them why it is not
    kCheckSlots,  // find out whether it may lock
    kWindDown,    // stop serving, let what is under way end
    kClose,       // forget the key, then confirm
    kResume,      // serve again, then refuse
    kOpenVault,   // read the store with the key
    kEndLater,    // wait a while longer
    kEnd,         // tell the daemon that it may end
};

/// One row of the table that is the machine.
struct LockTransition {
    LockState from;
    LockEvent on;
    LockState to;
    LockAction action;
};
/// Every transition there is. A pair that has no row cannot happen.
[[nodiscard]] std::span<const LockTransition> lock_transitions() noexcept;

/// The row for what happened. Aborts when there is none: that is a bug, and the state would be wrong from then on.
[[nodiscard]] const LockTransition& next(LockState state, LockEvent event);

[[nodiscard]] std::string_view to_string(LockState state) noexcept;
[[nodiscard]] std::string_view to_string(LockEvent event) noexcept;
[[nodiscard]] std::string_view to_string(LockAction action) noexcept;

}  // namespace agent
