// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "core/keys/lock_life.h"
#include "core/keys/vault.h"
#include "core/owed.h"
#include "ports/timers.h"

namespace agent {

/// The one owner of the agent's lock: drives the table of lock_life.h. Requests to lock that meet share one closing,
/// and each is answered. Locked at first.
///
/// `timers` and `vault` outlive it, and it outlives what `check_slots` starts. Callers are answered from the loop,
/// never from inside a call; destroying it answers nobody.
class Lock {
  public:
    using Done = std::function<void(Result<void>)>;
    /// Finds out whether a person could unlock the agent again. Never calls `done` before it returns.
    using CheckSlots = std::function<void(Done done)>;

    /// Refreshes under way may take this long to end; a token request is given up before.
    static constexpr Duration kGrace = std::chrono::minutes(2);
    /// A stop with tokens at stake takes so much longer than its grace: as long as the request of a single-use refresh
    /// token may take, and its answer to be saved.
    static constexpr Duration kLongestDelay = std::chrono::seconds(140);
    /// How soon it looks again whether they are.
    static constexpr Duration kDelay = std::chrono::seconds(5);

    Lock(Timers& timers, Vault& vault, CheckSlots check_slots)
        : timers_(timers), vault_(vault), check_slots_(std::move(check_slots)) {}
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    /// The vault was opened at the start of the daemon, without a person.
    void opened() { happened(LockEvent::kOpened); }

    /// Closes the vault. kConflict when nobody could unlock it again, or when it was unlocked meanwhile;
    /// kTemporarilyUnavailable when tokens would be lost, or when a refresh does not end. Never calls `done` before it
    /// returns; the closing goes on when the wait is given up.
    [[nodiscard]] std::unique_ptr<Waiting> lock(Done done);

    /// Opens the vault, or calls off its closing. Has no effect if it is open. Fails as Vault::open() does, and with
    /// kTemporarilyUnavailable while the daemon stops.
    [[nodiscard]] Result<void> unlock(DataKeys keys);

    /// Lets what is under way end, for `grace` at most, or kLongestDelay longer while tokens are at stake; then calls
    /// `stopped`, never before this returns. Nothing is locked or unlocked from here on.
    void stop(Duration grace, std::function<void()> stopped);

    [[nodiscard]] LockState state() const noexcept { return state_; }
    /// Whether requests are served.
    [[nodiscard]] bool is_open() const noexcept { return state_ == LockState::kOpen || state_ == LockState::kChecking; }

  private:
    /// `why` tells those who asked to lock, where the row refuses them.
    void happened(LockEvent event, const Result<void>& why = {});
    void begin_grace(Duration grace);
    void grace_over();
    void answer_all(const Result<void>& result);

    Timers& timers_;
    Vault& vault_;
    CheckSlots check_slots_;
    LockState state_ = LockState::kLocked;
    std::vector<Owed<Result<void>>> waiting_;  // those who asked to lock
    Duration grace_ = kGrace;
    Duration delayed_{0};  // how long the stop was put off
    std::unique_ptr<Timer> grace_timer_;
    std::unique_ptr<Timer> end_timer_;
    std::function<void()> stopped_;
};

}  // namespace agent
