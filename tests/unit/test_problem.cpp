// SPDX-License-Identifier: Apache-2.0
#include "protocol/problem.h"

#include "expect.h"

using Code = agent::Error::Code;

namespace {

struct ProblemRow {
    Code code;
    const char* name;
    int http_status;
    int exit_status;
};

// The contract with scripts: repeated here, so that no change of the table goes unnoticed.
constexpr ProblemRow kProblemRows[] = {
    {Code::kBadRequest, "bad_request", 400, 2},
    {Code::kNotFound, "not_found", 404, 7},
    {Code::kConflict, "conflict", 409, 1},
    {Code::kAccountAmbiguous, "account_ambiguous", 409, 2},
    {Code::kLoginRequired, "login_required", 403, 3},
    {Code::kNeedsAttention, "needs_attention", 403, 8},
    {Code::kLocked, "locked", 423, 6},
    {Code::kForbidden, "forbidden", 403, 5},
    {Code::kTemporarilyUnavailable, "temporarily_unavailable", 503, 75},
    {Code::kInternal, "internal", 500, 1},
    {Code::kProofRequired, "proof_required", 403, 5},
};

}  // namespace

Test(problem, each_code_has_its_name_and_statuses) {
    for (const ProblemRow& row : kProblemRows) {
        const agent::ProblemKind& kind = agent::problem_kind(row.code);
        cr_expect(kind.code == row.code && kind.http_status == row.http_status && kind.exit_status == row.exit_status,
                  "%s", row.name);
        EXPECT_TEXT(kind.name, row.name);
        cr_expect_not(kind.title.empty());
        cr_expect(agent::error_code_from(row.name) == row.code);
    }
}

Test(problem, unknown_names_are_nothing) {
    for (const char* name : {"", "Not_found", "teapot", "internal "})
        cr_expect_not(agent::error_code_from(name), "%s", name);
}
