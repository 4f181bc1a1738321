// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agent {

/// The one of `words` that `typed` was most likely meant to be: it begins with `typed`, or few letters differ, whatever
/// their case. Empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view typed, std::span<const std::string_view> words);

/// "; did you mean smith-law?", or empty when none of `words` is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words);

}  // namespace agent
