// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "base/json/json_writer.h"
#include "base/text/printable.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/session.h"
#include "lib/members.h"
#include "lib/token_call.h"
#include "protocol/names.h"

namespace agent {

namespace {

constexpr std::int64_t kUnauthorized = 401;

/// The one of the option, otherwise that of the account's present token.
Reply<std::int64_t> reported_generation(const AgentClient& client, const Arguments& arguments,
                                        const std::string& path) {
    AGENT_TRY(const auto given, arguments.number("generation", 1, INT64_MAX));
    if (given) return *given;
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = path}));
    AGENT_TRY(const std::int64_t generation, need_integer(answer.json, "generation"));
    return generation;
}

Reply<std::string> ignored_text(const AgentClient& client, const std::string& account, const std::string& path) {
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = path}));
    const std::string_view reason = answer.json.find_string("reason").value_or("");
    if (reason.empty()) return "Ignored: a refresh does not help against this status\n";
    return "Ignored: account " + account + ": " + printable(reason) + "\n";
}

}  // namespace

Reply<int> report_token(const Arguments& arguments) {
    AGENT_TRY(const auto status, arguments.number("status", 100, 599));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const std::string account, need_account(client, arguments));
    AGENT_TRY(const std::string path, account_path(account));
    AGENT_TRY(const std::int64_t generation, reported_generation(client, arguments, path));
    JsonWriter body;
    body.begin_object().member("generation", generation).member("status", status.value_or(kUnauthorized)).end_object();
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = path + "/report", .body = body.view()}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const auto outcome, need_string(answer.json, "outcome"));
    const std::string ask_again = "; ask for it with: clioctl token " + as_operand(account) + "\n";
    if (outcome == "newer_exists") {
        AGENT_CHECK(print("There is a newer token already" + ask_again));
    } else if (outcome == "refreshing") {
        AGENT_CHECK(print("Reported: the agent gets a new token" + ask_again));
    } else {
        AGENT_TRY(const std::string text, ignored_text(client, account, path));
        AGENT_CHECK(print(text));
    }
    return 0;
}

}  // namespace agent
