// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/table.h"
#include "cli/display/text.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

std::string number(const Json& status, std::string_view key) {
    return std::to_string(status.find_integer(key).value_or(0));
}

bool any(const Json& status, std::string_view key) {
    return status.find_integer(key).value_or(0) > 0;
}

Cell accounts_cell(const Json& status) {
    std::string text = number(status, "accounts");
    if (any(status, "login_required")) text += ", " + number(status, "login_required") + " must be logged in again";
    if (any(status, "needs_attention")) text += ", " + number(status, "needs_attention") + " in need of attention";
    if (any(status, "stale")) text += ", " + number(status, "stale") + " cannot be refreshed right now";
    const bool is_bad = any(status, "login_required") || any(status, "needs_attention");
    const Tone tone = is_bad ? Tone::kBad : any(status, "stale") ? Tone::kWarning : Tone::kGood;
    return {text, tone};
}

std::string refreshes_text(const Json& status) {
    std::string text = number(status, "refreshing") + " in progress, " + number(status, "queued") + " waiting";
    if (const auto next = status.find_integer("next_refresh")) {
        text += ", next " + (*next > unix_now() ? relative_time(*next - unix_now()) : "now");
    }
    return text;
}

/// What a program of the agent's own user could take, and how to change that. Nothing for those who may not ask.
Reply<std::optional<Cell>> protection(const AgentClient& client) {
    const auto answer = client.call({.method = "GET", .target = "/v1/keys"});
    if (!answer) return std::nullopt;
    AGENT_TRY(const Json::Array* slots, need_array(answer->json, "slots"));
    std::string without_person;
    bool any_person = false;
    for (const Json& slot : *slots) {
        AGENT_TRY(const auto kind, need_string(slot, "kind"));
        AGENT_TRY(const auto id, need_integer(slot, "id"));
        any_person = any_person || kind == "passphrase" || kind == "recovery";
        if (kind == "file" || kind == "credential")
            without_person = std::to_string(id) + " (" + std::string(kind) + ")";
    }
    if (!any_person)
        return Cell(
            "none: a program of the agent's user can take every grant; to ask a person first: clioctl key add "
            "passphrase",
            Tone::kWarning);
    if (!without_person.empty())
        return Cell("backups ask for a passphrase, but key slot " + without_person + " opens the store without one",
                    Tone::kWarning);
    return Cell("only a person or root can take grants out", Tone::kGood);
}

}  // namespace

Reply<int> show_status(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/status"}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    const Json& status = answer.json;
    AGENT_TRY(const auto version, need_string(status, "version"));
    AGENT_TRY(const auto uptime, need_integer(status, "uptime"));
    AGENT_TRY(const auto store_error, need_string(status, "store_error"));
    AGENT_TRY(const bool locked, need_boolean(status, "locked"));
    std::vector<Row> rows{
        {"agent",
         "version " + std::string(version) + ", process " + number(status, "pid") + ", up " + duration_text(uptime)},
        {"socket", client.socket()},
    };
    if (locked) {
        // A locked agent knows no accounts: showing 0 would alarm the user.
        rows.push_back({"locked", {"yes; open it with: clioctl unlock", Tone::kBad}});
    } else {
        rows.push_back({"accounts", accounts_cell(status)});
        rows.push_back({"refreshes", refreshes_text(status)});
    }
    rows.push_back({"store", store_error.empty() ? Cell("good", Tone::kGood) : Cell(store_error, Tone::kBad)});
    AGENT_TRY(const auto protected_by, protection(client));
    if (protected_by) rows.push_back({"protection", *protected_by});
    rows.push_back({"connections", number(status, "connections")});
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

}  // namespace agent
