// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "grants.h"
#include "pkce.h"

using namespace agent;           // NOLINT(google-build-using-namespace)
using namespace agent::sandbox;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNow{1'700'000'000s};
constexpr const char* kRedirect = "http://127.0.0.1:5678/callback";
// The example of RFC 7636 appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

Client client(Rotation rotation, const char* id = "app") {
    return make_client(id, SecretString("secret"), {.rotation = rotation, .expires_in = 100s});
}

/// A book whose tokens are t1, t2, …
GrantBook book(bool reuse_kills_grant = true) {
    return GrantBook([n = 0]() mutable { return "t" + std::to_string(++n); }, reuse_kills_grant);
}

CodeTerms terms(const char* challenge = "") {
    return {.client_id = "app", .user_id = 42, .redirect_uri = kRedirect, .code_challenge = challenge};
}

TokenSet log_in(GrantBook& grants, const Client& app) {
    const std::string code = grants.issue_code(terms(), kNow);
    const auto tokens = grants.exchange(app, code, kRedirect, "", kNow);
    cr_assert(tokens.has_value());
    return *tokens;
}

void expect_refused(const GrantBook::Tokens& tokens, Refusal refusal) {
    cr_assert(!tokens.has_value());
    cr_assert_eq(tokens.error(), refusal, "refused as %s", std::string(to_string(tokens.error())).c_str());
}

}  // namespace

Test(sandbox_code, works_once_and_then_ends_what_it_gave) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const std::string code = grants.issue_code(terms(), kNow);
    const auto tokens = grants.exchange(app, code, kRedirect, "", kNow);
    cr_assert(tokens.has_value());
    cr_assert_not_null(grants.find_by_access_token(tokens->access_token, kNow));
    expect_refused(grants.exchange(app, code, kRedirect, "", kNow), Refusal::kReused);
    cr_assert_null(grants.find_by_access_token(tokens->access_token, kNow));
}

Test(sandbox_code, lives_ten_minutes) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const std::string late = grants.issue_code(terms(), kNow);
    expect_refused(grants.exchange(app, late, kRedirect, "", kNow + 10min), Refusal::kExpired);
    const std::string in_time = grants.issue_code(terms(), kNow);
    cr_assert(grants.exchange(app, in_time, kRedirect, "", kNow + 10min - 1s).has_value());
}

Test(sandbox_code, belongs_to_one_client_and_one_redirect_uri) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const std::string code = grants.issue_code(terms(), kNow);
    expect_refused(grants.exchange(client(Rotation::kReusable, "other"), code, kRedirect, "", kNow),
                   Refusal::kOtherClient);
    expect_refused(grants.exchange(app, code, std::string(kRedirect) + "/", "", kNow), Refusal::kRedirectMismatch);
    expect_refused(grants.exchange(app, "unknown", kRedirect, "", kNow), Refusal::kUnknown);
    cr_assert(grants.exchange(app, code, kRedirect, "", kNow).has_value());
}

Test(sandbox_code, needs_the_verifier_of_its_challenge) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const std::string code = grants.issue_code(terms(kChallenge), kNow);
    expect_refused(grants.exchange(app, code, kRedirect, "", kNow), Refusal::kVerifierMismatch);
    expect_refused(grants.exchange(app, code, kRedirect, kChallenge, kNow), Refusal::kVerifierMismatch);
    cr_assert(grants.exchange(app, code, kRedirect, kVerifier, kNow).has_value());
    const std::string bare = grants.issue_code(terms(), kNow);
    expect_refused(grants.exchange(app, bare, kRedirect, kVerifier, kNow), Refusal::kVerifierMismatch);
}

Test(sandbox_refresh, reusable_keeps_the_refresh_token) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const TokenSet first = log_in(grants, app);
    for (int i = 0; i < 3; ++i) {
        const auto next = grants.refresh(app, first.refresh_token, kNow);
        cr_assert(next.has_value());
        cr_assert(next->refresh_token.empty());
        cr_assert_neq(next->access_token, first.access_token);
        cr_assert_eq(next->expires_in.count(), 100);
    }
    cr_assert_eq(grants.grants().front().refreshes, 3);
    cr_assert_not_null(grants.find_by_access_token(first.access_token, kNow));
}

