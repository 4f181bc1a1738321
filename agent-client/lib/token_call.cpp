// SPDX-License-Identifier: Apache-2.0
#include "lib/token_call.h"

#include "base/json/json_writer.h"
#include "base/text/ascii.h"
#include "lib/members.h"
#include "protocol/names.h"

namespace agent {

namespace {

Reply<std::string> token_target(std::optional<std::string_view> account, std::optional<std::chrono::seconds> min_ttl) {
    std::string target = "/v1/token";
    if (account) {
        AGENT_TRY(const std::string path, account_path(*account));
        target = path + "/token";
    }
    if (min_ttl) target += "?min_ttl=" + std::to_string(min_ttl->count());
    return target;
}

}  // namespace

Reply<std::string> account_path(std::string_view account) {
    if (!is_valid_name(account)) {
        return fail(Error::Code::kBadRequest, "account: a name has " + std::string(kNameRule));
    }
    return "/v1/accounts/" + std::string(account);
}

Reply<GivenToken> get_token(const AgentClient& client, std::optional<std::string_view> account,
                            std::optional<std::chrono::seconds> min_ttl) {
    AGENT_TRY(std::string target, token_target(account, min_ttl));
    GivenToken token;
    AGENT_TRY(token.answer, client.call({.method = "GET", .target = std::move(target)}));
    const Json& json = token.answer.json;
    AGENT_TRY(token.account, need_string(json, "account"));
    AGENT_TRY(token.access_token, need_string(json, "access_token"));
    AGENT_TRY(token.api_base, need_string(json, "api_base"));
    AGENT_TRY(token.expires_at, need_integer(json, "expires_at"));
    AGENT_TRY(const std::int64_t generation, need_integer(json, "generation"));
    // It goes into header lines and shell variables, which it must not break.
    if (!is_visible_ascii(token.access_token)) {
        return fail(Error::Code::kInternal, "answer of the agent: its access token is invalid");
    }
    token.generation = static_cast<std::uint64_t>(generation);
    token.state = json.find_string("state").value_or("");
    token.reason = json.find_string("reason").value_or("");
    token.min_ttl_met = json.find_boolean("min_ttl_met").value_or(true);
    return token;
}

Reply<ReportAnswer> report_refusal(const AgentClient& client, std::string_view account, std::uint64_t generation,
                                   int status) {
    AGENT_TRY(const std::string path, account_path(account));
    JsonWriter body;
    body.begin_object().member("generation", generation).member("status", status).end_object();
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = path + "/report", .body = body.view()}));
    AGENT_TRY(const std::string_view outcome, need_string(answer.json, "outcome"));
    if (outcome == "newer_exists") return ReportAnswer::kNewerExists;
    if (outcome == "refreshing") return ReportAnswer::kRefreshing;
    return ReportAnswer::kIgnored;
}

}  // namespace agent
