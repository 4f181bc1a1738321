// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace agent {

/// What a part of a request is after the bytes that were read. All from kMalformed on are refusals, and final.
enum class Verdict : std::uint8_t {
    kUnfinished,
    kFinished,
    kMalformed,
    kHeadTooLong,  // or what stands round the chunks of a body
    kBodyTooLong,
    kUnknownExpectation,
    kUnknownCoding,  // a transfer coding other than chunked
};

[[nodiscard]] constexpr bool is_refusal(Verdict verdict) noexcept {
    return verdict >= Verdict::kMalformed;
}

/// The HTTP status of a refusal (RFC 9110 section 15.5).
[[nodiscard]] constexpr int status_of(Verdict refusal) noexcept {
    switch (refusal) {
        case Verdict::kBodyTooLong:
            return 413;
        case Verdict::kUnknownExpectation:
            return 417;
        case Verdict::kUnknownCoding:
            return 501;
        default:
            return 400;
    }
}

}  // namespace agent
