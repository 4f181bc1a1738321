// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/words.h"

namespace agent {

/// Reads the members of one JSON object. It keeps the first error, so that code reads like a list of the expected
/// members:
///
///     JsonReader in(json);
///     const std::int64_t generation = in.required_integer("generation", 1, kHighest);
///     const bool all = in.optional_boolean("all").value_or(false);
///     AGENT_CHECK(in.finish());
///
/// Use the values only after finish() has succeeded: an invalid value is read as an empty one. Every error is a
/// kBadRequest with line, column and what was expected.
class JsonReader {
  public:
    /// `object` must outlive this.
    explicit JsonReader(const Json& object);

    /// Any value; null if it is missing.
    const Json* required(std::string_view key, std::string_view expected);
    const Json* optional(std::string_view key);

    /// A required string must not be empty.
    std::string required_string(std::string_view key);
    std::optional<std::string> optional_string(std::string_view key);
    std::int64_t required_integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<double> optional_number(std::string_view key, double least, double most);
    std::optional<bool> optional_boolean(std::string_view key);

    template <class E, std::size_t N>
    E required_word(std::string_view key, const WordTable<E, N>& table) {
        required(key, "a string");
        return optional_word(key, table).value_or(table.front().second);
    }
    template <class E, std::size_t N>
    std::optional<E> optional_word(std::string_view key, const WordTable<E, N>& table) {
        std::array<std::string_view, N> words;
        for (std::size_t i = 0; i < N; ++i) words[i] = table[i].first;
        const auto index = find_word(key, words);
        return index ? std::optional<E>(table[*index].second) : std::nullopt;
    }

    /// For the caller's own checks: reports an error in the value of `key`, or in the object if it has no such member.
    void refuse(std::string_view key, std::string_view message);
    /// The same for an error that already says where.
    void refuse(Error error);

    /// Fails with the first error; an unknown key comes first, since a misspelt key explains a missing one.
    [[nodiscard]] Result<void> finish() const;

  private:
    std::optional<std::size_t> find_word(std::string_view key, std::span<const std::string_view> words);
    void mismatch(std::string_view key, const Json& value, std::string_view expected);

    const Json& object_;
    std::vector<std::string_view> known_;
    std::optional<Error> error_;
};

}  // namespace agent
