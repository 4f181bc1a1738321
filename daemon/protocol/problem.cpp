// SPDX-License-Identifier: Apache-2.0
#include "protocol/problem.h"

#include <algorithm>
#include <array>

namespace agent {

namespace {

using Code = Error::Code;

// In the order of Error::Code. Never 401: it would ask for HTTP authentication, which the socket does not have.
constexpr std::array<ProblemKind, 11> kKinds{{
    {Code::kBadRequest, "bad_request", 400, 2, "Bad request"},
    {Code::kNotFound, "not_found", 404, 7, "Not found"},
    {Code::kConflict, "conflict", 409, 1, "Conflict"},
    {Code::kAccountAmbiguous, "account_ambiguous", 409, 2, "Several accounts"},
    {Code::kLoginRequired, "login_required", 403, 3, "Login required"},
    {Code::kNeedsAttention, "needs_attention", 403, 8, "Needs attention"},
    {Code::kLocked, "locked", 423, 6, "Locked"},
    {Code::kForbidden, "forbidden", 403, 5, "Forbidden"},
    {Code::kTemporarilyUnavailable, "temporarily_unavailable", 503, 75, "Try again later"},
    {Code::kInternal, "internal", 500, 1, "Internal error"},
    {Code::kProofRequired, "proof_required", 403, 5, "Proof of a person required"},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i].code != static_cast<Code>(i)) return false;
    }
    return kKinds.size() == static_cast<std::size_t>(Code::kProofRequired) + 1;
}
static_assert(in_order());

}  // namespace

const ProblemKind& problem_kind(Error::Code code) noexcept {
    return kKinds[static_cast<std::size_t>(code)];
}

std::optional<Error::Code> error_code_from(std::string_view problem_name) noexcept {
    const auto found =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const ProblemKind& kind) { return kind.name == problem_name; });
    if (found == kKinds.end()) return std::nullopt;
    return found->code;
}

}  // namespace agent
