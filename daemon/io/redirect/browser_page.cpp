// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/browser_page.h"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/text/encoding.h"

namespace agent {

namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ink:#1c2733;--paper:#fff;--ground:#eef1f4;--line:#cfd6dd;--good:#1a7f4b;"
    "--other:#b3541e}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--paper:#1b232c;--ground:#11171d;--line:#3a4653;"
    "--good:#58c98d;--other:#f0a06a}}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}"
    "main{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:2rem;margin:1rem;"
    "max-width:26rem}"
    "h1{font-size:1.35rem;margin:0 0 1rem;border-left:.3rem solid;padding-left:.75rem}"
    "p{margin:.75rem 0 0;overflow-wrap:anywhere}"
    ".good{border-color:var(--good)}.other{border-color:var(--other)}";

struct Words {
    std::string title;
    std::string text;  // HTML
};

Words words_for(const BrowserPage& page) {
    const std::string account =
        page.account.empty() ? "The account" : "<strong>" + html_escape(page.account) + "</strong>";
    const std::string user = page.user.empty() ? "" : " as <strong>" + html_escape(page.user) + "</strong>";
    switch (page.kind) {
        case BrowserPage::Kind::kGoTo:
            return {"Going on to Clio", "Clio asks whether the agent may use " + account + "."};
        case BrowserPage::Kind::kSignedIn:
            return {"Signed in", "The agent now keeps " + account + " signed in to Clio" + user +
                                     ". You can close this window and go back to the terminal."};
        case BrowserPage::Kind::kNotYet:
            return {"Not signed in yet", account + " is not signed in yet. This page looks again by itself."};
        case BrowserPage::Kind::kDeclined:
            return {"Declined",
                    "Access was declined, so " + account +
                        " was not signed in. You can close this window. To sign in after all, log in again."};
        case BrowserPage::Kind::kFailed:
            return {"Not signed in", account + " could not be signed in."};
        case BrowserPage::Kind::kNotExpected:
            break;
    }
    return {"Nothing to do here", page.reason.empty() ? "No login is waiting for this page. You can close this window."
                                                      : html_escape(page.reason)};
}

int status_for(BrowserPage::Kind kind) noexcept {
    switch (kind) {
        case BrowserPage::Kind::kGoTo:
            return 303;
        case BrowserPage::Kind::kSignedIn:
        case BrowserPage::Kind::kDeclined:
            return 200;
        case BrowserPage::Kind::kNotYet:
            return 503;
        case BrowserPage::Kind::kFailed:
            return 400;
        case BrowserPage::Kind::kNotExpected:
            break;
    }
    return 404;
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 303:
            return "See Other";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 421:
            return "Misdirected Request";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        default:
            return "Bad Request";
    }
}

/// CSP level 3: allows only the one inline style, by its hash.
const std::string& content_security_policy() {
    static const std::string policy = [] {
        std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
        ::crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size());
        const SecretString hash = base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
        return "default-src 'none'; style-src 'sha256-" + std::string(hash.reveal()) +
               "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }();
    return policy;
}

std::string answer(int status, const BrowserPage& page) {
    const std::string body = render_browser_page(page);
    std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
    text.append(reason_phrase(status)).append("\r\n");
    if (status == 405) text += "Allow: GET\r\n";
    if (page.kind == BrowserPage::Kind::kNotYet) text += "Refresh: 3\r\n";
    if (status == 303) text += "Location: " + page.location + "\r\n";
    text +=
        "Content-Type: text/html; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Security-Policy: " + content_security_policy() +
        "\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\r\n";
    return text + body;
}

}  // namespace

std::string render_browser_page(const BrowserPage& page) {
    const Words words = words_for(page);
    const bool is_good = page.kind == BrowserPage::Kind::kSignedIn;
    std::string html =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
        words.title + " – clio-agent</title>\n<style>";
    html.append(kStyle).append("</style>\n</head>\n<body>\n<main>\n<h1 class=\"");
    html.append(is_good ? "good" : "other").append("\">" + words.title + "</h1>\n<p>" + words.text + "</p>\n");
    const bool is_kind_with_reason = page.kind == BrowserPage::Kind::kFailed || page.kind == BrowserPage::Kind::kNotYet;
    const bool says_why = is_kind_with_reason && !page.reason.empty();
    if (says_why) html += "<p>" + html_escape(page.reason) + "</p>\n";
    return html + "</main>\n</body>\n</html>\n";
}

std::string browser_answer(const BrowserPage& page) {
    return answer(status_for(page.kind), page);
}

std::string browser_refusal(int status, const std::string& reason) {
    return answer(status, {.kind = BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = reason});
}

}  // namespace agent
