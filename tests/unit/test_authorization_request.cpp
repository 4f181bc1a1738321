// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/authorization_request.h"

#include "core/oauth/app_presets.h"
#include "expect.h"
#include "fakes/fake_entropy.h"

using agent::App;
using agent::LoginSecrets;
using agent::Product;
using agent::Region;
using agent::SecretString;

namespace {

constexpr const char* kAuthorizationRequestRedirectUri = "http://127.0.0.1:5678/callback";

App app_of(Product product, bool pkce, const char* scope) {
    App app;
    app.product = product;
    app.client_id = "id &=";
    app.redirect_uris = {kAuthorizationRequestRedirectUri};
    app.scope = scope;
    app.pkce = pkce;
    app.endpoints = agent::clio_endpoints(product, Region::kUs);
    return app;
}

LoginSecrets secrets(const char* state, const char* code_verifier) {
    return {.state = SecretString(state), .code_verifier = SecretString(code_verifier)};
}

// RFC 7636 appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Response {
    const char* text;
    const char* state;
    const char* code;
    const char* error;
    const char* description;
};

constexpr Response kResponses[] = {
    {"code=C&state=S", "S", "C", "", ""},
    {"state=S&code=C", "S", "C", "", ""},
    {"code=C%2B%2F%20x&state=S+T", "S T", "C+/ x", "", ""},
    {"error=access_denied&state=S", "S", "", "access_denied", ""},
    {"error=server_error&error_description=out+of+order%0A&state=S", "S", "", "server_error", "out of order\\x0a"},
    {"code=C&state=S&scope=x&iss=https%3A%2F%2Fas", "S", "C", "", ""},
    // RFC 6749 section 3.1: a repeated parameter counts as absent.
    {"code=C&state=S&state=T", "", "C", "", ""},
    {"code=C&code=D&state=S", "S", "", "", ""},
    {"code=&state=", "", "", "", ""},
    {"code", "", "", "", ""},
    {"", "", "", "", ""},
    {"&&&", "", "", "", ""},
    {"CODE=C&State=S", "", "", "", ""},
};

constexpr Response kPasted[] = {
    {"http://127.0.0.1:5678/callback?code=C&state=S", "S", "C", "", ""},
    {"  http://127.0.0.1:5678/callback?code=C&state=S\r\n", "S", "C", "", ""},
    {"http://127.0.0.1:5678/callback?code=C&state=S#_=_", "S", "C", "", ""},
    {"http://127.0.0.1:5678/callback?error=access_denied&state=S", "S", "", "access_denied", ""},
    {"127.0.0.1:5678/callback?code=C&state=S", "S", "C", "", ""},
    {"?code=C&state=S", "S", "C", "", ""},
    {"https://app.clio.com/oauth/approval?code=C", "", "C", "", ""},
    {"C0de-_.~", "", "C0de-_.~", "", ""},
    {"\tabc/def=\n", "", "abc/def=", "", ""},
    {"\"http://127.0.0.1:5678/callback?code=C&state=S\"", "S", "C", "", ""},
    {"' http://127.0.0.1:5678/callback?code=C&state=S '", "S", "C", "", ""},
    {"<http://127.0.0.1:5678/callback?code=C&state=S>\n", "S", "C", "", ""},
    {"code=C&state=S", "S", "C", "", ""},
    {"state=S&code=C", "S", "C", "", ""},
    {"code=C", "", "C", "", ""},
    {" 'code=C%2FD' ", "", "C/D", "", ""},
    {"error=access_denied&state=S", "S", "", "access_denied", ""},
    {"http%3A%2F%2F127.0.0.1%3A5678%2Fcallback%3Fcode%3DC%26state%3DS", "S", "C", "", ""},
    {"code%3DC%26state%3DS", "S", "C", "", ""},
    {"C%2FD", "", "C%2FD", "", ""},
    {"`C0de`", "", "C0de", "", ""},
};

struct Unreadable {
    const char* text;
    const char* why;
};

constexpr Unreadable kUnreadable[] = {
    {"", "nothing was pasted"},
    {" \r\n\t ", "nothing was pasted"},
    {"http://127.0.0.1:5678/callback", "neither a URL with a query nor a code"},
    {"''", "nothing was pasted"},
    {"127.0.0.1:5678/callback", "neither a URL with a query nor a code"},
    {"two words", "neither a URL with a query nor a code"},
    {"co\x01"
     "de",
     "neither a URL with a query nor a code"},
    {"c\xc3\xb6"
     "de",
     "neither a URL with a query nor a code"},
    {"http://127.0.0.1:5678/callback?code=%zz", ""},
};

