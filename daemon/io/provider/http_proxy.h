// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// A proxy to the servers' HTTPS ports, by CONNECT (RFC 9110 section 9.3.6): it sees where to, and never what. Plain
/// HTTP, which is for loopback addresses, does not go through it.
struct HttpProxy {
    std::string url;           // "http://host:port", without credentials; empty for none
    SecretString credentials;  // "user:password"; may be empty
    std::string exempt;        // hosts that are reached without it, in the notation of NO_PROXY

    [[nodiscard]] HttpProxy clone() const { return {url, credentials.clone(), exempt}; }
};

/// Fails with kBadRequest for anything but http://HOST:PORT.
[[nodiscard]] Result<void> check_proxy_url(std::string_view url);

/// The variable of the environment that names a proxy for HTTPS, as libcurl-env(3) has them; null if none is set.
[[nodiscard]] const char* proxy_variable() noexcept;

/// The proxy that the environment names, none if it names none. Fails with kBadRequest and the name of the variable,
/// never its value, which may have a password in it.
[[nodiscard]] Result<HttpProxy> proxy_of_environment();

}  // namespace agent
