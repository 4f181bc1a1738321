// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"

namespace agent {

/// Does what would block the loop: derives keys from passphrases, touches files. Jobs of one local user run one after
/// the other; what one user orders delays no other.
class Worker {
  public:
    using Work = std::function<void()>;
    /// With an error `work` has not run, or still runs, and what it shares may not be touched.
    using Done = std::function<void(Result<void> ran)>;

    virtual ~Worker() = default;

    /// Runs `work` away from the loop, then calls `done` on the loop, never before this returns. Until then only `work`
    /// may use what they share. kTemporarilyUnavailable, and neither is called, when the user has too many, or the
    /// agent stops. Neither is called any more once the worker is destroyed.
    [[nodiscard]] virtual Result<void> run(std::uint32_t user, Work work, Done done) = 0;
};

}  // namespace agent
