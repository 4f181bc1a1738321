// SPDX-License-Identifier: Apache-2.0
#include "io/provider/http_proxy.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/text/ascii.h"
#include "base/text/encoding.h"
#include "base/text/url.h"

namespace agent {

namespace {

constexpr std::array kProxyVariables{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
constexpr std::array kExemptVariables{"no_proxy", "NO_PROXY"};

/// The first that has a value; null if none has.
const char* first_set(std::span<const char* const> names) noexcept {
    for (const char* const name : names) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return name;
    }
    return nullptr;
}

/// "user:password", as RFC 7617 section 2 has it, of what stands before the "@" of a URL.
std::optional<SecretString> credentials_in(std::string_view user_information) {
    auto decoded = percent_decode(user_information, /*plus_is_space=*/false);
    if (!decoded || decoded->reveal().find(':') != std::string_view::npos) return decoded;
    SecretBuffer user;
    user.append(decoded->reveal());
    user.append(":");
    return user.take();
}

}  // namespace

Result<void> check_proxy_url(std::string_view text) {
    const auto url = Url::parse(text);
    if (!url || url->scheme != "http" || !url->has_port || url->path != "/" || !url->query.empty())
        return fail(Error::Code::kBadRequest, "expected http://HOST:PORT");
    return {};
}

const char* proxy_variable() noexcept {
    return first_set(kProxyVariables);
}

Result<HttpProxy> proxy_of_environment() {
    constexpr std::string_view kHttp = "http://";
    const char* const variable = proxy_variable();
    if (variable == nullptr) return HttpProxy{};
    const auto refuse = [&](std::string_view why) {
        return fail(Error::Code::kBadRequest, std::string(variable) + " in the environment: " + std::string(why));
    };
    std::string_view rest = std::getenv(variable);
    const std::size_t scheme = rest.find("://");
    if (scheme != std::string_view::npos) {
        if (!equal_ignoring_case(rest.substr(0, scheme + 3), kHttp))
            return refuse("only http:// proxies are supported; with \"proxy\" in cliod.json(5) name another");
        rest.remove_prefix(kHttp.size());
    }

    HttpProxy proxy;
    // Passwords may have any character in them, also one that a URL must not have unencoded.
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        auto credentials = credentials_in(rest.substr(0, at));
        if (!credentials) return refuse("a \"%\" in user or password must be written as %25");
        proxy.credentials = *std::move(credentials);
        rest.remove_prefix(at + 1);
    }
    proxy.url = std::string(kHttp).append(rest);
    if (!check_proxy_url(proxy.url)) return refuse("expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT");
    if (const char* const exempt = first_set(kExemptVariables)) proxy.exempt = std::getenv(exempt);
    return proxy;
}

}  // namespace agent