Test(sandbox_refresh, single_use_spends_it_and_reuse_ends_the_grant) {
    GrantBook grants = book();
    const Client app = client(Rotation::kSingleUse);
    const TokenSet first = log_in(grants, app);
    const auto second = grants.refresh(app, first.refresh_token, kNow);
    cr_assert(second.has_value());
    cr_assert(!second->refresh_token.empty());
    cr_assert_neq(second->refresh_token, first.refresh_token);
    expect_refused(grants.refresh(app, first.refresh_token, kNow), Refusal::kReused);
    expect_refused(grants.refresh(app, second->refresh_token, kNow), Refusal::kRevoked);
    cr_assert_null(grants.find_by_access_token(second->access_token, kNow));
}

Test(sandbox_refresh, reuse_may_be_let_pass) {
    GrantBook grants = book(/*reuse_kills_grant=*/false);
    const Client app = client(Rotation::kSingleUse);
    const TokenSet first = log_in(grants, app);
    const auto second = grants.refresh(app, first.refresh_token, kNow);
    cr_assert(second.has_value());
    expect_refused(grants.refresh(app, first.refresh_token, kNow), Refusal::kReused);
    cr_assert(grants.refresh(app, second->refresh_token, kNow).has_value());
}

Test(sandbox_refresh, takes_only_refresh_tokens_of_the_client) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const TokenSet tokens = log_in(grants, app);
    expect_refused(grants.refresh(app, tokens.access_token, kNow), Refusal::kUnknown);
    expect_refused(grants.refresh(app, "unknown", kNow), Refusal::kUnknown);
    expect_refused(grants.refresh(client(Rotation::kReusable, "other"), tokens.refresh_token, kNow),
                   Refusal::kOtherClient);
}

Test(sandbox_grants, access_tokens_expire_and_grants_end) {
    GrantBook grants = book();
    const Client app = client(Rotation::kReusable);
    const TokenSet one = log_in(grants, app);
    const TokenSet two = log_in(grants, app);
    cr_assert_not_null(grants.find_by_access_token(one.access_token, kNow + 99s));
    cr_assert_null(grants.find_by_access_token(one.access_token, kNow + 100s));
    cr_assert_null(grants.find_by_access_token(one.refresh_token, kNow));

    cr_assert(grants.end("g1", "test"));
    cr_assert(!grants.end("g9", "test"));
    cr_assert_null(grants.find_by_access_token(one.access_token, kNow));
    cr_assert_not_null(grants.find_by_access_token(two.access_token, kNow));

    grants.expire_access_tokens();
    cr_assert_null(grants.find_by_access_token(two.access_token, kNow));
    cr_assert(grants.refresh(app, two.refresh_token, kNow).has_value());
    grants.end_all("test");
    expect_refused(grants.refresh(app, two.refresh_token, kNow), Refusal::kRevoked);
}

Test(sandbox_grants, forget_the_oldest_tokens_of_a_busy_grant) {
    GrantBook grants = book();
    const Client app = client(Rotation::kSingleUse);
    TokenSet tokens = log_in(grants, app);
    const std::string oldest = tokens.access_token;
    for (int i = 0; i < 3000; ++i) tokens = *grants.refresh(app, tokens.refresh_token, kNow);
    cr_assert_leq(grants.grants().front().access_tokens.size(), 1000);
    cr_assert_leq(grants.grants().front().spent_refresh_tokens.size(), 1000);
    cr_assert_null(grants.find_by_access_token(oldest, kNow));
    cr_assert_not_null(grants.find_by_access_token(tokens.access_token, kNow));
}

Test(sandbox_pkce, knows_a_challenge_by_its_form) {
    cr_assert(is_challenge(kChallenge));
    cr_assert(!is_challenge(""));
    cr_assert(!is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"));
    cr_assert(!is_challenge(std::string(kChallenge) + "="));
}
