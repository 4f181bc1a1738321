// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/browser_page.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "base/text/encoding.h"
#include "expect.h"

using agent::BrowserPage;
using Kind = BrowserPage::Kind;

namespace {

BrowserPage made_page(Kind kind, std::string account = "smith-law", std::string reason = "") {
    return {.kind = kind, .account = std::move(account), .user = {}, .reason = std::move(reason)};
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t from = text.find(begin) + begin.size();
    return std::string(text.substr(from, text.find(end, from) - from));
}

}  // namespace

Test(browser_page, says_what_happened) {
    EXPECT_CONTAINS(render_browser_page(made_page(Kind::kSignedIn)), "<h1 class=\"good\">Signed in</h1>");
    EXPECT_CONTAINS(render_browser_page(made_page(Kind::kSignedIn)), "<strong>smith-law</strong>");
    EXPECT_CONTAINS(render_browser_page(made_page(Kind::kDeclined)), "Access was declined");
    EXPECT_CONTAINS(render_browser_page(made_page(Kind::kFailed, "smith-law", "Clio said no.")),
                    "<p>Clio said no.</p>");
    EXPECT_CONTAINS(render_browser_page(made_page(Kind::kNotExpected, "")), "No login is waiting");
}

Test(browser_page, looks_again_by_itself_while_nobody_knows_the_end) {
    const std::string answer = browser_answer(made_page(Kind::kNotYet, "smith-law", "the disk is full"));
    cr_expect(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_CONTAINS(answer, "\r\nRefresh: 3\r\n");
    EXPECT_CONTAINS(answer, "<p>the disk is full</p>");
    cr_expect(browser_answer(made_page(Kind::kFailed)).find("Refresh") == std::string::npos);
}

Test(browser_page, names_who_signed_in) {
    BrowserPage signed_in = made_page(Kind::kSignedIn);
    signed_in.user = "Jane <Doe>";
    EXPECT_CONTAINS(render_browser_page(signed_in), "as <strong>Jane &lt;Doe&gt;</strong>");
}

Test(browser_page, says_one_thing_of_a_login_that_was_declined) {
    const std::string html = render_browser_page(made_page(Kind::kDeclined, "smith-law", "the person declined"));
    cr_expect(html.find("the person declined") == std::string::npos);
}

Test(browser_page, leads_on_to_clio) {
    BrowserPage on = made_page(Kind::kGoTo);
    on.location = "https://app.clio.com/oauth/authorize?state=s";
    const std::string answer = browser_answer(on);
    cr_expect(answer.starts_with("HTTP/1.1 303 See Other\r\n"));
    EXPECT_CONTAINS(answer, "\r\nLocation: https://app.clio.com/oauth/authorize?state=s\r\n");
    EXPECT_CONTAINS(answer, "\r\nReferrer-Policy: no-referrer\r\n");
}

Test(browser_page, escapes_what_comes_from_outside) {
    const std::string html = render_browser_page(made_page(Kind::kFailed, "<b>&'\"", "<script>alert(1)</script>"));
    EXPECT_CONTAINS(html, "&lt;b&gt;&amp;&#39;&quot;");
    EXPECT_CONTAINS(html, "&lt;script&gt;alert(1)&lt;/script&gt;");
    cr_expect(html.find("<script") == std::string::npos);
}

Test(browser_page, loads_nothing) {
    for (const Kind kind : {Kind::kSignedIn, Kind::kDeclined, Kind::kFailed, Kind::kNotExpected}) {
        const std::string html = render_browser_page(made_page(kind));
        for (const char* const loading : {"http:", "https:", "src=", "href=", "url(", "@import", "<script"}) {
            cr_expect(html.find(loading) == std::string::npos, "%s", loading);
        }
    }
}

Test(browser_page, comes_with_strict_headers) {
    const std::string answer = browser_answer(made_page(Kind::kSignedIn));
    cr_expect(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    for (const char* const header :
         {"Content-Type: text/html; charset=utf-8", "Connection: close", "Cache-Control: no-store",
          "Content-Security-Policy: default-src 'none'; style-src 'sha256-", "frame-ancestors 'none'",
          "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY"}) {
        EXPECT_CONTAINS(answer, header);
    }
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    EXPECT_CONTAINS(answer, "Content-Length: " + std::to_string(body.size()) + "\r\n");
}

Test(browser_page, allows_exactly_its_own_style) {
    const std::string answer = browser_answer(made_page(Kind::kSignedIn));
    const std::string style = between(answer, "<style>", "</style>");
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(style.data()), style.size());
    EXPECT_TEXT(between(answer, "'sha256-", "'"),
                agent::base64({reinterpret_cast<const char*>(digest.data()), digest.size()}).reveal());
}

Test(browser_page, tells_the_outcome_as_a_status_too) {
    constexpr std::pair<Kind, const char*> kStatuses[] = {
        {Kind::kDeclined, "200 OK"}, {Kind::kFailed, "400 Bad Request"}, {Kind::kNotExpected, "404 Not Found"}};
    for (const auto& [kind, status] : kStatuses) EXPECT_CONTAINS(browser_answer(made_page(kind)), status);
    EXPECT_CONTAINS(agent::browser_refusal(405), "405 Method Not Allowed\r\nAllow: GET\r\n");
    EXPECT_CONTAINS(agent::browser_refusal(421), "421 Misdirected Request\r\n");
    EXPECT_CONTAINS(agent::browser_refusal(431), "431 Request Header Fields Too Large\r\n");
}
