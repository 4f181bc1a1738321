// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "io/server/parser/authority.h"
#include "io/server/parser/short_text.h"
#include "io/server/parser/verdict.h"

namespace agent {

/// What the fields of a head say about the connection and about where the request ends.
struct Framing {
    static constexpr std::uint64_t kTooLong = UINT64_MAX;

    bool has_host = false;
    bool has_length = false;
    bool has_coding = false;
    bool is_chunked = false;         // the coding is exactly that
    bool closes = false;             // Connection: close
    bool keeps_alive = false;        // Connection: keep-alive
    bool expects_continue = false;   // Expect: 100-continue
    bool expects_otherwise = false;  // Expect: anything else
    std::uint64_t length = 0;        // Content-Length in bytes; kTooLong if it does not fit
};

/// The field lines of a head, or those after a chunked body, up to and with the empty line that ends them (RFC 9112
/// section 5), byte by byte. No folded lines, no blank before a colon, no control characters; at most kMostFields.
class FieldLines {
  public:
    static constexpr unsigned kMostFields = 100;  // browsers send about 20

    enum class Of : std::uint8_t { kHead, kTrailer };

    explicit FieldLines(Of place) noexcept : place_(place) {}

    /// Removes from `input` what it reads: all of it, or up to the end of the empty line, or up to the byte that
    /// refuses it. In a trailer, what would say where the request ends is refused, and all else means nothing (RFC 9110
    /// section 6.5.1).
    [[nodiscard]] Verdict read(std::string_view& input) noexcept;

    [[nodiscard]] const Framing& framing() const noexcept { return framing_; }

  private:
    enum class Part : std::uint8_t { kLineBegin, kLastLf, kName, kValueBegin, kValue, kLf };
    enum class Field : std::uint8_t { kOther, kHost, kLength, kCoding, kExpect, kConnection };

    [[nodiscard]] bool take(char c) noexcept;
    [[nodiscard]] bool begin_value() noexcept;
    [[nodiscard]] bool take_of_value(char c) noexcept;
    [[nodiscard]] bool end_value() noexcept;
    [[nodiscard]] bool end_length() noexcept;
    void end_option() noexcept;

    Of place_;
    Part part_ = Part::kLineBegin;
    Field field_ = Field::kOther;
    std::uint8_t fields_ = 0;
    bool is_host_over_ = false;  // a blank came after it
    Authority host_;
    ShortText word_;  // a name, a value, or an option of Connection
    Framing framing_;
};

}  // namespace agent
