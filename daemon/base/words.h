// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace agent {

/// The words of an enumeration, for reading and writing it. Each value has one word.
template <class E, std::size_t N>
using WordTable = std::array<std::pair<std::string_view, E>, N>;

template <class E, std::size_t N>
[[nodiscard]] constexpr std::string_view word_of(const WordTable<E, N>& table, E value) {
    for (const auto& [word, meaning] : table) {
        if (meaning == value) return word;
    }
    return {};
}

/// Nullopt for an unknown word.
template <class E, std::size_t N>
[[nodiscard]] constexpr std::optional<E> meaning_of(const WordTable<E, N>& table, std::string_view word) {
    for (const auto& [known, meaning] : table) {
        if (known == word) return meaning;
    }
    return std::nullopt;
}

}  // namespace agent
