// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/redirect_request.h"

#include <algorithm>
#include <array>

#include "base/text/ascii.h"

namespace agent {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// Removes and returns the part of `text` before `separator`; all of it if there is no separator.
std::string_view cut(std::string_view& text, std::string_view separator) noexcept {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
    return part;
}

/// RFC 9112 section 3.2: a request needs exactly one Host.
std::optional<std::string_view> only_host(std::string_view header_lines) noexcept {
    std::optional<std::string_view> host;
    while (!header_lines.empty()) {
        std::string_view value = cut(header_lines, kLineEnd);
        const std::string_view name = cut(value, ":");
        if (!equal_ignoring_case(name, "host")) continue;
        if (host) return std::nullopt;
        host = trimmed(value);
    }
    return host;
}

/// Browsers mark by one of these what no person has asked for yet: loading a page before it is visited, or for a small
/// picture of it.
bool only_prepares(std::string_view header_lines) {
    constexpr std::array<std::string_view, 4> kMarks{"sec-purpose", "purpose", "x-purpose", "x-moz"};
    while (!header_lines.empty()) {
        std::string_view value = cut(header_lines, kLineEnd);
        const std::string_view name = cut(value, ":");
        const bool is_mark = std::any_of(kMarks.begin(), kMarks.end(),
                                         [&](std::string_view mark) { return equal_ignoring_case(name, mark); });
        const std::string_view purpose = trimmed(cut(value, ";"));
        if (is_mark && (equal_ignoring_case(purpose, "prefetch") || equal_ignoring_case(purpose, "prerender") ||
                        equal_ignoring_case(purpose, "preview")))
            return true;
    }
    return false;
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

RedirectRequest read_redirect_request(std::string_view head, const Url& redirect_uri) {
    std::string_view lines = head;
    std::string_view request_line = cut(lines, kLineEnd);
    const std::string_view method = cut(request_line, " ");
    std::string_view target = cut(request_line, " ");
    const std::string_view version = request_line;
    if (!target.starts_with('/') || (version != "HTTP/1.1" && version != "HTTP/1.0")) return 400;

    const auto host = only_host(lines);
    if (!host) return 400;
    if (!names(*host, redirect_uri)) return 421;
    const std::string_view path = cut(target, "?");
    const bool is_redirect = path == redirect_uri.path;
    if (!is_redirect && path != RedirectListener::kStartPath) return 404;
    if (method != "GET") return 405;
    if (only_prepares(lines)) return 503;
    return BrowserVisit{.kind = is_redirect ? BrowserVisit::Kind::kRedirect : BrowserVisit::Kind::kStart,
                        .query = std::string(target)};
}

}  // namespace agent