void expect_response(const agent::Result<agent::AuthorizationResponse>& got, const Response& row) {
    cr_assert(got, "%s: %s", row.text, got.error().message.c_str());
    EXPECT_TEXT(got->state.reveal(), row.state);
    EXPECT_TEXT(got->code.reveal(), row.code);
    EXPECT_TEXT(got->error, row.error);
    EXPECT_TEXT(got->error_description, row.description);
}

}  // namespace

Test(authorization_request, challenge_of_rfc_7636_appendix_b) {
    EXPECT_TEXT(agent::code_challenge(kVerifier), kChallenge);
}

Test(authorization_request, url_for_manage) {
    EXPECT_TEXT(agent::authorization_url(app_of(Product::kManage, /*pkce=*/false, ""), kAuthorizationRequestRedirectUri,
                                         secrets("S", "")),
                "https://app.clio.com/oauth/authorize?response_type=code&client_id=id%20%26%3D"
                "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5678%2Fcallback&state=S&redirect_on_decline=true");
}

Test(authorization_request, url_for_platform) {
    EXPECT_TEXT(agent::authorization_url(app_of(Product::kPlatform, /*pkce=*/true, "a b"),
                                         kAuthorizationRequestRedirectUri, secrets("S", kVerifier)),
                "https://auth.api.clio.com/oauth/authorize?response_type=code&client_id=id%20%26%3D"
                "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5678%2Fcallback&state=S&scope=a%20b&code_challenge=" +
                    std::string(kChallenge) + "&code_challenge_method=S256");
}

Test(authorization_request, an_endpoint_may_have_a_query_of_its_own) {
    App app = app_of(Product::kManage, /*pkce=*/false, "");
    app.endpoints.authorization = "https://as.example/authorize?tenant=7";
    const std::string url = agent::authorization_url(app, kAuthorizationRequestRedirectUri, secrets("S", ""));
    cr_expect(url.starts_with("https://as.example/authorize?tenant=7&response_type=code&"), "%s", url.c_str());
}

Test(authorization_request, secrets_are_fresh_and_as_long_as_they_should_be) {
    fakes::FakeEntropy entropy;
    const App with_pkce = app_of(Product::kPlatform, /*pkce=*/true, "x");
    const LoginSecrets first = agent::make_login_secrets(with_pkce, entropy);
    const LoginSecrets second = agent::make_login_secrets(with_pkce, entropy);
    // 32 bytes in base64url: the 43 characters that RFC 7636 section 4.1 asks for at least.
    cr_expect(first.state.size() == 43 && first.code_verifier.size() == 43);
    cr_expect_not(first.state.equals(second.state.reveal()) ||
                  first.code_verifier.equals(second.code_verifier.reveal()));
    cr_expect_not(first.state.equals(first.code_verifier.reveal()), "the state is public, the verifier is not");

    const LoginSecrets without = agent::make_login_secrets(app_of(Product::kManage, /*pkce=*/false, ""), entropy);
    cr_expect(without.state.size() == 43 && without.code_verifier.empty());
}

Test(authorization_request, reads_redirects) {
    for (const Response& row : kResponses) expect_response(agent::read_authorization_response(row.text), row);
    cr_expect_not(agent::read_authorization_response("code=%"));
    cr_expect_not(agent::read_authorization_response("code=C&state=%4"));
}

Test(authorization_request, reads_what_was_pasted) {
    for (const Response& row : kPasted) expect_response(agent::read_pasted_response(row.text), row);
}

Test(authorization_request, refuses_what_cannot_be_read) {
    for (const Unreadable& row : kUnreadable) {
        const auto got = agent::read_pasted_response(row.text);
        cr_assert_not(got, "%s", row.text);
        cr_expect(got.error().code == agent::Error::Code::kBadRequest);
        EXPECT_CONTAINS(got.error().message, row.why);
    }
}

Test(authorization_response, its_error_repeats_neither_state_nor_code) {
    for (const char* query :
         {"error=invalid_request&state=0123456789abcdef&error_description=state+0123456789abcdef+is+odd",
          "error=invalid_request&code=0123456789abcdef&error_description=0123456789abcdef",
          "error=0123456789abcdef&state=0123456789abcdef"}) {
        const auto response = agent::read_authorization_response(query);
        cr_assert(response);
        const std::string text = response->error + response->error_description;
        EXPECT_CONTAINS(text, "[secret]");
        cr_expect(text.find("0123456789abcdef") == std::string::npos);
    }
}
