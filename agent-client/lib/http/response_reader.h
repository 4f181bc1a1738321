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

/// Parses one HTTP/1.x response (RFC 9112) from pieces of any size. Does no I/O.
///
/// Strict and bounded: rejects what the agent would never send, and no input makes memory grow past the limits. Bodies
/// with Content-Length, chunked, or up to the end of the stream.
class ResponseReader {
  public:
    static constexpr std::size_t kHeaderBytes = std::size_t{16} * 1024;  // status line, fields, trailers; interim too
    static constexpr std::size_t kBodyBytes = std::size_t{4} * 1024 * 1024;  // of body not taken yet

    /// Takes the next bytes of the stream; returns how many of them belong to this response: all, unless it is now
    /// complete. Fails with kInternal and the reason; do not feed it after that.
    [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);
    /// The stream has ended. Fails with kTemporarilyUnavailable if the response is incomplete.
    [[nodiscard]] Result<void> end_of_stream();

    /// True once status and fields are known.
    [[nodiscard]] bool has_header() const noexcept { return state_ >= State::kBody; }
    [[nodiscard]] bool is_complete() const noexcept { return state_ == State::kComplete; }

    [[nodiscard]] int status() const noexcept { return status_; }
    /// The first field of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
    /// The part of the body received since the last call.
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
    std::string line_;              // the part of a line received so far
    std::size_t header_bytes_ = 0;  // in all lines so far except those of chunks
    int status_ = 0;
    std::vector<std::pair<std::string, std::string>> fields_;
    bool chunked_ = false;
    std::optional<std::size_t> rest_;  // of the body or chunk; nullopt if the end of the stream ends it
    SecretBuffer body_{kBodyBytes};
};

}  // namespace agent
