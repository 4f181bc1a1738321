// SPDX-License-Identifier: Apache-2.0
#include "lib/failure.h"

#include <cstring>

#include "protocol/problem.h"

namespace agent {

Failure::Failure(Error error)
    : code(problem_kind(error.code).name), detail(std::move(error.message)), retry_after(error.retry_after) {}

std::string errno_text(int error_number) {
    char buffer[128];
    // GNU's strerror_r: the text may be in the buffer or elsewhere.
    return ::strerror_r(error_number, buffer, sizeof buffer);
}

tl::unexpected<Error> fail_errno(std::string_view context, int error_number) {
    return fail(Error::Code::kInternal, std::string(context) + ": " + errno_text(error_number));
}

}  // namespace agent
