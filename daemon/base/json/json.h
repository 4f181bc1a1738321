// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// A parsed JSON value that remembers its position in the text, for useful error messages.
///
/// One parser for everything: configuration, request bodies, answers from the network, stored records. Strings are kept
/// in memory that is wiped, since any of them may be a token.
class Json {
  public:
    struct Position {
        std::uint32_t line = 1;    // from 1
        std::uint32_t column = 1;  // from 1, in bytes
    };
    enum class Comments { kRefuse, kAllow };
    using Member = std::pair<std::string, Json>;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;

    /// Reads one whole JSON text (RFC 8259). Fails with kBadRequest and "line L, column C: reason" on anything that is
    /// not well-formed: invalid UTF-8, a duplicate key, nesting deeper than 32, text after the value. With
    /// Comments::kAllow, `//` and `/* */` comments and a trailing comma are accepted.
    [[nodiscard]] static Result<Json> parse(std::string_view text, Comments comments = Comments::kRefuse);

    [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }
    [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
    [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<SecretString>(value_); }

    /// Null for the wrong type. Views and pointers live as long as this value.
    [[nodiscard]] const Object* object() const noexcept { return std::get_if<Object>(&value_); }
    [[nodiscard]] const Array* array() const noexcept { return std::get_if<Array>(&value_); }
    [[nodiscard]] std::optional<std::string_view> string() const noexcept;
    [[nodiscard]] std::optional<bool> boolean() const noexcept;
    /// Whole numbers only: 1.0 and 1e3 are not integers.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    /// Any number.
    [[nodiscard]] std::optional<double> number() const noexcept;

    /// The member of an object, or null if this is not an object or has no such member.
    [[nodiscard]] const Json* find(std::string_view key) const noexcept;
    /// Shorthand for a member's value; nullopt if it is missing or of another type.
    [[nodiscard]] std::optional<std::string_view> find_string(std::string_view key) const noexcept;
    [[nodiscard]] std::optional<std::int64_t> find_integer(std::string_view key) const noexcept;
    [[nodiscard]] std::optional<bool> find_boolean(std::string_view key) const noexcept;

    [[nodiscard]] Position position() const noexcept { return position_; }
    /// The position of this value's key, if it is a member of an object.
    [[nodiscard]] Position key_position() const noexcept { return key_position_; }
    /// "object", "array", "string", "number", "true or false", "null": for messages.
    [[nodiscard]] const char* type_name() const noexcept;

  private:
    friend class JsonBuilder;
    using Value = std::variant<std::monostate, bool, std::int64_t, double, SecretString, Array, Object>;

    Value value_;
    Position position_;
    Position key_position_;
};

/// An error at the position of `at`: "line 3, column 7: <message>".
[[nodiscard]] Error json_error(Json::Position at, std::string_view message);

}  // namespace agent
