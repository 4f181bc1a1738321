// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent::sim {

/// What the simulation's codes and tokens say of themselves: "r-3-7" is the refresh token number 7 of grant 3. The
/// agent must not care.
struct TokenName {
    char kind = '?';  // 'c' a code, 'a' an access token, 'r' a refresh token
    int grant = 0;
    int number = 0;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<TokenName> read(std::string_view text);
    friend bool operator==(const TokenName&, const TokenName&) = default;
};

}  // namespace agent::sim
