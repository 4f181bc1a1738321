// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/token_response.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/json/json.h"
#include "base/text/ascii.h"
#include "core/oauth/loose_object.h"
#include "core/oauth/server_text.h"

namespace agent {

namespace {

using namespace std::chrono_literals;

// Where the lifetime cannot be read, a cautious one: too short costs a refresh, too long costs a caller a refusal.
constexpr Duration kAssumedLifetime = 1h;
constexpr std::size_t kLongestAccessToken = std::size_t{16} * 1024;

TokenFailure failure(Happening kind, std::string message) {
    return {.kind = kind, .error = {}, .message = std::move(message), .retry_after = {}};
}

bool is_json(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return equal_ignoring_case(trimmed(type), "application/json");
}

/// "HTTP 200", with the content type where that explains what came.
std::string status_of(const HttpResponse& response, std::span<const SecretString> sent) {
    std::string status = "HTTP " + std::to_string(response.status);
    if (!response.content_type.empty() && !is_json(response.content_type))
        status += " (" + quoted_server_text(response.content_type, sent) + ")";
    return status;
}

/// The server said 2xx, so it may have acted; what it said cannot be used.
tl::unexpected<TokenFailure> unusable(const HttpResponse& response, std::span<const SecretString> sent,
                                      std::string_view why) {
    return tl::unexpected(failure(Happening::kAnswerLost, status_of(response, sent) + ", but " + std::string(why)));
}

/// RFC 8259 section 8.1 wants UTF-8. The agent does not read UTF-16, but says what it is.
bool is_utf16(std::string_view body) {
    return body.starts_with("\xff\xfe") || body.starts_with("\xfe\xff") ||
           (body.size() >= 2 && (body[0] == '\0') != (body[1] == '\0'));
}

/// Reads a token answer, member by member. What is wrong beside a readable access token is repaired, and noted in
/// `repaired` without any value: an answer that is thrown away takes a rotated refresh token with it.
class TokenReader {
  public:
    explicit TokenReader(std::span<const SecretString> sent) : sent_(sent) {}

    void take(const LooseObject::Member& member) {
        const auto name = loose_string(member.name);
        if (!name) return;
        if (name->equals("access_token")) take_access_token(member.value);
        if (name->equals("refresh_token")) take_refresh_token(member.value);
        if (name->equals("expires_in")) take_lifetime(member.value);
        if (name->equals("token_type")) take_type(member.value);
        if (name->equals("error")) take_error(member.value);
    }

    void repair(std::string_view what) {
        if (repaired_.find(what) != std::string::npos) return;
        if (!repaired_.empty()) repaired_ += "; ";
        repaired_ += what;
    }

    [[nodiscard]] bool has_access_token() const noexcept { return access_token_.has_value(); }
    [[nodiscard]] bool has_refresh_token() const noexcept { return refresh_token_.has_value(); }
    /// What the answer's own `error` says, for a person; empty when there is none.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

    TokenAnswer answer() {
        if (!error_.empty()) repair("there is an error beside the tokens");
        if (!lifetime_)
            repair(has_lifetime_ ? "expires_in is not usable: an hour is assumed"
                                 : "expires_in is missing: an hour is assumed");
        return {.access_token = *std::move(access_token_),
                .refresh_token = std::move(refresh_token_),
                .expires_in = lifetime_.value_or(kAssumedLifetime),
                .repaired = std::move(repaired_)};
    }

  private:
    void take_access_token(std::string_view value) {
        auto token = loose_string(value);
        if (!token || !is_usable_access_token(token->reveal())) return;
        if (access_token_ && !access_token_->equals(token->reveal()))
            repair("access_token is there more than once: the last one counts");
        access_token_ = std::move(token);
    }

    /// It only ever goes into a form, where any character can be sent: whatever the server made is kept as it is.
    void take_refresh_token(std::string_view value) {
        if (value == "null") return;
        auto token = loose_string(value);
        if (!token && loose_number(value)) token = SecretString(value);
        if (!token || token->empty()) return repair("refresh_token is not usable: the one before is kept");
        if (!is_visible_ascii(token->reveal())) repair("refresh_token has unusual characters");
        if (refresh_token_ && !refresh_token_->equals(token->reveal()))
            repair("refresh_token is there more than once: the last one counts");
        refresh_token_ = std::move(token);
    }

    /// A number, or a string that holds one: both were seen.
    void take_lifetime(std::string_view value) {
        has_lifetime_ = true;
        const auto seconds = loose_number(value);
        if (!seconds || !(*seconds >= 1.0) || *seconds > static_cast<double>(kLongestLifetime.count())) return;
        lifetime_ = std::chrono::seconds(static_cast<std::int64_t>(std::floor(*seconds)));
    }

    void take_type(std::string_view value) {
        const auto type = loose_string(value);
        const bool says_nothing = value == "null" || (type && type->empty());
        // RFC 6749 section 5.1: without case.
        if (!says_nothing && !(type && equal_ignoring_case(type->reveal(), "bearer")))
            repair("token_type is not bearer");
    }

