// SPDX-License-Identifier: Apache-2.0
#include "simulation/token_name.h"

#include <charconv>

namespace agent::sim {

std::string TokenName::text() const {
    return std::string(1, kind) + "-" + std::to_string(grant) + "-" + std::to_string(number);
}

std::optional<TokenName> TokenName::read(std::string_view text) {
    const char* const end = text.data() + text.size();
    TokenName name;
    if (text.size() < 5 || text[1] != '-') return std::nullopt;
    name.kind = text[0];
    const auto [dash, bad_grant] = std::from_chars(text.data() + 2, end, name.grant);
    if (bad_grant != std::errc{} || dash == end || *dash != '-') return std::nullopt;
    const auto [rest, bad_number] = std::from_chars(dash + 1, end, name.number);
    if (bad_number != std::errc{} || rest != end) return std::nullopt;
    return name;
}

}  // namespace agent::sim
