// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include <tl/expected.hpp>

#include "base/secret/secret.h"
#include "base/time.h"
#include "core/accounts/account_life.h"
#include "ports/http_client.h"

namespace agent {

/// A successful answer of a token endpoint (RFC 6749 section 5.1).
struct TokenAnswer {
    SecretString access_token;
    /// Empty if the server sent none: the old one then stays good (RFC 6749 section 6; Clio Manage).
    std::optional<SecretString> refresh_token;
    Duration expires_in{0};
    /// What was odd beside the access token and how it was taken, for the log: names of members, never a value. Empty
    /// when nothing was.
    std::string repaired{};
    /// When the request was sent, from which its lifetime counts; nothing stands for now.
    std::optional<BootTime> sent_at{};

    [[nodiscard]] TokenAnswer clone() const;
};

/// Any other outcome of a token request, as data.
struct TokenFailure {
    /// kTransient, kAnswerLost, kAppRefused, kUntrusted, kRequestRefused or kGrantDead.
    Happening kind = Happening::kTransient;
    /// The `error` of a parsed JSON error answer; empty for anything else.
    std::string error;
    /// "HTTP 400 invalid_grant: …": what came, for a person. Quotes at most 200 characters of the server's
    /// description, and never a body.
    std::string message;
    /// It says something about the server, and so holds for all accounts there: 429 and 5xx.
    bool about_server = false;
    std::optional<Duration> retry_after;
};

/// Clio's longest is 30 days; ten years is a mistake of units or a hostile answer.
inline constexpr std::chrono::seconds kLongestLifetime = std::chrono::hours(24 * 3650);

/// RFC 6749 appendix A.12: visible ASCII, since what else would do harm in a header; at most 16 KiB.
[[nodiscard]] bool is_usable_access_token(std::string_view token) noexcept;

/// Reads what came of a token request, which carried the secrets `sent` (secrets_in()): no text of the result has one.
///
/// A 2xx answer in which access_token can be read is a success, whatever stands beside it:
///
/// | member                        | taken as                                                             |
/// |-------------------------------|----------------------------------------------------------------------|
/// | access_token                  | decisive: visible ASCII, at most 16 KiB; of several the last         |
/// | refresh_token                 | as it is, any characters; a number by its digits; of several the last |
/// | ... null or missing           | the old one stays good                                               |
/// | ... empty or anything else    | the same, repaired                                                   |
/// | expires_in                    | seconds from 1 to ten years, cut to whole ones, also in a string     |
/// | ... missing or anything else  | an hour, repaired                                                    |
/// | token_type not bearer         | repaired; missing, null, empty and any case of "bearer" are ignored  |
/// | error                         | repaired; null and empty are ignored                                 |
/// | any other; text after the end | ignored, also when it is not well-formed; so is the content type     |
/// | no closing brace              | repaired when both tokens are there, else the answer is lost         |
///
/// What holds no readable access token is a lost answer, UTF-16 included: the agent does not guess at encodings. Only a
/// parsed JSON error object (RFC 6749 section 5.2) with a 4xx status condemns a grant, a request or an app; whatever
/// else goes wrong between here and the server does not.
[[nodiscard]] tl::expected<TokenAnswer, TokenFailure> read_token_response(
    const tl::expected<HttpResponse, HttpFailure>& outcome, std::span<const SecretString> sent);

}  // namespace agent
