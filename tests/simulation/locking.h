// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "app/keys/store_keyring.h"
#include "core/keys/lock.h"
#include "simulation/callers.h"
#include "simulation/key_holders.h"
#include "simulation/sim_worker.h"

namespace agent::sim {

/// What the lock opens and closes: the Simulation.
struct Doors {
    std::function<Result<void>(DataKeys)> unlock;
    std::function<void()> cut_off;  // everybody who waits for the agent
    std::function<Daemon&()> daemon;
    std::function<void()> resumed;
    std::function<void()> shut;
    std::function<const SealingKey&()> key;  // that the agent seals with
    std::function<void(SealingKey)> rotate;
    std::function<void()> slots_changed;
    std::function<void(Duration took)> ended;  // the process, in order, so long after what was left was to end
};

/// Operators who lock, unlock and stop the agent through the real Lock and keyring at any step, some at the same time.
/// Each request is answered, and neither a lock nor a stop in its grace loses anything, unlike a crash. They rest when
/// the faults end.
class Locking : private Vault {
  public:
    static constexpr Duration kRefreshGrace = std::chrono::seconds(10);  // of a stop, as Agent's

    Locking(const Surroundings& around, const Clock& clock, Timers& timers, KeyStore& store, KeyHolders& holders,
            Findings& findings, Random random, Doors doors);

    /// With `is_hasty`, nothing that is under way is waited for.
    void start(bool is_hasty);
    /// A process has begun, which opened the store by itself.
    void booted();
    /// The process is gone.
    void gone();
    [[nodiscard]] bool is_open() const { return lock_ && lock_->is_open(); }
    /// Null while the process is down.
    [[nodiscard]] Keyring* keyring() { return keyring_ && !stopping_ ? &*keyring_ : nullptr; }

  private:
    [[nodiscard]] Result<void> open(DataKeys keys) override;
    [[nodiscard]] Result<void> may_close() const override;
    void wind_down(std::function<void()> wound_down) override;
    [[nodiscard]] bool has_tokens_at_stake() const override { return doors_.daemon().has_tokens_at_stake(); }
    void end_later(Duration) override {}
    void resume() override;
    void close() override;
    [[nodiscard]] const SealingKey* data_key() const override { return is_open() ? &doors_.key() : nullptr; }
    [[nodiscard]] Result<void> rotate(SealingKey next) override;
    [[nodiscard]] std::optional<ResealingProgress> resealing() const override { return std::nullopt; }
    void key_slots_changed() override;

    [[nodiscard]] bool rests() const;
    void lock_some_time();
    void ask_to_lock();
    void unlock_within(Duration time);
    void unlock();
    void stop_some_time();
    void stop();

    const Surroundings& around_;
    const Clock& clock_;
    Timers& timers_;
    KeyStore& store_;
    KeyHolders& holders_;
    Findings& findings_;
    Random random_;
    Doors doors_;
    Waits waits_;  // of those who lock: locking cuts off all others
    bool is_hasty_ = false;
    bool stopping_ = false;
    int life_ = 0;  // of the process
    std::optional<SimWorker> worker_;
    std::optional<Lock> lock_;
    std::optional<StoreKeyring> keyring_;
    std::unique_ptr<Timer> hasty_;
};

}  // namespace agent::sim
