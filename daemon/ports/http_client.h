// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "base/secret/secret.h"
#include "base/time.h"

namespace agent {

struct HttpRequest {
    enum class Method { kGet, kPost };

    Method method = Method::kGet;
    std::string url;
    /// The whole value of the Authorization header, "Bearer …" or "Basic …"; empty for none.
    SecretString authorization;
    /// Sent as application/x-www-form-urlencoded with kPost.
    SecretString form_body;
    /// How long the answer may take once the request was sent. Long where a second request would do harm.
    Duration patience = std::chrono::seconds(20);
};

struct HttpResponse {
    int status = 0;
    std::string content_type;  // as sent, empty when absent
    /// Seconds to wait from Retry-After or Retry-At, a date already converted to a duration; nullopt if absent or
    /// invalid.
    std::optional<Duration> retry_after;
    SecretString body;
    std::string location{};          // of a redirect, which is not followed; as sent
    std::optional<WallTime> date{};  // by the server's clock; nullopt if absent or invalid
};

/// Why there is no complete answer.
struct HttpFailure {
    enum class Kind {
        kResolve,
        kConnect,
        kTls,
        kUntrusted,  // its certificate is not from an authority that is trusted here
        kTimeout,
        kCut,
        kTooLarge
    };

    Kind kind = Kind::kConnect;
    /// True if the request may have reached the server, which may have acted on it. False only if it certainly did not.
    bool may_have_been_sent = true;
    std::string message;  // for a person: host, port and reason; never a header or a body
};

/// A request in progress. Destroying it cancels the request; its callback is then never called. The callback may
/// destroy it.
class HttpCall {
  public:
    virtual ~HttpCall() = default;
};

/// Talks to authorization servers and their APIs. Follows no redirect, sends no cookie, keeps no connection.
class HttpClient {
  public:
    using Done = std::function<void(tl::expected<HttpResponse, HttpFailure>)>;

    virtual ~HttpClient() = default;

    /// Sends `request` and calls `done` exactly once, after this returns. Every HTTP status is an answer, not a
    /// failure. Bodies over 256 KiB fail with kTooLarge; connecting may take 10 s, and
    /// then the answer as long as the request says. What has arrived in time counts, even if it is read later: after
    /// the process was stopped.
    [[nodiscard]] virtual std::unique_ptr<HttpCall> send(HttpRequest request, Done done) = 0;
};

}  // namespace agent
