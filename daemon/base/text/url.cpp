// SPDX-License-Identifier: Apache-2.0
#include "base/text/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text/ascii.h"
#include "base/text/encoding.h"
#include "base/text/number.h"

namespace agent {

namespace {

constexpr std::size_t kLongestUrl = 4096;  // servers and proxies refuse longer ones anyway
constexpr std::size_t kLongestHost = 253;  // RFC 1035 section 2.3.4, without the final dot

bool is_alphanumeric(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 3986 section 2, except "#", which begins a fragment.
bool is_url_character(char c) noexcept {
    return is_alphanumeric(c) || std::string_view("-._~:/?[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
    return result;
}

tl::unexpected<Error> refuse(std::string message) {
    return fail(Error::Code::kBadRequest, "URL: " + std::move(message));
}

/// Splits "host", "host:port", "[v6]" or "[v6]:port" and sets host and port of `url`.
Result<void> parse_authority(std::string_view authority, Url& url) {
    std::string_view host;
    std::string_view after;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return refuse("the address in brackets does not end");
        host = authority.substr(1, end - 1);
        after = authority.substr(end + 1);
        in6_addr address{};
        if (::inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) {
            return refuse("not an IPv6 address between the brackets");
        }
    } else {
        host = authority.substr(0, authority.find(':'));
        after = authority.substr(host.size());
        if (host.empty()) return refuse("no host");
        const auto is_host_character = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
        if (host.size() > kLongestHost || !std::all_of(host.begin(), host.end(), is_host_character)) {
            return refuse("not a host name or address");
        }
    }
    url.host = lower(host);
    if (after.empty()) return {};

    const auto port = whole_number<int>(after.substr(1));
    if (after[0] != ':' || !port || *port < 1 || *port > 65535) {
        return refuse("the port must be a number from 1 to 65535");
    }
    url.port = *port;
    url.has_port = true;
    return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    if (text.size() > kLongestUrl) return refuse("longer than 4096 characters");
    if (text.find('#') != std::string_view::npos) return refuse("must not have a fragment");
    if (!std::all_of(text.begin(), text.end(), is_url_character)) {
        return refuse("white space or a character that must be percent-encoded");
    }
    if (!percent_decode(text, /*plus_is_space=*/false)) return refuse("invalid percent-encoding");

    Url url;
    const std::size_t scheme_end = text.find("://");
    url.scheme = lower(text.substr(0, std::min(scheme_end, text.size())));
    if (scheme_end == std::string_view::npos || (url.scheme != "http" && url.scheme != "https")) {
        return refuse("must begin with https:// or http://");
    }
    url.port = url.scheme == "https" ? 443 : 80;

    std::string_view rest = text.substr(scheme_end + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    rest.remove_prefix(authority.size());
    if (authority.find('@') != std::string_view::npos) return refuse("must not have user information");
    AGENT_CHECK(parse_authority(authority, url));

    const std::size_t question = std::min(rest.find('?'), rest.size());
    url.path = question == 0 ? "/" : rest.substr(0, question);
    if (question < rest.size()) url.query = rest.substr(question + 1);
    return url;
}

bool Url::is_loopback() const noexcept {
    if (host == "localhost") return true;
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && std::memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

}  // namespace agent
