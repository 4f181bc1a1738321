// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/secret/secret.h"

namespace agent {

/// Reads the members of a JSON object one after the other, as far as they can be told apart.
///
/// Json::parse() refuses a whole text for one fault in it. That is right where both sides are ours, and wrong for an
/// answer that holds the only copy of a token: here a member that nobody reads may be anything that ends where a JSON
/// value ends, and what follows the object does not matter. Copies nothing, does not recurse, never fails.
class LooseObject {
  public:
    /// Both as they stand in the text: a string with its quotes and escapes.
    struct Member {
        std::string_view name;
        std::string_view value;
    };

    /// `text` must outlive this and its members. It may begin with a byte order mark and blanks.
    explicit LooseObject(std::string_view text) noexcept;

    [[nodiscard]] bool is_object() const noexcept { return is_object_; }
    /// The next member. Nothing at the end of the object, and where its text stops making sense.
    [[nodiscard]] std::optional<Member> next() noexcept;
    /// True once next() has come to the closing brace.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

  private:
    void skip_blanks() noexcept;
    [[nodiscard]] bool skip_string() noexcept;
    [[nodiscard]] bool skip_container() noexcept;
    [[nodiscard]] bool skip_word() noexcept;
    [[nodiscard]] bool skip_value() noexcept;
    [[nodiscard]] std::optional<std::string_view> taken(bool (LooseObject::*skip)() noexcept) noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
    bool is_object_ = false;
    bool ended_ = false;
};

/// What a string stands for. Nothing for any other value, and for escapes that cannot be resolved.
[[nodiscard]] std::optional<SecretString> loose_string(std::string_view value);
/// The number that a value is, or that a string holds.
[[nodiscard]] std::optional<double> loose_number(std::string_view value);

}  // namespace agent
