// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "cli/display/table.h"
#include "lib/failure.h"
#include "lib/socket/socket_group.h"

namespace agent {

// Checks of an app that have a line of their own.
inline constexpr std::string_view kClock = "clock";
inline constexpr std::string_view kRedirectPort = "redirect_port";

/// One line of `clioctl doctor`.
struct Finding {
    enum class Verdict { kGood, kAdvice, kBad };

    std::string subject;  // "agent", "account smith-law"
    Verdict verdict = Verdict::kGood;
    std::string detail;
    std::string next;  // what to do; empty while all is well
};

// What the agent's answers say. Each fails with "internal" if an answer lacks what it must have.

/// Of GET /v1/status: version, configuration, proxy, store and lock. `version` is that of clioctl.
[[nodiscard]] Reply<std::vector<Finding>> judge_status(const Json& status, std::string_view version);
/// Of POST /v1/keys/test.
[[nodiscard]] Reply<Finding> judge_keys(const Json& answer);
/// Of POST /v1/apps/{app}/check: the worst of them, but for those that have a line of their own.
[[nodiscard]] Reply<Finding> judge_app(std::string_view app, const Json& answer);
/// One check of the same, "clock" or "redirect_port", as `subject`; nullopt if it was not made.
[[nodiscard]] std::optional<Finding> judge_check(std::string_view check, std::string subject, std::string_view app,
                                                 const Json& answer);
/// Of one account of GET /v1/accounts.
[[nodiscard]] Reply<Finding> judge_account(const Json& account);
/// Whether the agent goes on when its user logs out. `cgroup` is the text of /proc/PID/cgroup, `lingers` whether the
/// user's services stay (loginctl(1)).
[[nodiscard]] Finding judge_unit(std::string_view cgroup, bool lingers);
/// Whether this user is in the group of the socket; `uid` is who runs clioctl.
[[nodiscard]] Finding judge_group(const SocketGroup& group, uid_t uid);
/// A check that could not be made.
[[nodiscard]] Finding not_found_out(std::string subject, const Failure& failure);

[[nodiscard]] std::vector<Row> findings_table(const std::vector<Finding>& findings);
[[nodiscard]] std::string findings_json(const std::vector<Finding>& findings);
[[nodiscard]] bool any_bad(const std::vector<Finding>& findings);

}  // namespace agent
