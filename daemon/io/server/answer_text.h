// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/api/reply.h"
#include "io/server/parser/verdict.h"

namespace agent {

/// What the head of an answer says of the connection (RFC 9112 section 9).
enum class After {
    kNothing,    // it stays, which needs no word
    kKeepAlive,  // it stays, and the peer speaks HTTP/1.0
    kClose,
};

/// Appends the head of a whole answer, whose body has `answer.body.size()` bytes.
void append_answer_head(std::string& out, const ApiAnswer& answer, After after);
/// Appends the head of a streamed answer, in chunks unless the peer speaks HTTP/1.0.
void append_stream_head(std::string& out, std::string_view content_type, bool in_chunks);
/// Appends a chunk (RFC 9112 section 7.1).
void append_chunk(std::string& out, std::string_view data);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The whole answer to a request that is refused as it is read, after which the connection ends.
[[nodiscard]] std::string refusal_text(Verdict refusal);

}  // namespace agent
