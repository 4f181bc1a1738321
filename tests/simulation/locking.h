// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "core/keys/lock.h"
#include "simulation/callers.h"

namespace agent::sim {

/// What the lock opens and closes: the Simulation.
struct Doors {
    std::function<void()> boot;
    std::function<void()> cut_off;  // everybody who waits for the agent
    std::function<AccountBook&()> book;
    std::function<void()> resumed;
    std::function<void()> shut;
    std::function<bool()> is_rotating;
};

/// Operators who lock and unlock the agent through the real Lock at any step, some at the same time. Each request is
/// answered, and a lock loses nothing, unlike a crash. They stop when the faults end.
class Locking : private Vault {
  public:
    Locking(const Surroundings& around, Timers& timers, Findings& findings, Random random, Doors doors);

    void start();
    /// A process has begun, which opened the store by itself.
    void booted();
    void crashed();
    [[nodiscard]] bool is_open() const { return lock_ && lock_->is_open(); }

  private:
    [[nodiscard]] Result<void> open(DataKeys keys) override;
    [[nodiscard]] Result<void> may_close() const override;
    void wind_down(std::function<void()> wound_down) override;
    [[nodiscard]] bool has_tokens_at_stake() const override { return doors_.book().has_tokens_at_stake(); }
    void end_later(Duration) override {}
    void resume() override;
    void close() override;
    [[nodiscard]] const SealingKey* data_key() const override { return nullptr; }
    [[nodiscard]] Result<void> rotate(SealingKey) override { return {}; }
    [[nodiscard]] std::optional<ResealingProgress> resealing() const override { return std::nullopt; }
    void key_slots_changed() override {}

    void lock_some_time();
    void ask_to_lock();
    void unlock_within(Duration time);
    void unlock();

    const Surroundings& around_;
    Timers& timers_;
    Random random_;
    Doors doors_;
    Waits waits_;  // of those who lock: locking cuts off all others
    std::optional<Lock> lock_;
    std::unique_ptr<Timer> slots_read_;
};

}  // namespace agent::sim
