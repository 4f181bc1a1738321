// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/server/parser/authority.h"
#include "io/server/parser/short_text.h"
#include "io/server/parser/verdict.h"

namespace agent {

/// Where something lies in the head of a request, in bytes from its beginning.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] std::string_view of(std::string_view head) const noexcept { return head.substr(begin, end - begin); }
};

/// The request line (RFC 9112 section 3), byte by byte: METHOD, one blank, target, one blank, HTTP/1.x, CR, LF. One
/// empty line may come before it (section 2.2).
class RequestLine {
  public:
    /// Removes from `input` what it reads: all of it, or up to the end of the line, or up to the byte that refuses it.
    [[nodiscard]] Verdict read(std::string_view& input) noexcept;

    [[nodiscard]] Span method() const noexcept { return method_; }
    /// Without the host of an absolute URL; empty if that has no path.
    [[nodiscard]] Span path() const noexcept { return path_; }
    /// Without the "?".
    [[nodiscard]] Span query() const noexcept { return query_; }
    /// The target is an absolute URL.
    [[nodiscard]] bool names_host() const noexcept { return !authority_.is_empty(); }
    [[nodiscard]] bool is_http_1_0() const noexcept { return minor_ == '0'; }

  private:
    enum class Part : std::uint8_t {
        kBegin,
        kEmptyLine,  // its LF
        kMethodBegin,
        kMethod,
        kTargetBegin,
        kScheme,
        kAuthority,
        kPath,
        kQuery,
        kAsterisk,
        kVersion,
        kMinor,
        kCr,
        kLf,
    };

    [[nodiscard]] bool take(char c, std::uint32_t at) noexcept;
    [[nodiscard]] bool begin_target(char c, std::uint32_t at) noexcept;
    [[nodiscard]] bool take_scheme(char c) noexcept;
    [[nodiscard]] bool end_target(std::uint32_t at) noexcept;

    Part part_ = Part::kBegin;
    std::uint8_t matched_ = 0;  // of the scheme or version
    char minor_ = '1';
    Authority authority_;
    ShortText word_;
    std::uint32_t size_ = 0;
    Span method_;
    Span path_;
    Span query_;
};

}  // namespace agent
