// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace agent {

/// What a login's page asks Clio for, by its address.
struct LoginPage {
    std::string host;          // of Clio: it tells the region
    std::string client_id;     // the App Key
    std::string redirect_uri;  // decoded

    [[nodiscard]] static LoginPage of(std::string_view authorization_url);
    /// Whether the browser comes back to this machine. Otherwise it ends on a page that shows a code.
    [[nodiscard]] bool comes_back() const;
};

/// What to compare when the browser shows an error and never comes back.
[[nodiscard]] std::string what_to_compare(const LoginPage& page);

/// How to use a browser on another machine: by --paste, or by forwarding the port. `variable` is getenv(3).
[[nodiscard]] std::string elsewhere(const LoginPage& page, std::string_view account,
                                    const std::function<const char*(const char*)>& variable);

}  // namespace agent
