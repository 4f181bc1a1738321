// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/redirect_request.h"

#include <algorithm>
#include <array>

#include "base/text/ascii.h"
#include "io/server/parser/request_parser.h"

namespace agent {

namespace {

/// Browsers mark by one of these what no person has asked for yet: loading a page before it is visited, or for a small
/// picture of it.
bool only_prepares(const RequestHead& head) {
    constexpr std::array<std::string_view, 4> kMarks{"sec-purpose", "purpose", "x-purpose", "x-moz"};
    return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
        const std::string_view value = head.field(mark).value_or("");
        const std::string_view purpose = trimmed(value.substr(0, value.find(';')));
        return equal_ignoring_case(purpose, "prefetch") || equal_ignoring_case(purpose, "prerender") ||
               equal_ignoring_case(purpose, "preview");
    });
}

bool names(std::string_view host, const Url& redirect_uri) {
    const bool is_v6 = redirect_uri.host.find(':') != std::string::npos;
    const std::string expected = is_v6 ? "[" + redirect_uri.host + "]" : redirect_uri.host;
    return equal_ignoring_case(host, expected + ":" + std::to_string(redirect_uri.port)) ||
           (redirect_uri.port == 80 && equal_ignoring_case(host, expected));
}

}  // namespace

std::optional<std::size_t> end_of_head(std::string_view text) noexcept {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t at = text.find(kEnd);
    if (at == std::string_view::npos) return std::nullopt;
    return at + kEnd.size();
}

RedirectRequest read_redirect_request(std::string_view text, const Url& redirect_uri) {
    RequestParser parser({.head_bytes = kLongestRedirectHead, .body_bytes = 0});
    if (parser.read(text).found != RequestParser::Found::kHead) return 400;
    const RequestHead head = parser.head(text);
    const auto host = head.field("host");
    if (!host || head.names_host) return 400;
    if (!names(*host, redirect_uri)) return 421;
    const bool is_redirect = head.path == redirect_uri.path;
    if (!is_redirect && head.path != RedirectListener::kStartPath) return 404;
    if (head.method != "GET") return 405;
    if (only_prepares(head)) return 503;
    return BrowserVisit{.kind = is_redirect ? BrowserVisit::Kind::kRedirect : BrowserVisit::Kind::kStart,
                        .query = std::string(head.query)};
}

}  // namespace agent
