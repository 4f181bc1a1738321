// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "client.h"
#include "settings.h"

using namespace agent;           // NOLINT(google-build-using-namespace)
using namespace agent::sandbox;  // NOLINT(google-build-using-namespace)

namespace {

struct Bad {
    const char* json;
    const char* told;
};
constexpr Bad kBad[] = {
    {"{}", "clients"},
    {R"({"clients": []})", "at least one"},
    {R"({"clients": [{"client_id": "a"}]})", "client_secret"},
    {R"({"clients": [{"client_id": "a", "client_secret": ""}]})", "client_secret"},
    {R"({"clients": [{"client_id": "a", "client_secret": "s", "colour": "red"}]})", "colour"},
    {R"({"clients": [{"client_id": "a", "client_secret": "s", "product": "grow"}]})", "product"},
    {R"({"clients": [{"client_id": "a", "client_secret": "s", "redirect_uris": "x"}]})", "redirect_uris"},
    {R"({"clients": [{"client_id": "a", "client_secret": "s"}, {"client_id": "a", "client_secret": "s"}]})", "twice"},
    {R"({"clients": [{"client_id": "a", "client_secret": "s", "expires_in": 0}]})", "expires_in"},
};

Settings settings_with(std::vector<std::string> redirect_uris) {
    Settings settings;
    settings.base_url = "http://127.0.0.1:4280";
    settings.clients.push_back(make_client("app", SecretString("s"), {.redirect_uris = std::move(redirect_uris)}));
    return settings;
}

}  // namespace

Test(sandbox_client, product_decides_what_is_not_said) {
    const Client manage = make_client("a", SecretString("s"), {.product = Product::kManage});
    cr_assert_eq(manage.rotation, Rotation::kReusable);
    cr_assert_eq(manage.expires_in.count(), 2592000);
    const Client platform = make_client("a", SecretString("s"), {.product = Product::kPlatform});
    cr_assert_eq(platform.rotation, Rotation::kSingleUse);
    cr_assert_eq(platform.expires_in.count(), 86400);
}

Test(sandbox_client, file_overrides_the_defaults_one_by_one) {
    const auto clients = read_clients(R"({"clients": [ // both products at once
        {"client_id": "m", "client_secret": "s1"},
        {"client_id": "p", "client_secret": "s2", "product": "platform", "scope": "read", "client_auth": "basic",
         "redirect_uris": ["http://127.0.0.1:1/x"], "expires_in": 20}]})",
                                      {.redirect_uris = {"http://127.0.0.1:5678/callback"}, .scope = "all"});
    cr_assert(clients.has_value(), "%s", clients ? "" : clients.error().message.c_str());
    const Client& manage = (*clients)[0];
    cr_assert(manage.redirect_uris[0] == "http://127.0.0.1:5678/callback");
    cr_assert_eq(manage.rotation, Rotation::kReusable);
    const Client& platform = (*clients)[1];
    cr_assert(platform.secret.equals("s2"));
    cr_assert_eq(platform.rotation, Rotation::kSingleUse);
    cr_assert_eq(platform.auth, ClientAuth::kBasic);
    cr_assert(platform.scope == "read");
    cr_assert_eq(platform.expires_in.count(), 20);
}

Test(sandbox_client, bad_file_says_what_and_where) {
    for (const Bad& row : kBad) {
        const auto clients = read_clients(row.json, {});
        cr_assert(!clients.has_value(), "%s was taken", row.json);
        const std::string& message = clients.error().message;
        cr_assert_neq(message.find(row.told), std::string::npos, "%s: %s", row.json, message.c_str());
        cr_assert_neq(message.find("line 1, column"), std::string::npos, "%s", message.c_str());
    }
}

Test(sandbox_client, scope_is_a_set_of_words) {
    cr_assert(is_scope_within("read", "read write"));
    cr_assert(is_scope_within("write  read", "read write"));
    cr_assert(!is_scope_within("", "read write"));
    cr_assert(!is_scope_within("rea", "read write"));
    cr_assert(!is_scope_within("read delete", "read write"));
}

Test(sandbox_settings, redirect_uris_match_exactly) {
    Settings settings = settings_with({"http://127.0.0.1:5678/callback"});
    const Client& app = settings.clients.front();
    cr_assert(settings.may_redirect(app, "http://127.0.0.1:5678/callback"));
    cr_assert(settings.may_redirect(app, "http://127.0.0.1:4280/oauth/approval"));
    for (const char* other :
         {"http://127.0.0.1:5679/callback", "http://127.0.0.1:5678/callback/", "", "http://127.0.0.1:5678",
          "http://localhost:5678/callback", "http://127.0.0.1:5678/callback?x=1"}) {
        cr_assert(!settings.may_redirect(app, other), "%s", other);
    }
    settings.any_loopback_redirect = true;
    cr_assert(settings.may_redirect(app, "http://127.0.0.1:9/x"));
    cr_assert(!settings.may_redirect(app, "http://evil.example/x"));
    cr_assert(!settings.may_redirect(app, "http://127.0.0.1@evil.example/x"));
}
