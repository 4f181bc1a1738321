// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <utility>

#include "base/json/json_writer.h"
#include "base/text/printable.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "lib/default_account.h"
#include "lib/members.h"
#include "lib/socket/socket_path.h"
#include "protocol/limits.h"
#include "protocol/names.h"
#include "protocol/problem.h"

namespace agent {

namespace {

constexpr int kFailed = 1;
constexpr int kLoginRequiredStatus = 3;
constexpr int kNoAgentStatus = 4;

std::string problem_document(const Failure& failure) {
    const auto known = error_code_from(failure.code);
    JsonWriter out;
    out.begin_object().member("type", "about:blank");
    if (known) {
        const ProblemKind& kind = problem_kind(*known);
        out.member("title", kind.title).member("status", kind.http_status);
    }
    out.member("code", failure.code).member("detail", failure.detail).end_object();
    return std::string(out.view());
}

}  // namespace

Reply<std::string> socket_for(const Arguments& arguments) {
    const auto chosen = arguments.value("socket");
    if (chosen && chosen->empty()) return usage(arguments.command, "--socket: the path is empty");
    return find_socket(chosen.value_or(""));
}

Reply<AgentClient> client_for(const Arguments& arguments) {
    AGENT_TRY(std::string socket, socket_for(arguments));
    AgentClient client(std::move(socket));
    AGENT_TRY(const auto timeout, arguments.number("timeout", 1, 86400));
    if (timeout) client.set_timeout(std::chrono::seconds(*timeout));
    return client;
}

std::optional<std::string> account_for(const Arguments& arguments) {
    if (!arguments.words.empty()) return std::string(arguments.words.front());
    return default_account();
}

Reply<std::string> need_account(const AgentClient& client, const Arguments& arguments) {
    if (auto account = account_for(arguments)) return *std::move(account);
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/accounts"}));
    AGENT_TRY(const Json::Array* accounts, need_array(answer.json, "accounts"));
    if (accounts->empty())
        return fail(Error::Code::kNotFound, "there is no account yet; log in with: clioctl login ACCOUNT");
    if (accounts->size() > 1) return fail(Error::Code::kAccountAmbiguous, std::string(kSeveralAccounts));
    AGENT_TRY(const auto name, need_string(accounts->front(), "name"));
    return std::string(name);
}

Reply<std::string> app_path(std::string_view app) {
    if (!is_valid_name(app)) return fail(Error::Code::kBadRequest, "app: a name has " + std::string(kNameRule));
    return "/v1/apps/" + std::string(app);
}

Reply<std::optional<std::chrono::seconds>> min_ttl_for(const Arguments& arguments) {
    AGENT_TRY(const auto seconds, arguments.number("min-ttl", 0, limits::kLongestMinTtl.count()));
    if (!seconds) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

int exit_status(const Failure& failure) {
    if (failure.code == kUsage) return kUsageStatus;
    if (failure.code == kNoAgent) return kNoAgentStatus;
    // The authorization server's code when the user declines (RFC 6749 section 4.1.2.1).
    if (failure.code == "access_denied") return kLoginRequiredStatus;
    const auto known = error_code_from(failure.code);
    return known ? problem_kind(*known).exit_status : kFailed;
}

void report(const Failure& failure, bool as_json) {
    if (failure.code == kUsage) return complain(printable(failure.detail));
    if (as_json) return complain_json(problem_document(failure));
    std::string line = failure.code + ": " + failure.detail;
    if (failure.retry_after.count() > 0) {
        line += " (try again in " + duration_text(failure.retry_after.count()) + ")";
    }
    complain(printable(line));
}

}  // namespace agent
