// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_server.h"

#include <utility>

#include "base/text/encoding.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

SimServer::Answer json(int status, std::string_view body) {
    return {.response = {.status = status,
                         .content_type = "application/json; charset=utf-8",
                         .retry_after = std::nullopt,
                         .body = SecretString(body)},
            .rotated = std::nullopt};
}

SimServer::Answer refusal(int status, std::string_view error) {
    return json(status, R"({"error":")" + std::string(error) + R"(","error_description":"simulated"})");
}

}  // namespace

TokenName SimServer::authorize(int app, const std::string& account) {
    ServerGrant grant;
    grant.app = app;
    grant.account = account;
    grant.code_expires_at = events_.now() + 10min;
    grants_.push_back(std::move(grant));
    return {.kind = 'c', .grant = static_cast<int>(grants_.size()) - 1, .number = 0};
}

Asked SimServer::read(const HttpRequest& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const auto named = [](std::string_view text) { return TokenName::read(text).value_or(TokenName{}); };
    if (request.method == HttpRequest::Method::kGet)
        return {.what = Asked::What::kWhoAmI, .token = named(request.authorization.reveal().substr(kBearer.size()))};

    const auto form = FormParameters::parse(request.form_body.reveal());
    const auto field = [&](std::string_view name) { return form->find(name).value_or(""); };
    if (field("grant_type") == "refresh_token")
        return {.what = Asked::What::kRefresh, .token = named(field("refresh_token"))};
    if (field("grant_type") == "authorization_code")
        return {.what = Asked::What::kExchange, .token = named(field("code"))};
    return {.what = Asked::What::kEndGrant, .token = named(field("token"))};
}

SimServer::Answer SimServer::answer(const Asked& asked, Fault fault) {
    if (fault == Fault::kInvalidClient && asked.what != Asked::What::kWhoAmI) return refusal(401, "invalid_client");
    switch (asked.what) {
        case Asked::What::kRefresh:
            return refresh(asked.token, fault == Fault::kNoRefreshToken);
        case Asked::What::kExchange:
            return exchange(asked.token);
        case Asked::What::kEndGrant:
            return end_grant(asked.token);
        case Asked::What::kWhoAmI:
            return who_am_i(asked.token);
    }
    std::abort();
}

bool SimServer::would_refresh(const TokenName& token) const {
    const ServerGrant& of = grant(token.grant);
    if (of.ended != ServerGrant::Ended::kNo) return false;
    const auto& used = of.refresh_tokens.at(static_cast<std::size_t>(token.number));
    const ServerPolicy& rules = policy(of.app);
    return rules.rotation == Rotation::kReusable || !used || events_.now() - *used <= rules.grace;
}

SimServer::Answer SimServer::refresh(const TokenName& token, bool leave_out_refresh_token) {
    ServerGrant& of = grants_.at(static_cast<std::size_t>(token.grant));
    const ServerPolicy& rules = policy(of.app);
    if (!would_refresh(token)) {
        if (of.ended == ServerGrant::Ended::kNo && rules.reuse_ends_grant) of.ended = ServerGrant::Ended::kByReuse;
        return refusal(400, "invalid_grant");
    }
    if (rules.rotation == Rotation::kReusable)
        return tokens(token.grant, rules.repeats_refresh_token ? std::optional(token) : std::nullopt);

    auto& used = of.refresh_tokens.at(static_cast<std::size_t>(token.number));
    if (leave_out_refresh_token && !used) return tokens(token.grant, std::nullopt);
    if (!used) used = events_.now();
    of.refresh_tokens.emplace_back();
    const TokenName next{.kind = 'r', .grant = token.grant, .number = of.newest_refresh_token()};
    Answer answer = tokens(token.grant, next);
    answer.rotated = next;
    return answer;
}

SimServer::Answer SimServer::exchange(const TokenName& code) {
    ServerGrant& of = grants_.at(static_cast<std::size_t>(code.grant));
    if (std::exchange(of.exchanged, true) || events_.now() > of.code_expires_at) return refusal(400, "invalid_grant");
    of.refresh_tokens.emplace_back();
    return tokens(code.grant, TokenName{.kind = 'r', .grant = code.grant, .number = 0});
}

SimServer::Answer SimServer::end_grant(const TokenName& token) {
    ServerGrant& of = grants_.at(static_cast<std::size_t>(token.grant));
    const bool good = token.kind == 'a' ? accepts(token.text()) : would_refresh(token);
    if (good) of.ended = ServerGrant::Ended::kByAgent;
    if (!good && token.kind == 'a') return refusal(401, "invalid_token");
    return json(200, "");  // RFC 7009 section 2.2: also for a refresh token that is not good (any more)
}

SimServer::Answer SimServer::who_am_i(const TokenName& access_token) const {
    if (!accepts(access_token.text())) return refusal(401, "invalid_token");
    const std::string& account = grant(access_token.grant).account;
    return json(200, R"({"data":{"id":)" + account.substr(account.find('-') + 1) + R"(,"name":")" + account +
                         R"(","email":"x@example.com"}})");
}

SimServer::Answer SimServer::tokens(int number, std::optional<TokenName> refresh_token) {
    ServerGrant& of = grants_.at(static_cast<std::size_t>(number));
    const ServerPolicy& rules = policy(of.app);
    const Duration lifetime = short_lifetime_ ? std::min(*short_lifetime_, rules.lifetime) : rules.lifetime;
    if (rules.refresh_ends_access_token && !of.access_tokens.empty()) of.access_tokens.back() = events_.now();
    of.access_tokens.push_back(events_.now() + lifetime);

    const TokenName access{.kind = 'a', .grant = number, .number = static_cast<int>(of.access_tokens.size()) - 1};
    std::string body = R"({"token_type":"bearer","access_token":")" + access.text() + R"(","expires_in":)" +
                       std::to_string(std::chrono::floor<std::chrono::seconds>(lifetime).count());
    if (refresh_token) body += R"(,"refresh_token":")" + refresh_token->text() + '"';
    return json(200, body + "}");
}

bool SimServer::accepts(std::string_view access_token) const {
    const auto token = TokenName::read(access_token);
    if (!token || token->kind != 'a') return false;
    const ServerGrant& of = grant(token->grant);
    return of.ended == ServerGrant::Ended::kNo &&
           events_.now() < of.access_tokens.at(static_cast<std::size_t>(token->number));
}

}  // namespace agent::sim
