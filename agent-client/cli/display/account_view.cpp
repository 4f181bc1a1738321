// SPDX-License-Identifier: Apache-2.0
#include "cli/display/account_view.h"

#include <ctime>

#include <algorithm>
#include <string>

#include "cli/display/account_list.h"
#include "cli/display/text.h"
#include "lib/members.h"

namespace agent {

namespace {

Tone tone_of(std::string_view state) {
    if (state == "ready" || state == "refreshing") return Tone::kGood;
    return state == "stale" ? Tone::kWarning : Tone::kBad;
}

Cell state_cell(std::string_view state) {
    return {state, tone_of(state)};
}

std::string expiry_text(std::int64_t expires_at, std::int64_t now) {
    return (expires_at > now ? "expires " : "expired ") + relative_time(expires_at - now);
}

}  // namespace

std::string user_text(const Json& account) {
    const Json* user = account.find("user");
    if (user == nullptr || !user->is_object()) return {};
    std::string text(user->find_string("name").value_or(""));
    const std::string_view email = user->find_string("email").value_or("");
    if (email.empty()) return text;
    return text + (text.empty() ? "<" : " <") + std::string(email) + ">";
}

Reply<std::vector<Row>> accounts_table(const std::vector<const Json*>& accounts, std::int64_t now) {
    std::vector<Row> rows{{{"ACCOUNT", Tone::kHeading},
                           {"APP", Tone::kHeading},
                           {"STATE", Tone::kHeading},
                           {"TOKEN", Tone::kHeading},
                           {"USER", Tone::kHeading}}};
    const bool reasons = std::any_of(accounts.begin(), accounts.end(),
                                     [](const Json* a) { return !a->find_string("reason").value_or("").empty(); });
    if (reasons) rows.front().push_back({"REASON", Tone::kHeading});
    for (const Json* listed : accounts) {
        const Json& account = *listed;
        AGENT_TRY(const auto name, need_string(account, "name"));
        AGENT_TRY(const auto app, need_string(account, "app"));
        AGENT_TRY(const auto state, need_string(account, "state"));
        AGENT_TRY(const auto expires_at, need_integer(account, "expires_at"));
        Row row{name, app, state_cell(state), expiry_text(expires_at, now), user_text(account)};
        if (reasons) row.emplace_back(plain_reason(account.find_string("reason").value_or("")));
        rows.push_back(std::move(row));
    }
    return rows;
}

Reply<std::vector<Row>> account_details(const Json& account, std::int64_t now) {
    AGENT_TRY(const auto name, need_string(account, "name"));
    AGENT_TRY(const auto app, need_string(account, "app"));
    AGENT_TRY(const auto state, need_string(account, "state"));
    AGENT_TRY(const auto generation, need_integer(account, "generation"));
    AGENT_TRY(const auto expires_at, need_integer(account, "expires_at"));
    const std::string_view reason = account.find_string("reason").value_or("");
    const std::string_view next_step = account.find_string("next_step").value_or("");
    const std::string user = user_text(account);
    std::vector<Row> rows{{"account", name}, {"app", app}, {"state", state_cell(state)}};
    if (!reason.empty()) rows.push_back({"reason", reason});
    if (!next_step.empty()) rows.push_back({"next step", next_step});
    rows.push_back({"user", user.empty() ? "unknown" : user});
    rows.push_back({"generation", std::to_string(generation)});
    rows.push_back({"expires", moment_text(expires_at, now)});
    rows.push_back({"next refresh", moment_text(account.find_integer("refresh_at"), now)});
    rows.push_back({"last refresh", moment_text(account.find_integer("last_refresh"), now)});
    return rows;
}

std::int64_t unix_now() {
    return std::time(nullptr);
}

}  // namespace agent
