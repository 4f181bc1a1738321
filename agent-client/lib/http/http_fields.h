// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace agent {

// The lines of an HTTP/1.1 message (RFC 9112), parsed strictly: the agent writes them correctly, and anything else is
// not the agent. Lines come without their CRLF. All fail with kInternal and the reason.

/// What all that reads an answer fails with.
[[nodiscard]] tl::unexpected<Error> bad_answer(const char* reason);

/// "HTTP/1.1 200 OK": the status, 100 to 599.
[[nodiscard]] Result<int> parse_status_line(std::string_view line);

struct HeaderField {
    std::string_view name;
    std::string_view value;  // without the white space around it
};

/// "Name: value". The views are into `line`.
[[nodiscard]] Result<HeaderField> parse_header_field(std::string_view line);

/// The value of Content-Length: digits only.
[[nodiscard]] Result<std::size_t> parse_content_length(std::string_view value);

/// The line before a chunk: its size in hexadecimal. Extensions are ignored (RFC 9112 section 7.1.1).
[[nodiscard]] Result<std::size_t> parse_chunk_size(std::string_view line);

}  // namespace agent
