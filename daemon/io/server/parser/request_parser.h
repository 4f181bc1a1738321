// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/server/parser/chunked_body.h"
#include "io/server/parser/field_lines.h"
#include "io/server/parser/request_head.h"
#include "io/server/parser/request_line.h"
#include "io/server/parser/verdict.h"

namespace agent {

/// Reads the requests of one connection, one after the other, by RFC 9112. Strict: what can be understood in two ways
/// is refused. How the bytes are cut makes no difference to what it finds, nor to the byte at which it refuses.
///
/// Keeps none of the bytes, allocates nothing and throws nothing.
class RequestParser {
  public:
    struct Limits {
        std::size_t head_bytes = 0;  // also the most for all extensions of a chunked body, and again for its trailer
        std::size_t body_bytes = 0;
    };

    enum class Found : std::uint8_t {
        kNothing,  // all of the input is read
        kHead,     // it ends here
        kBody,     // a piece of the body
        kEnd,      // of the request; the next one begins here
        kRefusal,  // from here on it reads nothing more
    };

    struct Step {
        Found found = Found::kNothing;
        std::size_t used = 0;        // bytes of the input that were read, with or without something to show for it
        std::string_view body = {};  // with kBody: part of what was used
    };

    explicit RequestParser(Limits limits) noexcept : limits_(limits), body_limit_(limits.body_bytes) {}

    /// Reads on to the next thing that there is to find. Call it until it finds nothing, also without input.
    [[nodiscard]] Step read(std::string_view input) noexcept;

    /// How many bytes of a head were read, with those that ended it; 0 between requests.
    [[nodiscard]] std::size_t head_size() const noexcept { return head_size_; }
    /// After kHead, before the next read(): the head that was found, whose bytes are all in `text`.
    [[nodiscard]] RequestHead head(std::string_view text) const noexcept;
    /// After kHead, before the next read(): the longest body that this request may have.
    void limit_body(std::size_t bytes) noexcept { body_limit_ = bytes; }

    /// With kRefusal: why.
    [[nodiscard]] Verdict refusal() const noexcept { return refusal_; }

  private:
    enum class Part : std::uint8_t { kLine, kFields, kBodyBegin, kFixedBody, kChunks, kTrailer, kEnd, kRefused };

    [[nodiscard]] Step read_head(std::string_view input) noexcept;
    [[nodiscard]] Step read_body(std::string_view input) noexcept;
    [[nodiscard]] Step begin_body() noexcept;
    [[nodiscard]] Step refuse(Verdict why, std::size_t used) noexcept;
    [[nodiscard]] Verdict judge_head() const noexcept;
    void begin_request() noexcept;

    Limits limits_;
    std::size_t body_limit_;
    Part part_ = Part::kLine;
    Verdict refusal_ = Verdict::kUnfinished;
    std::uint32_t head_size_ = 0;
    std::uint32_t line_size_ = 0;
    std::uint64_t left_ = 0;  // of a body whose length was given; or of what a trailer may have
    RequestLine line_;
    FieldLines fields_{FieldLines::Of::kHead};
    ChunkedBody chunks_{0, 0};
};

}  // namespace agent
