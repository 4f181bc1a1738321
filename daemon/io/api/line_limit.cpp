// SPDX-License-Identifier: Apache-2.0
#include "io/api/line_limit.h"

#include <utility>

namespace agent {

std::optional<std::uint64_t> LineLimit::next(std::uint32_t user) {
    const BootTime now = clock_.boot_now();
    std::erase_if(users_, [&](const auto& one) { return one.second.ends_at <= now && one.second.left_out == 0; });
    Of& of = users_[user];
    if (of.ends_at <= now) {
        of.ends_at = now + kPeriod;
        of.lines = 0;
    }
    if (of.lines >= kMostLines) {
        ++of.left_out;
        return std::nullopt;
    }
    ++of.lines;
    return std::exchange(of.left_out, 0);
}

}  // namespace agent
