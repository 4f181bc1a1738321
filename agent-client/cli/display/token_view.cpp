// SPDX-License-Identifier: Apache-2.0
#include "cli/display/token_view.h"

#include "base/text/printable.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "protocol/names.h"

namespace agent {

std::vector<std::string> token_warnings(const GivenToken& token, std::int64_t now) {
    std::vector<std::string> warnings;
    if (!token.min_ttl_met)
        warnings.emplace_back("the token expires sooner than requested, and there is no better one");
    if (token.state == "needs_attention")
        warnings.push_back("account " + printable(token.account) + " needs attention: " + printable(token.reason));
    if (token.state == "login_required") {
        const std::string account = printable(token.account);
        std::string warning = "account " + account + " must be logged in again";
        if (!token.reason.empty()) warning += " (" + printable(token.reason) + ")";
        warnings.push_back(warning + "; this token expires " + relative_time(token.expires_at - now) +
                           ", and there will be no other: clioctl login " + as_operand(account));
    }
    return warnings;
}

void warn_of_token(const GivenToken& token) {
    for (const std::string& warning : token_warnings(token, unix_now())) complain("warning: " + warning);
}

}  // namespace agent
