// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace agent {

/// The parts of an absolute http or https URL (RFC 3986), enough to check and compare endpoints.
struct Url {
    std::string scheme;  // "http" or "https"
    std::string host;    // lower-case; an IPv6 address without brackets
    int port = 0;        // 80 or 443 if the text has none
    bool has_port = false;
    std::string path;   // "/" at least
    std::string query;  // without "?"

    /// Fails with kBadRequest for anything else: other schemes, user information, fragment, white space, empty host.
    [[nodiscard]] static Result<Url> parse(std::string_view text);
    /// 127.0.0.0/8, ::1 or "localhost".
    [[nodiscard]] bool is_loopback() const noexcept;
};

}  // namespace agent
