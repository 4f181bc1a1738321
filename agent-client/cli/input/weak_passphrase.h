// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace agent {

/// Why a new passphrase would soon be guessed, as "has fewer than 8 characters"; empty if it would not. A person may
/// insist: this knows only the worst.
[[nodiscard]] std::string_view why_weak(std::string_view passphrase) noexcept;

}  // namespace agent
