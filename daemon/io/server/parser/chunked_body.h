// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/server/parser/verdict.h"

namespace agent {

/// The chunks of a body (RFC 9112 section 7.1) up to the end of the last one's line, byte by byte; the trailer is not
/// among them.
class ChunkedBody {
  public:
    /// Refuses more than `most_data` bytes of data, and more than `most_extensions` bytes of extensions in all chunks
    /// together.
    ChunkedBody(std::size_t most_data, std::size_t most_extensions) noexcept
        : data_room_(most_data), extension_room_(most_extensions) {}

    /// Removes from `input` what it reads: all of it, or up to the end of a piece of data, which `data` then is (empty:
    /// there was none), or up to the byte that refuses it.
    [[nodiscard]] Verdict read(std::string_view& input, std::string_view& data) noexcept;

  private:
    enum class Part : std::uint8_t {
        kSizeBegin,
        kSize,
        kAfterSize,  // a blank came
        kNameBegin,  // of an extension
        kName,
        kAfterName,
        kValueBegin,
        kValue,
        kQuoted,
        kEscaped,
        kAfterValue,
        kSizeLf,
        kData,
        kDataCr,
        kDataLf,
    };

    [[nodiscard]] Verdict take(char c) noexcept;
    [[nodiscard]] bool take_size(char c) noexcept;
    [[nodiscard]] bool take_extension(char c) noexcept;
    [[nodiscard]] bool end_part(char c) noexcept;

    static constexpr unsigned kMostDigits = 16;

    Part part_ = Part::kSizeBegin;
    std::uint8_t digits_ = 0;
    std::uint64_t left_ = 0;  // of this chunk
    std::size_t data_room_;
    std::size_t extension_room_;
};

}  // namespace agent
