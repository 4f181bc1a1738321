// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/text/url.h"

namespace agent {

/// What the user's browser shows at the end of a login. Contains no token and nothing from the query.
struct BrowserPage {
    enum class Kind { kSignedIn, kDeclined, kFailed, kNotExpected };

    Kind kind = Kind::kFailed;
    std::string account;  // empty for kNotExpected
    std::string reason;   // one sentence for the user; the renderer escapes it
};

/// An open listener. Destroying it closes the port and answers pending pages with kNotExpected.
class RedirectListening {
  public:
    virtual ~RedirectListening() = default;
};

/// Receives the authorization response on a loopback redirect URI (RFC 8252 section 7.3).
class RedirectListener {
  public:
    /// Answers the browser; call it once, at any later time.
    using Respond = std::function<void(BrowserPage)>;
    /// `query` is the whole query of a GET for exactly the path of the redirect URI. Requests with another path, method
    /// or Host are refused without a call.
    using OnRedirect = std::function<void(std::string query, Respond respond)>;

    virtual ~RedirectListener() = default;

    /// Listens on host and port of `redirect_uri`, which must be http on a loopback address. Fails with kConflict if
    /// the port is taken, naming port and address; calls `on_redirect` only after it returns.
    [[nodiscard]] virtual Result<std::unique_ptr<RedirectListening>> listen(const Url& redirect_uri,
                                                                            OnRedirect on_redirect) = 0;
};

}  // namespace agent
