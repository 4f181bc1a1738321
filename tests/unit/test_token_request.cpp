// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/token_request.h"

#include "core/refresh/refresh_timing.h"
#include "expect.h"

using agent::App;
using agent::ClientAuth;
using agent::HttpRequest;
using agent::Product;
using agent::SecretString;

namespace {

constexpr const char* kTokenRequestRedirectUri = "http://127.0.0.1:5678/callback";

App app_with(ClientAuth client_auth, Product product = Product::kManage) {
    App app;
    app.name = "firm";
    app.product = product;
    app.client_id = "id";
    app.redirect_uris = {kTokenRequestRedirectUri};
    app.client_auth = client_auth;
    app.endpoints = {.authorization = "https://as.example/authorize",
                     .token = "https://as.example/token",
                     .deauthorize = "https://as.example/end",
                     .api_base = "https://api.example",
                     .who_am_i = "https://api.example/who?fields=id"};
    return app;
}

/// All that RFC 3986 does not leave alone, and what it does.
constexpr const char* kAwkward = "a+b/c=d&e%f g\"~-._\x01";
constexpr const char* kAwkwardEncoded = "a%2Bb%2Fc%3Dd%26e%25f%20g%22~-._%01";

void expect_request(const HttpRequest& request, HttpRequest::Method method, const char* url, const char* authorization,
                    const char* body) {
    cr_expect(request.method == method);
    EXPECT_TEXT(request.url, url);
    EXPECT_TEXT(request.authorization.reveal(), authorization);
    EXPECT_TEXT(request.form_body.reveal(), body);
}

constexpr auto kPost = HttpRequest::Method::kPost;

}  // namespace

Test(token_request, refresh) {
    expect_request(agent::refresh_request(app_with(ClientAuth::kBody), SecretString("s"), "R"), kPost,
                   "https://as.example/token", "",
                   "grant_type=refresh_token&refresh_token=R&client_id=id&client_secret=s");
}

Test(token_request, another_program_may_still_await_the_answer) {
    App app = app_with(ClientAuth::kBody);
    for (const auto rotation : {agent::Rotation::kReusable, agent::Rotation::kSingleUse}) {
        app.rotation = rotation;
        cr_expect(agent::refresh_request(app, SecretString("s"), "R").patience < agent::kLongestForeignRefresh / 2);
    }
}

Test(token_request, refresh_with_basic) {
    // RFC 7617: base64 of "id:s".
    expect_request(agent::refresh_request(app_with(ClientAuth::kBasic), SecretString("s"), "R"), kPost,
                   "https://as.example/token", "Basic aWQ6cw==", "grant_type=refresh_token&refresh_token=R");
}

Test(token_request, code) {
    expect_request(
        agent::code_request(app_with(ClientAuth::kBody), SecretString("s"), kTokenRequestRedirectUri, "C", ""), kPost,
        "https://as.example/token", "",
        "grant_type=authorization_code&code=C&redirect_uri=http%3A%2F%2F127.0.0.1%3A5678%2Fcallback"
        "&client_id=id&client_secret=s");
}

Test(token_request, code_with_verifier) {
    expect_request(
        agent::code_request(app_with(ClientAuth::kBasic), SecretString("s"), kTokenRequestRedirectUri, "C", "V"), kPost,
        "https://as.example/token", "Basic aWQ6cw==",
        "grant_type=authorization_code&code=C&redirect_uri=http%3A%2F%2F127.0.0.1%3A5678%2Fcallback"
        "&code_verifier=V");
}

Test(token_request, every_value_is_encoded) {
    App app = app_with(ClientAuth::kBody);
    app.client_id = kAwkward;
    const std::string value = kAwkwardEncoded;
    EXPECT_TEXT(agent::refresh_request(app, SecretString(kAwkward), kAwkward).form_body.reveal(),
                "grant_type=refresh_token&refresh_token=" + value + "&client_id=" + value + "&client_secret=" + value);
    EXPECT_TEXT(agent::code_request(app, SecretString(kAwkward), kTokenRequestRedirectUri, kAwkward, kAwkward)
                    .form_body.reveal(),
                "grant_type=authorization_code&code=" + value +
                    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5678%2Fcallback&code_verifier=" + value +
                    "&client_id=" + value + "&client_secret=" + value);
}

Test(token_request, basic_encodes_both_parts_before_joining_them) {
    // RFC 6749 section 2.3.1. Else a colon in the id would move the border between id and secret.
    App app = app_with(ClientAuth::kBasic);
    app.client_id = "i:d";
    EXPECT_TEXT(agent::refresh_request(app, SecretString("s c"), "R").authorization.reveal(),
                "Basic aSUzQWQ6cyUyMGM=");  // i%3Ad:s%20c
}

Test(token_request, the_end_of_a_grant) {
    expect_request(agent::deauthorize_request(app_with(ClientAuth::kBody), SecretString("s"), "A+", "R"), kPost,
                   "https://as.example/end", "Bearer A+", "token=A%2B");
    expect_request(
        agent::deauthorize_request(app_with(ClientAuth::kBody, Product::kPlatform), SecretString("s"), "A", "R+"),
        kPost, "https://as.example/end", "Basic aWQ6cw==", "token=R%2B");
}

Test(token_request, who_am_i) {
    expect_request(agent::who_am_i_request(app_with(ClientAuth::kBody), "A"), HttpRequest::Method::kGet,
                   "https://api.example/who?fields=id", "Bearer A", "");
}

Test(token_request, secrets_are_known_for_what_they_are) {
    const auto sent = [](const agent::HttpRequest& request) {
        std::string all;
        const auto secrets = agent::secrets_in(request, SecretString("the-secret"));
        for (const SecretString& secret : *secrets) all.append(secret.reveal()).append("|");
        return all;
    };
    const SecretString secret("the-secret");
    EXPECT_TEXT(sent(agent::code_request(app_with(ClientAuth::kBody), secret, kTokenRequestRedirectUri, "C/1", "V")),
                "C/1|V|the-secret|the-secret|");
    EXPECT_TEXT(sent(agent::refresh_request(app_with(ClientAuth::kBody), secret, "R")), "R|the-secret|the-secret|");
    EXPECT_TEXT(sent(agent::who_am_i_request(app_with(ClientAuth::kBody), "A")), "A|the-secret|");
    EXPECT_CONTAINS(sent(agent::refresh_request(app_with(ClientAuth::kBasic), secret, "R")), "R|");
}
