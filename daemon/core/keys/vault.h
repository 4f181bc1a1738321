// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/time.h"

namespace agent {

/// The data key, and while records are still sealed with the one before it, that one too.
struct DataKeys {
    SealingKey current;
    std::optional<SealingKey> previous;
};

/// How far sealing again with a new data key has come.
struct ResealingProgress {
    std::size_t records = 0;
    std::size_t left = 0;
};

/// What the data key opens: all that the agent serves. Only the Lock opens and closes it.
class Vault {
  public:
    virtual ~Vault() = default;

    /// Serves with these keys, and seals again what is still sealed with the previous one. On failure nothing is left
    /// open, and no key is kept.
    [[nodiscard]] virtual Result<void> open(DataKeys keys) = 0;
    /// kTemporarilyUnavailable, with the reason, while closing would lose something.
    [[nodiscard]] virtual Result<void> may_close() const = 0;
    /// Stops serving, and calls `wound_down` once nothing is under way any more; never before this returns.
    virtual void wind_down(std::function<void()> wound_down) = 0;
    /// Whether ending right now could lose a grant that a little more time may keep.
    [[nodiscard]] virtual bool has_tokens_at_stake() const = 0;
    /// That is so: the daemon ends later, and is asked again after `time`.
    virtual void end_later(Duration time) = 0;
    /// Serves again instead. `wound_down` is then never called.
    virtual void resume() = 0;
    /// Forgets the keys and all that they opened.
    virtual void close() = 0;

    /// The data key in use; null while nothing is open, or while it is closing.
    [[nodiscard]] virtual const SealingKey* data_key() const = 0;
    /// Seals with `next` from now on, and seals again what is sealed with the present key.
    [[nodiscard]] virtual Result<void> rotate(SealingKey next) = 0;
    /// While that lasts.
    [[nodiscard]] virtual std::optional<ResealingProgress> resealing() const = 0;
    /// A key slot was added or removed.
    virtual void key_slots_changed() = 0;
};

}  // namespace agent
