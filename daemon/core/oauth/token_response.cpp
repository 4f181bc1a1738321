// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/token_response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/json/json.h"
#include "base/text/ascii.h"
#include "core/oauth/server_text.h"

namespace agent {

namespace {

using namespace std::chrono_literals;

// RFC 6749 section 5.1 only recommends expires_in. A server that leaves it out must not cost a rotated refresh token.
constexpr Duration kAssumedLifetime = 1h;
// Clio's longest is 30 days; ten years is a mistake of units or a hostile answer.
constexpr std::chrono::seconds kLongestLifetime = std::chrono::hours(24 * 3650);
constexpr std::size_t kLongestToken = std::size_t{16} * 1024;

TokenFailure failure(Happening kind, std::string message, std::optional<Duration> retry_after = {}) {
    return {.kind = kind, .error = {}, .message = std::move(message), .retry_after = retry_after};
}

/// The server said 200, so it may have acted; what it said cannot be used.
tl::unexpected<TokenFailure> unusable(const HttpResponse& response, std::string_view why) {
    return tl::unexpected(
        failure(Happening::kAnswerLost, "HTTP " + std::to_string(response.status) + ", but " + std::string(why)));
}

bool is_json(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return equal_ignoring_case(trimmed(type), "application/json");
}

/// RFC 6749 appendix A.12 and A.17: what else would do harm in a header or a form.
bool is_visible_ascii(std::string_view token) {
    return !token.empty() && token.size() <= kLongestToken &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// A number, or a string of digits: both were seen.
std::optional<double> lifetime_seconds(const Json& value) {
    if (const auto number = value.number()) return number;
    const auto text = value.string();
    if (!text) return std::nullopt;
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return static_cast<double>(parsed);
}

tl::expected<TokenAnswer, TokenFailure> read_success(const HttpResponse& response, const Json& json) {
    if (json.find("error") != nullptr) {
        return tl::unexpected(failure(Happening::kTransient,
                                      "HTTP 200 with an error in it: " +
                                          quoted_server_text(json.find_string("error").value_or("(not a string)"))));
    }
    const auto access_token = json.find_string("access_token");
    if (!access_token || !is_visible_ascii(*access_token)) return unusable(response, "no usable access_token");

    if (const Json* type = json.find("token_type");
        type != nullptr && !equal_ignoring_case(type->string().value_or(""), "bearer"))  // RFC 6749 section 5.1
        return unusable(response, "token_type is not bearer");

    TokenAnswer answer{
        .access_token = SecretString(*access_token), .refresh_token = {}, .expires_in = kAssumedLifetime};
    if (const Json* expires_in = json.find("expires_in"); expires_in != nullptr) {
        const auto seconds = lifetime_seconds(*expires_in);
        if (!seconds || !(*seconds >= 1.0) || *seconds > static_cast<double>(kLongestLifetime.count()))
            return unusable(response, "expires_in is not a number of seconds from 1 to ten years");
        answer.expires_in = std::chrono::seconds(std::llround(*seconds));
    }
    if (const Json* refresh_token = json.find("refresh_token"); refresh_token != nullptr && !refresh_token->is_null()) {
        const auto text = refresh_token->string();
        if (!text || !is_visible_ascii(*text)) return unusable(response, "refresh_token is not usable");
        answer.refresh_token = SecretString(*text);
    }
    return answer;
}

Happening kind_of(std::string_view error) {
    if (error == "invalid_grant") return Happening::kGrantDead;
    // RFC 6749 section 5.2: all of these are about the client or how it asks, and stay until the app is corrected.
    constexpr std::array<std::string_view, 5> about_the_client = {
        "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_request"};
    const bool found = std::find(about_the_client.begin(), about_the_client.end(), error) != about_the_client.end();
    return found ? Happening::kAppRefused : Happening::kTransient;
}

TokenFailure read_error(const HttpResponse& response) {
    const std::string status = "HTTP " + std::to_string(response.status);
    const bool client_error = response.status >= 400 && response.status < 500 && response.status != 429;
    if (client_error && is_json(response.content_type)) {
        const auto json = Json::parse(response.body.reveal());
        if (const auto error = json ? json->find_string("error") : std::nullopt) {
            std::string message = status + " " + quoted_server_text(*error);
            if (const auto description = json->find_string("error_description"))
                message += ": " + quoted_server_text(*description);
            return {.kind = kind_of(*error),
                    .error = quoted_server_text(*error),
                    .message = std::move(message),
                    .retry_after = response.retry_after};
        }
    }
    // A server that fails may have acted before it did, and a gateway that waited in vain cannot know (RFC 9110 section
    // 15.6); only 503 says that the request was not handled. Any other 2xx than 200 says that it did something.
    const bool server_failed = response.status >= 500 && response.status != 503;
    const bool may_have_acted = server_failed || response.status / 100 == 2;
    std::string message = status;
    if (!response.content_type.empty()) message += " (" + quoted_server_text(response.content_type) + ")";
    return failure(may_have_acted ? Happening::kAnswerLost : Happening::kTransient, std::move(message),
                   response.retry_after);
}

}  // namespace

tl::expected<TokenAnswer, TokenFailure> read_token_response(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    if (!outcome) {
        const HttpFailure& why = outcome.error();
        return tl::unexpected(
            failure(why.may_have_been_sent ? Happening::kAnswerLost : Happening::kTransient, why.message));
    }
    const HttpResponse& response = *outcome;
    if (response.status != 200) return tl::unexpected(read_error(response));
    if (!is_json(response.content_type)) {
        const std::string type = response.content_type.empty() ? "none" : quoted_server_text(response.content_type);
        return unusable(response, "its content type is " + type + ", not application/json");
    }
    const auto json = Json::parse(response.body.reveal());
    if (!json || !json->is_object()) return unusable(response, "the body is no JSON object");
    return read_success(response, *json);
}

}  // namespace agent
