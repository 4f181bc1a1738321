// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/request_head.h"

#include "base/text/ascii.h"

namespace agent {

std::optional<std::string_view> RequestHead::field(std::string_view name) const noexcept {
    std::string_view rest = fields;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\r');  // stands nowhere else
        const std::string_view line = rest.substr(0, end);
        const std::size_t colon = line.find(':');
        if (equal_ignoring_case(line.substr(0, colon), name)) return trimmed(line.substr(colon + 1));
        rest.remove_prefix(end + 2);
    }
    return std::nullopt;
}

}  // namespace agent
