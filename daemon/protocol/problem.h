// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace agent {

/// How an Error is sent: the "code" member of a problem+json answer (RFC 9457), its HTTP status, and the exit status of
/// clioctl. Daemon and client share this table, so that they cannot drift apart.
struct ProblemKind {
    Error::Code code;
    std::string_view name;
    int http_status;
    int exit_status;
    std::string_view title;
};

[[nodiscard]] const ProblemKind& problem_kind(Error::Code code) noexcept;
/// Nullopt for a name that this version does not know.
[[nodiscard]] std::optional<Error::Code> error_code_from(std::string_view problem_name) noexcept;

}  // namespace agent
