// SPDX-License-Identifier: Apache-2.0
#include "grants.h"

#include <algorithm>
#include <utility>

#include "pkce.h"

namespace agent::sandbox {

namespace {

constexpr std::chrono::minutes kCodeLife{10};
// A load test refreshes one grant without end; what it leaves behind must not fill the memory.
constexpr std::size_t kTokensKept = 1000;

}  // namespace

std::string_view to_string(Refusal refusal) {
    switch (refusal) {
        case Refusal::kUnknown:
            return "unknown";
        case Refusal::kExpired:
            return "expired";
        case Refusal::kRevoked:
            return "grant revoked";
        case Refusal::kReused:
            return "used before";
        case Refusal::kOtherClient:
            return "issued to another client";
        case Refusal::kRedirectMismatch:
            return "redirect_uri is not the one of the authorization request";
        case Refusal::kVerifierMismatch:
            return "code_verifier does not match the code_challenge";
    }
    return "";
}

GrantBook::GrantBook(MakeToken make_token, bool reuse_kills_grant)
    : make_token_(std::move(make_token)), reuse_kills_grant_(reuse_kills_grant) {}

std::string GrantBook::issue_code(CodeTerms terms, WallTime now) {
    drop_expired_codes(now);
    std::string code = make_token_();
    codes_.insert_or_assign(code, Code{.terms = std::move(terms), .expires_at = now + kCodeLife});
    code_order_.push_back(code);
    return code;
}

GrantBook::Tokens GrantBook::exchange(const Client& client, std::string_view code, std::string_view redirect_uri,
                                      std::string_view code_verifier, WallTime now) {
    const auto found = codes_.find(code);
    if (found == codes_.end()) return tl::unexpected(Refusal::kUnknown);
    Code& stored = found->second;
    if (stored.terms.client_id != client.id) return tl::unexpected(Refusal::kOtherClient);
    if (stored.grant != nullptr) {
        if (reuse_kills_grant_) end(stored.grant->id, "authorization code reused");
        return tl::unexpected(Refusal::kReused);
    }
    if (now >= stored.expires_at) return tl::unexpected(Refusal::kExpired);
    if (stored.terms.redirect_uri != redirect_uri) return tl::unexpected(Refusal::kRedirectMismatch);
    if (!is_verifier_of(code_verifier, stored.terms.code_challenge)) {
        return tl::unexpected(Refusal::kVerifierMismatch);
    }
    Grant& grant = grants_.emplace_back();
    grant.id = "g" + std::to_string(grants_.size());
    grant.client_id = client.id;
    grant.user_id = stored.terms.user_id;
    stored.grant = &grant;
    TokenSet tokens;
    add_access_token(grant, client, now, tokens);
    add_refresh_token(grant, tokens);
    return tokens;
}

GrantBook::Tokens GrantBook::refresh(const Client& client, std::string_view refresh_token, WallTime now) {
    const auto found = issued_.find(refresh_token);
    if (found == issued_.end() || found->second.kind == Kind::kAccess) return tl::unexpected(Refusal::kUnknown);
    Grant& grant = *found->second.grant;
    if (grant.client_id != client.id) return tl::unexpected(Refusal::kOtherClient);
    if (!grant.ended_by.empty()) return tl::unexpected(Refusal::kRevoked);
    if (found->second.kind == Kind::kSpentRefresh) {
        if (reuse_kills_grant_) end(grant.id, "refresh token reused");
        return tl::unexpected(Refusal::kReused);
    }
    TokenSet tokens;
    if (client.rotation == Rotation::kSingleUse) {
        found->second.kind = Kind::kSpentRefresh;
        grant.spent_refresh_tokens.push_back(found->first);
        forget_oldest(grant.spent_refresh_tokens);
        add_refresh_token(grant, tokens);
    }
    add_access_token(grant, client, now, tokens);
    ++grant.refreshes;
    return tokens;
}

const Grant* GrantBook::find_by_access_token(std::string_view token, WallTime now) const {
    return is_access_token_alive(token, now) ? issued_.find(token)->second.grant : nullptr;
}

const Grant* GrantBook::find_by_any_token(std::string_view token) const {
    const auto found = issued_.find(token);
    return found == issued_.end() ? nullptr : found->second.grant;
}

bool GrantBook::is_access_token_alive(std::string_view token, WallTime now) const {
    const auto found = issued_.find(token);
    return found != issued_.end() && found->second.kind == Kind::kAccess && found->second.grant->ended_by.empty() &&
           now < found->second.expires_at;
}

WallTime GrantBook::expires_at(std::string_view access_token) const {
    const auto found = issued_.find(access_token);
    return found == issued_.end() ? WallTime{} : found->second.expires_at;
}

bool GrantBook::end(std::string_view grant_id, std::string_view reason) {
    const auto found = std::find_if(grants_.begin(), grants_.end(), [&](const Grant& g) { return g.id == grant_id; });
    if (found == grants_.end()) return false;
    if (found->ended_by.empty()) found->ended_by = reason;
    return true;
}

void GrantBook::end_all(std::string_view reason) {
    for (Grant& grant : grants_) {
        if (grant.ended_by.empty()) grant.ended_by = reason;
    }
}

void GrantBook::expire_access_tokens() {
    for (auto& [token, issued] : issued_) issued.expires_at = WallTime{};
}

void GrantBook::add_access_token(Grant& grant, const Client& client, WallTime now, TokenSet& out) {
    out.access_token = make_token_();
    out.expires_in = client.expires_in;
    issued_[out.access_token] = {.grant = &grant, .kind = Kind::kAccess, .expires_at = now + client.expires_in};
    grant.access_tokens.push_back(out.access_token);
    forget_oldest(grant.access_tokens);
}

void GrantBook::add_refresh_token(Grant& grant, TokenSet& out) {
    out.refresh_token = make_token_();
    issued_[out.refresh_token] = {.grant = &grant, .kind = Kind::kRefresh, .expires_at = {}};
    grant.refresh_token = out.refresh_token;
}

void GrantBook::forget_oldest(std::deque<std::string>& tokens) {
    while (tokens.size() > kTokensKept) {
        issued_.erase(tokens.front());
        tokens.pop_front();
    }
}

void GrantBook::drop_expired_codes(WallTime now) {
    for (; !code_order_.empty(); code_order_.pop_front()) {
        const auto oldest = codes_.find(code_order_.front());
        if (now < oldest->second.expires_at) return;
        codes_.erase(oldest);
    }
}

}  // namespace agent::sandbox
