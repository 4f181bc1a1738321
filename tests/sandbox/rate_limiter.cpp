// SPDX-License-Identifier: Apache-2.0
#include "rate_limiter.h"

namespace agent::sandbox {

namespace {

constexpr std::size_t kManyWindows = 10'000;

}  // namespace

RateLimiter::Verdict RateLimiter::count(std::string_view key, int limit, Duration window, WallTime now) {
    if (windows_.size() > kManyWindows) std::erase_if(windows_, [&](const auto& w) { return w.second.ends <= now; });
    auto found = windows_.find(key);
    if (found == windows_.end()) found = windows_.emplace(key, Window{}).first;
    Window& current = found->second;
    if (current.ends <= now) current = {.ends = now + window};
    const bool allowed = current.used < limit;
    if (allowed) ++current.used;
    return {.allowed = allowed, .remaining = limit - current.used, .reset = current.ends};
}

}  // namespace agent::sandbox
