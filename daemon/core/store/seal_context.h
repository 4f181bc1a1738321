// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agent {

/// What sealed bytes are and what they belong to, as the context of a Sealer. Different purposes, names or generations
/// never give the same text: names contain no blank.
[[nodiscard]] inline std::string seal_context(std::string_view purpose, std::string_view name,
                                              std::uint64_t generation) {
    std::string context = "clio-agent/1 ";
    context.append(purpose).append(" ").append(name).append(" ").append(std::to_string(generation));
    return context;
}

}  // namespace agent
