// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/json/json.h"
#include "base/json/json_writer.h"

namespace fuzz {

/// Serialises a parsed value again.
void write(agent::JsonWriter& out, const agent::Json& value);

/// Equal in type and value, with the members of objects in the same order.
[[nodiscard]] bool equal(const agent::Json& a, const agent::Json& b);

/// A text that may be shown to a person: one line of printable characters, and not a long one.
[[nodiscard]] bool is_for_a_person(std::string_view text);

/// Asserts that an answer of the local protocol is what daemon/openapi.yaml promises of every answer: a body of the
/// type that its Content-Type names; problem+json, with a code that fits the status, for an error and for nothing else.
void check_answer(int status, std::string_view content_type, std::string_view body);

}  // namespace fuzz
