// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace agent {

/// What went wrong, classified by what a caller should do next. The codes are those of the local protocol
/// (protocol/problem.h), so that an error keeps its meaning from the core to the exit status of clioctl.
struct Error {
    enum class Code {
        kBadRequest,              // the input is invalid; the message says where
        kNotFound,                // no such account, app, authorization or path
        kConflict,                // the request contradicts what is stored
        kAccountAmbiguous,        // several accounts, none named
        kLoginRequired,           // a person must log in again
        kNeedsAttention,          // a person must put something else right: to wait does not help
        kLocked,                  // the store is locked
        kForbidden,               // this peer may not do this
        kTemporarilyUnavailable,  // try again, not before `retry_after`
        kInternal,                // a fault of the agent or of its machine
        kProofRequired,           // this peer may do this once a person has typed a passphrase or recovery key
    };

    Code code;
    /// "context: object: reason", for a person. Never a token, a secret or a whole response body.
    std::string message;
    /// Only with kTemporarilyUnavailable; 0 means unknown.
    std::chrono::seconds retry_after{0};
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error::Code code, std::string message) {
    return tl::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}

}  // namespace agent

#define AGENT_CONCAT_INNER(a, b) a##b
#define AGENT_CONCAT(a, b) AGENT_CONCAT_INNER(a, b)
#define AGENT_RESULT AGENT_CONCAT(result_, __LINE__)

/// Declares `decl` with the value of a Result or other expected; on failure returns the error from the enclosing
/// function.
#define AGENT_TRY(decl, expr)                                                  \
    auto AGENT_RESULT = (expr);                                                \
    if (!AGENT_RESULT) return tl::unexpected(std::move(AGENT_RESULT).error()); \
    decl = *std::move(AGENT_RESULT)  // NOLINT(bugprone-macro-parentheses): not allowed in a declaration

/// The same for a Result without a value.
#define AGENT_CHECK(expr)                                      \
    if (auto agent_check_result = (expr); !agent_check_result) \
    return tl::unexpected(std::move(agent_check_result).error())
