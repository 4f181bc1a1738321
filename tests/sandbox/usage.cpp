// SPDX-License-Identifier: Apache-2.0
#include "usage.h"

#include <algorithm>
#include <string_view>

#include "faults.h"
#include "option_table.h"

namespace agent::sandbox {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kColumn = 34;
constexpr std::size_t kWidth = 100;

constexpr std::string_view kHead = R"(Usage: clio-sandbox [OPTION]...

Plays Clio's authorization server and API on this machine, to rehearse against: Clio has no
sandbox. Nothing is stored. When it listens it writes one line of JSON that says where.

Options:
)";

constexpr std::string_view kFaults = R"(
FAULT is ENDPOINT:KIND[:COUNT], for the next COUNT requests or for ever: token:503:3, api:slow:800.
ENDPOINT is authorize, token, deauthorize, revoke, api or who_am_i. KIND is one of these:
)";

constexpr std::string_view kActsFirst =
    R"(and, with the server doing first what was asked (a single-use refresh token is spent by then):
)";

constexpr std::string_view kTail = R"(
Control, while it runs (JSON):
  GET    /_sandbox/stats              what was asked, how often and when
  GET    /_sandbox/grants             the grants and their living tokens
  POST   /_sandbox/revoke             {"grant": "g1"} or {"all": true}
  POST   /_sandbox/expire             ends every access token
  POST   /_sandbox/user               {"id": 43}: whom --auto-approve speaks for
  GET    /_sandbox/faults             the faults that are still to come
  POST   /_sandbox/faults             {"fault": FAULT} or {"faults": [FAULT, ...]}
  DELETE /_sandbox/faults             no more faults
  POST   /_sandbox/reset              as at the start

It ends on SIGTERM or SIGINT. Exit status: 0 ended, 1 cannot listen, 2 wrong options.
)";

/// One line of two columns; the second is wrapped at spaces.
std::string line(std::string_view left, std::string_view right) {
    std::string text(kIndent, ' ');
    text += left;
    text.resize(std::max(text.size() + 1, kColumn), ' ');
    while (right.size() > kWidth - kColumn) {
        const std::size_t space = right.rfind(' ', kWidth - kColumn);
        text.append(right.substr(0, space)).append("\n").append(kColumn, ' ');
        right.remove_prefix(space + 1);
    }
    return text.append(right) + '\n';
}

std::string fault_lines(bool acts_first) {
    std::string text;
    for (const FaultRow& row : fault_rows()) {
        if (row.acts_first != acts_first) continue;
        std::string left(row.name);
        if (!row.argument.empty()) left.append(":").append(row.argument);
        text += line(left, std::string(row.meaning) + (row.token_only ? " (token only)" : ""));
    }
    return text;
}

}  // namespace

std::string usage() {
    std::string text(kHead);
    for (const OptionRow& row : option_rows()) {
        std::string left = std::string("--") + row.name;
        if (row.argument != nullptr) left.append(" ").append(row.argument);
        text += line(left, row.help);
    }
    text.append(kFaults).append(fault_lines(/*acts_first=*/false));
    return text.append(kActsFirst).append(fault_lines(/*acts_first=*/true)).append(kTail);
}

std::string version_line() {
    return "clio-sandbox " CLIO_SANDBOX_VERSION "\n";
}

}  // namespace agent::sandbox
