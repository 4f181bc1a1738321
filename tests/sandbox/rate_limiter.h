// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace agent::sandbox {

/// Counts requests in windows that begin with the first one.
class RateLimiter {
  public:
    struct Verdict {
        bool allowed = true;
        int remaining = 0;
        WallTime reset;  // when the window ends
    };

    /// Counts one request of `key`, which may make `limit` of them in a `window`.
    [[nodiscard]] Verdict count(std::string_view key, int limit, Duration window, WallTime now);

  private:
    struct Window {
        WallTime ends;
        int used = 0;
    };
    std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace agent::sandbox