    void take_error(std::string_view value) {
        const auto text = loose_string(value);
        if (value == "null" || (text && text->empty())) return;
        error_ = error_member_text(value, sent_);
        if (error_.empty()) error_ = "(unreadable)";
    }

    std::span<const SecretString> sent_;
    std::optional<SecretString> access_token_;
    std::optional<SecretString> refresh_token_;
    std::optional<Duration> lifetime_;
    bool has_lifetime_ = false;
    std::string error_;
    std::string repaired_;
};

tl::expected<TokenAnswer, TokenFailure> read_success(const HttpResponse& response, std::span<const SecretString> sent) {
    const std::string_view body = response.body.reveal();
    if (is_utf16(body)) return unusable(response, sent, "the body is UTF-16");
    LooseObject object(body);
    if (!object.is_object()) return unusable(response, sent, "the body is not a JSON object");
    TokenReader reader(sent);
    while (const auto member = object.next()) reader.take(*member);

    if (!object.ended()) {
        // Without a refresh token in what came, nobody can tell whether one stood in what did not.
        if (!reader.has_access_token() || !reader.has_refresh_token())
            return unusable(response, sent, "its JSON object does not end: the answer was cut off");
        reader.repair("the JSON object does not end");
    }
    if (reader.has_access_token()) return reader.answer();
    if (!reader.error().empty() && !reader.has_refresh_token()) {
        return tl::unexpected(failure(Happening::kTransient, "HTTP " + std::to_string(response.status) +
                                                                 " with an error in it: " + reader.error()));
    }
    return unusable(response, sent, "no usable access_token");
}

/// RFC 6749 section 5.2. Only invalid_client says something about the app; what else is wrong may be wrong with this
/// grant alone, such as its scope, and must not stop the others of its app.
Happening kind_of(std::string_view error) {
    if (error == "invalid_grant") return Happening::kGrantDead;
    if (error == "invalid_client") return Happening::kAppRefused;
    constexpr std::array<std::string_view, 4> about_the_request = {"unauthorized_client", "unsupported_grant_type",
                                                                   "invalid_scope", "invalid_request"};
    const bool found = std::find(about_the_request.begin(), about_the_request.end(), error) != about_the_request.end();
    return found ? Happening::kRequestRefused : Happening::kTransient;
}

TokenFailure read_error(const HttpResponse& response, std::span<const SecretString> sent) {
    const bool declares_json = is_json(response.content_type);
    const auto json = declares_json ? Json::parse(response.body.reveal()) : Result<Json>();
    const std::string said = declares_json ? server_error_text(response.body.reveal(), sent) : std::string();
    std::string message = "HTTP " + std::to_string(response.status);
    if (!said.empty())
        message += " " + said;
    else if (!response.content_type.empty())
        message += " (" + quoted_server_text(response.content_type, sent) + ")";
    const bool client_error = response.status >= 400 && response.status < 500 && response.status != 429;
    if (const auto error = client_error && json ? json->find_string("error") : std::nullopt) {
        return {.kind = kind_of(*error),
                .error = quoted_server_text(*error, sent),
                .message = std::move(message),
                .retry_after = response.retry_after};
    }
    // A server that fails may have acted before it did, and a gateway that waited in vain cannot know (RFC 9110 section
    // 15.6); only 503 says that the request was not handled.
    const bool may_have_acted = response.status >= 500 && response.status != 503;
    return {.kind = may_have_acted ? Happening::kAnswerLost : Happening::kTransient,
            .error = {},
            .message = std::move(message),
            .about_server = response.status == 429 || response.status >= 500,
            .retry_after = response.retry_after};
}

}  // namespace

TokenAnswer TokenAnswer::clone() const {
    return {.access_token = access_token.clone(),
            .refresh_token = refresh_token ? std::optional(refresh_token->clone()) : std::nullopt,
            .expires_in = expires_in,
            .repaired = repaired,
            .sent_at = sent_at};
}

bool is_usable_access_token(std::string_view token) noexcept {
    return is_visible_ascii(token) && token.size() <= kLongestAccessToken;
}

tl::expected<TokenAnswer, TokenFailure> read_token_response(const tl::expected<HttpResponse, HttpFailure>& outcome,
                                                            std::span<const SecretString> sent) {
    if (!outcome) {
        const HttpFailure& why = outcome.error();
        const bool untrusted = why.kind == HttpFailure::Kind::kUntrusted;
        return tl::unexpected(failure(why.may_have_been_sent ? Happening::kAnswerLost
                                      : untrusted            ? Happening::kUntrusted
                                                             : Happening::kTransient,
                                      why.message));
    }
    if (outcome->status / 100 == 2) return read_success(*outcome, sent);
    return tl::unexpected(read_error(*outcome, sent));
}

}  // namespace agent
