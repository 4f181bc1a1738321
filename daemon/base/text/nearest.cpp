// SPDX-License-Identifier: Apache-2.0
#include "base/text/nearest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text/ascii.h"

namespace agent {

namespace {

constexpr std::size_t kLongestTyped = 128;  // the work grows with the square of it

/// How many letters must be added, taken out, replaced or swapped with their neighbour to make `b` of `a` (optimal
/// string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_before(b.size() + 1);
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) now[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        two_before.swap(before);
        before.swap(now);
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto same = [&](std::size_t x, std::size_t y) { return ascii_lower(a[x]) == ascii_lower(b[y]); };
            now[j] = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1);
            if (swapped) now[j] = std::min(now[j], two_before[j - 2] + 1);
        }
    }
    return now[b.size()];
}

bool begins_with(std::string_view word, std::string_view typed) {
    return word.size() > typed.size() && equal_ignoring_case(word.substr(0, typed.size()), typed);
}

}  // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> words) {
    if (typed.empty() || typed.size() > kLongestTyped || words.size() > kMostNearWords) return {};
    std::string_view best;
    // More than one letter in three, or three in all, is another word.
    std::size_t least = std::min<std::size_t>(typed.size() / 3 + 2, 4);
    for (const std::string_view word : words) {
        const std::size_t apart = begins_with(word, typed) ? 1 : distance(typed, word);
        if (apart >= least || apart >= word.size()) continue;
        least = apart;
        best = word;
    }
    return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words) {
    const std::string_view word = nearest(typed, words);
    return word.empty() ? std::string() : "; did you mean " + std::string(word) + "?";
}

}  // namespace agent
