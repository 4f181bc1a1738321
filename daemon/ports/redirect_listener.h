// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text/url.h"

namespace agent {

/// What the user's browser is answered at the beginning or the end of a login. Contains no token and nothing from the
/// query.
struct BrowserPage {
    enum class Kind {
        kGoTo,  // Clio's page, at `location`
        kSignedIn,
        kNotYet,  // the browser asks again by itself
        kDeclined,
        kFailed,
        kNotExpected,
    };

    Kind kind = Kind::kFailed;
    std::string account;        // empty for kNotExpected
    std::string user;           // who signed in, as Clio says; may be empty
    std::string reason;         // one sentence for the user; the renderer escapes it
    std::string location = {};  // of kGoTo
};

/// A browser that has come to a listener.
struct BrowserVisit {
    enum class Kind : std::uint8_t {
        kStart,     // by a start link
        kRedirect,  // from Clio
        kOverTls,   // by https, so that nothing can be read or answered
    };

    Kind kind = Kind::kRedirect;
    std::uint32_t user = 0;  // the local user whose browser it is, according to the kernel
    std::string query;       // whole, as sent
};

/// An open listener. Destroying it closes the port and answers pending pages with kNotExpected.
class RedirectListening {
  public:
    virtual ~RedirectListening() = default;
};

/// Receives the authorization response on a loopback redirect URI (RFC 8252 section 7.3), and the browser before it
/// goes to Clio: the arguments of a browser, where every local user reads the link that it opens, then hold neither
/// `state` nor the challenge.
class RedirectListener {
  public:
    /// The path of start links. Each is told by its query.
    static constexpr std::string_view kStartPath = "/clio-agent/start";

    /// Whether a browser of this local user is expected. Others are turned away, and keep nobody out.
    using Expects = std::function<bool(std::uint32_t user)>;
    /// Answers the browser; call it once, at any later time.
    using Respond = std::function<void(BrowserPage)>;
    /// A GET for exactly the path of the redirect URI, or for kStartPath, by a user who is expected; or the beginning
    /// of TLS, which needs no answer. Requests with another path, method or Host are refused without a call, and so are
    /// those by which a browser only prepares a visit.
    using OnVisit = std::function<void(BrowserVisit visit, Respond respond)>;

    virtual ~RedirectListener() = default;

    /// Listens on host and port of `redirect_uri`, which must be http on a loopback address. Fails with kConflict if
    /// the port is taken, naming port and address; calls `expects` and `on_visit` only after it returns.
    [[nodiscard]] virtual Result<std::unique_ptr<RedirectListening>> listen(const Url& redirect_uri, Expects expects,
                                                                            OnVisit on_visit) = 0;
};

}  // namespace agent
