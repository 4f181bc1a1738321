// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include <sodium.h>

#include <array>

#include "base/text/encoding.h"

namespace agent::sandbox {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2733; --paper: #fff; --ground: #eef1f4; --line: #cfd6dd; --blue: #0a5fd0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --paper: #1b232c; --ground: #11171d; --line: #3a4653; --blue: #6aa8ff; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
main { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 2rem; margin: 1rem;
  max-width: 26rem; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; }
.note { font-size: .85rem; border-left: 3px solid var(--blue); padding-left: .75rem; margin: 0 0 1.5rem; }
label { display: block; padding: .25rem 0; }
code { overflow-wrap: anywhere; }
#code { display: block; font-size: 1.15rem; padding: .75rem; border: 1px dashed var(--line); border-radius: 8px; }
.buttons { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1; font: inherit; padding: .6rem; border-radius: 8px; border: 1px solid var(--blue); cursor: pointer;
  background: transparent; color: var(--blue); }
#allow { background: var(--blue); color: var(--paper); }
)";

std::string style_hash() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size());
    return std::string(base64({reinterpret_cast<const char*>(digest.data()), digest.size()}).reveal());
}

/// `form_targets` is where its form may lead, redirects included: Chromium checks those as well.
Reply page(int status, std::string_view title, const std::string& body, const std::string& form_targets) {
    Reply reply = page_reply(
        status,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width\">\n<title>" +
            html_escape(title) + "</title>\n<style>" + std::string(kStyle) + "</style>\n<main>\n<h1>" +
            html_escape(title) +
            "</h1>\n<p class=\"note\">This is clio-sandbox, for rehearsals on this machine. It is not Clio, and "
            "nothing here opens a real account.</p>\n" +
            body + "</main>\n</html>\n");
    reply.set_header("Content-Security-Policy", "default-src 'none'; style-src 'sha256-" + style_hash() +
                                                    "'; base-uri 'none'; frame-ancestors 'none'; form-action " +
                                                    form_targets);
    return reply;
}

std::string origin_of(std::string_view uri) {
    const std::size_t host = uri.find("://");
    return std::string(uri.substr(0, host == std::string_view::npos ? 0 : uri.find_first_of("/?", host + 3)));
}

std::string user_choice(const std::vector<User>& users) {
    std::string html;
    for (const User& user : users) {
        const std::string id = std::to_string(user.id);
        html += "<label><input type=\"radio\" name=\"user\" value=\"" + id + '"' +
                (&user == &users.front() ? " checked> " : "> ") + html_escape(user.name) + " (" +
                html_escape(user.email) + ")</label>\n";
    }
    return html;
}

}  // namespace

Reply consent_page(const Settings& settings, const AuthorizationRequest& request, std::string_view consent_id) {
    const std::string client = html_escape(request.client_id);
    std::string body =
        "<p>The application <strong>" + client + "</strong> asks for access to the Clio account of:</p>\n";
    body += "<form method=\"post\" action=\"/oauth/authorize\">\n<input type=\"hidden\" name=\"consent\" value=\"" +
            html_escape(consent_id) + "\">\n" + user_choice(settings.users);
    if (!request.scope.empty()) body += "<p>It asks for: <code>" + html_escape(request.scope) + "</code></p>\n";
    body += "<p>You will be sent to <code>" + html_escape(request.redirect_uri) + "</code>.</p>\n";
    body +=
        "<div class=\"buttons\">\n<button id=\"allow\" name=\"decision\" value=\"allow\">Allow access</button>\n"
        "<button id=\"decline\" name=\"decision\" value=\"decline\">Decline</button>\n</div>\n</form>\n";
    return page(200, "Allow access?", body, "'self' " + origin_of(request.redirect_uri));
}

Reply approval_page(std::string_view code) {
    return page(200, "Access allowed",
                "<p>Copy this code to the program that asked for it. It works once, within 10 minutes.</p>\n"
                "<code id=\"code\">" +
                    html_escape(code) + "</code>\n",
                "'none'");
}

Reply declined_page() {
    return page(200, "Access declined", "<p>The application was given nothing. You can close this window.</p>\n",
                "'none'");
}

Reply refused_page(int status, std::string_view reason) {
    return page(status, "This request cannot be granted", "<p>" + html_escape(reason) + "</p>\n", "'none'");
}

}  // namespace agent::sandbox
