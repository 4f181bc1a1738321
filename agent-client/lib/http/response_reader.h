// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// Reads one HTTP/1.x response (RFC 9112) as its bytes come in, in pieces of any size. Does no I/O.
///
/// Strict and bounded: what the agent would never send is refused, and memory does not grow past the limits whatever
/// comes. Bodies with Content-Length, chunked, or up to the end of the stream.
class ResponseReader {
  public:
    static constexpr std::size_t kHeaderBytes = std::size_t{16} * 1024;  // status line, fields, trailers; interim too
    static constexpr std::size_t kBodyBytes = std::size_t{4} * 1024 * 1024;  // of body that was not taken yet

    /// Takes the next bytes of the stream; returns how many of them belong to this response, which are all unless it
    /// has become complete. Fails with kInternal and the reason; nothing may be fed after that.
    [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);
    /// The stream has ended. Fails with kTemporarilyUnavailable when the response was not complete by then.
    [[nodiscard]] Result<void> end_of_stream();

    /// True once status and fields are known.
    [[nodiscard]] bool has_header() const noexcept { return state_ >= State::kBody; }
    [[nodiscard]] bool is_complete() const noexcept { return state_ == State::kComplete; }

    [[nodiscard]] int status() const noexcept { return status_; }
    /// The first field of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
    /// What has come of the body since the last call.
    [[nodiscard]] SecretString take_body() { return body_.take(); }

  private:
    enum class State { kStatusLine, kFields, kBody, kChunkSize, kChunkEnd, kTrailers, kComplete };

    [[nodiscard]] Result<std::size_t> feed_line(std::string_view bytes);
    [[nodiscard]] Result<std::size_t> feed_body(std::string_view bytes);
    [[nodiscard]] Result<void> on_line(std::string_view line);
    [[nodiscard]] Result<void> on_field(std::string_view line);
    [[nodiscard]] Result<void> on_end_of_fields();
    [[nodiscard]] Result<void> on_chunk_size(std::string_view line);

    State state_ = State::kStatusLine;
    std::string line_;              // the part of a line that has come
    std::size_t header_bytes_ = 0;  // in all lines so far, but those of chunks
    int status_ = 0;
    std::vector<std::pair<std::string, std::string>> fields_;
    bool chunked_ = false;
    std::optional<std::size_t> rest_;  // of the body or chunk; nothing when only the end of the stream ends it
    SecretBuffer body_{kBodyBytes};
};

}  // namespace agent
