// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/result.h"

namespace agent {

// Codes that arise on this side of the socket, beside those of protocol/problem.h.
inline constexpr std::string_view kNoAgent = "no_agent";         // nobody listens at the socket
inline constexpr std::string_view kInterrupted = "interrupted";  // the person gave up

/// Why there is no good answer. The code is open, as in problem+json: a newer agent may send one that this version does
/// not know.
struct Failure {
    std::string code;
    /// For a person: what was wrong and what to do next. Never a token.
    std::string detail;
    std::chrono::seconds retry_after{0};

    Failure(std::string_view failure_code, std::string failure_detail)
        : code(failure_code), detail(std::move(failure_detail)) {}
    /// Implicit, so that AGENT_TRY turns the one into the other.
    Failure(Error error);
};

template <class T>
using Reply = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail_with(std::string_view code, std::string detail) {
    return tl::unexpected(Failure(code, std::move(detail)));
}

/// "context: reason of errno", as an internal failure.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view context, int error_number);

/// What strerror(3) says, safe in threads.
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace agent
