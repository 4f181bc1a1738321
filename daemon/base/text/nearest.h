// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace agent {

/// Among more words no one is looked for: each costs time, and who may ask may ask again.
inline constexpr std::size_t kMostNearWords = 100;

/// The one of `words` that `typed` was most likely meant to be: it begins with `typed`, or few letters differ, whatever
/// their case. Empty when none is near, or there are too many.
[[nodiscard]] std::string_view nearest(std::string_view typed, std::span<const std::string_view> words);

/// "; did you mean smith-law?", or empty when none of `words` is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words);

}  // namespace agent
