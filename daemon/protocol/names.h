// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace agent {

/// What is_valid_name() requires, to follow "a name has".
inline constexpr std::string_view kNameRule = "1 to 64 of the characters A-Z a-z 0-9 . _ @ -, and is neither . nor ..";

/// What to do when no account is named and there are several.
inline constexpr std::string_view kSeveralAccounts =
    "there are several accounts; name one, set CLIO_ACCOUNT, or choose one for good with: clioctl default ACCOUNT";

/// Account and app names: [A-Za-z0-9._@-]{1,64}, but not "." and "..", which HTTP clients remove from a path before
/// sending it (RFC 3986 section 5.2.4).
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

/// The name as a person types it at the end of a command: one that begins with "-" would be taken for an option.
[[nodiscard]] inline std::string as_operand(std::string_view name) {
    return std::string(name.starts_with('-') ? "-- " : "").append(name);
}

}  // namespace agent
