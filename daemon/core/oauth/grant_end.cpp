// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/grant_end.h"

#include "base/json/json.h"

namespace agent {

namespace {

/// A captive portal says 200, too, and sends its page. RFC 7009 section 2.2 leaves the body open; authorization servers
/// send none, a blank, or JSON.
bool is_a_page(const HttpResponse& response) {
    const std::string_view body = response.body.reveal();
    return body.find_first_not_of(" \t\r\n") != std::string_view::npos && !Json::parse(body);
}

}  // namespace

Result<GrantEnd> read_deauthorize_response(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    if (!outcome) return fail(Error::Code::kTemporarilyUnavailable, outcome.error().message);
    const int status = outcome->status;
    if (status >= 200 && status < 300 && !is_a_page(*outcome)) return GrantEnd::kEnded;
    if (status == 400 || status == 401) {
        const auto json = Json::parse(outcome->body.reveal());
        const auto error = json ? json->find_string("error").value_or("") : "";
        // RFC 6750 section 3.1, RFC 6749 section 5.2
        if (error == "invalid_token" || error == "invalid_grant") return GrantEnd::kTokenNotGood;
    }
    return tl::unexpected(
        Error{.code = Error::Code::kTemporarilyUnavailable,
              .message = "HTTP " + std::to_string(status),
              .retry_after = std::chrono::ceil<std::chrono::seconds>(outcome->retry_after.value_or(Duration::zero()))});
}

}  // namespace agent
