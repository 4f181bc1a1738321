// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace agent {

/// Does what would block the loop: derives keys from passphrases, touches files. One job at a time, in order.
class Worker {
  public:
    virtual ~Worker() = default;

    /// Runs `work` away from the loop, then calls `done` on the loop, never before this returns. Until then only `work`
    /// may use what they share. Neither is called any more once the worker is destroyed.
    virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace agent
