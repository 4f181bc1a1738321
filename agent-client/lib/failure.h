// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/result.h"

namespace agent {

// Client-side codes, in addition to those of protocol/problem.h.
inline constexpr std::string_view kNoAgent = "no_agent";         // nobody listens at the socket
inline constexpr std::string_view kInterrupted = "interrupted";  // the person gave up

/// Why a request failed. A newer agent may send a code that this version does not know, as problem+json allows.
struct Failure {
    std::string code;
    /// For a person: what was wrong and what to do next. Never a token.
    std::string detail;
    std::chrono::seconds retry_after{0};

    Failure(std::string_view failure_code, std::string failure_detail)
        : code(failure_code), detail(std::move(failure_detail)) {}
    /// Implicit, so that AGENT_TRY converts an Error.
    Failure(Error error);
};

template <class T>
using Reply = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail_with(std::string_view code, std::string detail) {
    return tl::unexpected(Failure(code, std::move(detail)));
}

/// "context: reason of errno", as an internal failure.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view context, int error_number);

/// Thread-safe strerror(3).
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace agent
