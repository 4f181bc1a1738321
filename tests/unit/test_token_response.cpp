// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/token_response.h"

#include <string>

#include "expect.h"

using agent::Duration;
using agent::Happening;
using agent::HttpFailure;
using agent::HttpResponse;
using agent::SecretString;
using namespace std::chrono_literals;

namespace {

constexpr const char* kJson = "application/json";

tl::expected<agent::TokenAnswer, agent::TokenFailure> read(int status, std::string_view content_type,
                                                           std::string_view body,
                                                           std::optional<Duration> retry_after = {}) {
    return agent::read_token_response(HttpResponse{.status = status,
                                                   .content_type = std::string(content_type),
                                                   .retry_after = retry_after,
                                                   .body = SecretString(body)});
}

struct Good {
    const char* content_type;
    const char* body;
    const char* refresh_token;  // null: none came
    Duration expires_in;
};

const Good kGood[] = {
    // Clio Manage: the code exchange, then a refresh without a new refresh token.
    {kJson, R"({"token_type":"bearer","access_token":"A","expires_in":2592000,"refresh_token":"R"})", "R", 720h},
    {kJson, R"({"token_type":"bearer","access_token":"A","expires_in":2592000})", nullptr, 720h},
    // Clio Platform rotates.
    {kJson, R"({"token_type":"bearer","access_token":"A","expires_in":86400,"refresh_token":"R2"})", "R2", 24h},
    // RFC 6749 section 5.1: token_type without case, expires_in only recommended.
    {kJson, R"({"token_type":"Bearer","access_token":"A","expires_in":3600})", nullptr, 1h},
    {kJson, R"({"token_type":"BEARER","access_token":"A","expires_in":3600})", nullptr, 1h},
    {kJson, R"({"token_type":"bearer","access_token":"A"})", nullptr, 1h},
    {kJson, R"({"access_token":"A","expires_in":60})", nullptr, 60s},
    // expires_in in all its forms.
    {kJson, R"({"access_token":"A","expires_in":"3600"})", nullptr, 1h},
    {kJson, R"({"access_token":"A","expires_in":3600.0})", nullptr, 1h},
    {kJson, R"({"access_token":"A","expires_in":3.6e3})", nullptr, 1h},
    {kJson, R"({"access_token":"A","expires_in":1})", nullptr, 1s},
    {kJson, R"({"access_token":"A","expires_in":315360000})", nullptr, 24h * 3650},
    // What else may stand in it.
    {kJson, R"({"access_token":"A","expires_in":60,"refresh_token":null})", nullptr, 60s},
    {kJson, R"({"access_token":"A","expires_in":60,"scope":"x","created_at":1,"more":{"error":"no"}})", nullptr, 60s},
    {"application/json; charset=utf-8", R"({"access_token":"A","expires_in":60})", nullptr, 60s},
    {"Application/JSON ;charset=UTF-8", R"({"access_token":"A","expires_in":60})", nullptr, 60s},
    {" application/json", " \r\n{\"access_token\":\"A\",\"expires_in\":60}\n", nullptr, 60s},
};

constexpr auto kTransient = Happening::kTransient;
constexpr auto kAnswerLost = Happening::kAnswerLost;
constexpr auto kAppRefused = Happening::kAppRefused;
constexpr auto kGrantDead = Happening::kGrantDead;

struct Bad {
    int status;
    const char* content_type;
    const char* body;
    // then
    Happening kind;
    const char* error;
    const char* message;
};

const Bad kBad[] = {
    // 200, but no token set can be had from it: the server may have acted.
    {200, "text/html", "<html>Sign in to the airport</html>", kAnswerLost, "",
     "HTTP 200, but its content type is text/html, not application/json"},
    {200, "text/html", R"({"access_token":"A"})", kAnswerLost, "", "HTTP 200, but its content type is text/html"},
    {200, "", R"({"access_token":"A"})", kAnswerLost, "", "HTTP 200, but its content type is none"},
    {200, "application/jsonp", R"({"access_token":"A"})", kAnswerLost, "", "content type is application/jsonp"},
    {200, kJson, "", kAnswerLost, "", "HTTP 200, but the body is no JSON object"},
    {200, kJson, "<html>", kAnswerLost, "", "the body is no JSON object"},
    {200, kJson, R"({"access_token":"A","expires_in":36)", kAnswerLost, "", "the body is no JSON object"},
    {200, kJson, R"(["access_token"])", kAnswerLost, "", "the body is no JSON object"},
    {200, kJson, "null", kAnswerLost, "", "the body is no JSON object"},
    {200, kJson, R"({"access_token":"A","access_token":"B"})", kAnswerLost, "", "the body is no JSON object"},
    {200, kJson, "{}", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":""})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":null})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":7})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A B"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\r\nX-Evil: 1"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\u0000"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\u007f"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"\u00e4"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A","token_type":"mac"})", kAnswerLost, "", "token_type is not bearer"},
    {200, kJson, R"({"access_token":"A","token_type":null})", kAnswerLost, "", "token_type is not bearer"},
    {200, kJson, R"({"access_token":"A","expires_in":0})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":-1})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":0.9})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":315360001})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":1e300})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":99999999999999999999})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":"soon"})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":""})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":"-1"})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":"3600s"})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","expires_in":true})", kAnswerLost, "", "expires_in is not"},
    {200, kJson, R"({"access_token":"A","refresh_token":""})", kAnswerLost, "", "refresh_token is not usable"},
    {200, kJson, R"({"access_token":"A","refresh_token":"R\n"})", kAnswerLost, "", "refresh_token is not usable"},
    {200, kJson, R"({"access_token":"A","refresh_token":["R"]})", kAnswerLost, "", "refresh_token is not usable"},
    {201, kJson, R"({"access_token":"A"})", kAnswerLost, "", "HTTP 201"},
    {204, "", "", kAnswerLost, "", "HTTP 204"},
    // 200 with an error in it: a server that refuses, in its own way. Never a verdict.
    {200, kJson, R"({"error":"invalid_grant"})", kTransient, "", "HTTP 200 with an error in it: invalid_grant"},
    {200, kJson, R"({"access_token":"A","error":{}})", kTransient, "", "an error in it: (not a string)"},
    // RFC 6749 section 5.2.
    {400, kJson, R"({"error":"invalid_grant","error_description":"expired, or revoked"})", kGrantDead, "invalid_grant",
     "HTTP 400 invalid_grant: expired, or revoked"},
    {400, kJson, R"({"error":"invalid_grant"})", kGrantDead, "invalid_grant", "HTTP 400 invalid_grant"},
    {401, kJson, R"({"error":"invalid_grant"})", kGrantDead, "invalid_grant", "HTTP 401 invalid_grant"},
    {401, kJson, R"({"error":"invalid_client","error_description":"unknown client"})", kAppRefused, "invalid_client",
     "HTTP 401 invalid_client: unknown client"},
    {400, kJson, R"({"error":"invalid_client"})", kAppRefused, "invalid_client", "HTTP 400 invalid_client"},
    {400, kJson, R"({"error":"unauthorized_client"})", kAppRefused, "unauthorized_client", "unauthorized_client"},
    {400, kJson, R"({"error":"unsupported_grant_type"})", kAppRefused, "unsupported_grant_type", "HTTP 400"},
    {400, kJson, R"({"error":"invalid_scope"})", kAppRefused, "invalid_scope", "HTTP 400 invalid_scope"},
    {400, kJson, R"({"error":"invalid_request"})", kAppRefused, "invalid_request", "HTTP 400 invalid_request"},
    {400, kJson, R"({"error":"INVALID_GRANT"})", kTransient, "INVALID_GRANT", "HTTP 400 INVALID_GRANT"},
    {400, kJson, R"({"error":"something_new"})", kTransient, "something_new", "HTTP 400 something_new"},
    // Errors that only look like it.
    {400, kJson, R"({"error":{"type":"UnauthorizedError","message":"m"}})", kTransient, "", "HTTP 400"},
    {400, kJson, R"({"message":"Too Many Requests"})", kTransient, "", "HTTP 400"},
    {400, kJson, R"({"error":"invalid_grant")", kTransient, "", "HTTP 400 (application/json)"},
    {400, kJson, R"("invalid_grant")", kTransient, "", "HTTP 400"},
    {400, kJson, "", kTransient, "", "HTTP 400"},
    {400, "text/html", R"({"error":"invalid_grant"})", kTransient, "", "HTTP 400 (text/html)"},
    {400, "", R"({"error":"invalid_grant"})", kTransient, "", "HTTP 400"},
    {401, "text/html", "<html>", kTransient, "", "HTTP 401 (text/html)"},
    {401, kJson, R"({"error":"invalid_token"})", kTransient, "invalid_token", "HTTP 401 invalid_token"},
    {403, "text/html; charset=UTF-8", "<html>blocked</html>", kTransient, "", "HTTP 403 (text/html; charset=UTF-8)"},
    {404, "text/html", "<html>", kTransient, "", "HTTP 404"},
    {429, kJson, R"({"message":"Too Many Requests"})", kTransient, "", "HTTP 429"},
    {429, kJson, R"({"error":"invalid_grant"})", kTransient, "", "HTTP 429"},
    {302, "text/html", "", kTransient, "", "HTTP 302"},
    {503, "text/html", "<html>", kTransient, "", "HTTP 503"},
    // A server that failed may have acted before, and a gateway that gave up waiting cannot tell.
    {500, kJson, R"({"error":"invalid_grant"})", kAnswerLost, "", "HTTP 500"},
    {500, "text/html", "<html>", kAnswerLost, "", "HTTP 500 (text/html)"},
    {502, "text/html", "<html>", kAnswerLost, "", "HTTP 502"},
    {504, "", "", kAnswerLost, "", "HTTP 504"},
};

}  // namespace

Test(token_response, good) {
    for (const Good& row : kGood) {
        const auto answer = read(200, row.content_type, row.body);
        cr_assert(answer, "%s: %s", row.body, answer.error().message.c_str());
        EXPECT_TEXT(answer->access_token.reveal(), "A");
        cr_expect(answer->expires_in == row.expires_in, "%s", row.body);
        cr_assert(answer->refresh_token.has_value() == (row.refresh_token != nullptr), "%s", row.body);
        if (row.refresh_token != nullptr) EXPECT_TEXT(answer->refresh_token->reveal(), row.refresh_token);
    }
}

Test(token_response, bad) {
    for (const Bad& row : kBad) {
        const auto answer = read(row.status, row.content_type, row.body);
        cr_assert_not(answer, "%d %s", row.status, row.body);
        cr_expect(answer.error().kind == row.kind, "%d %s: %s", row.status, row.body,
                  to_string(answer.error().kind).data());
        EXPECT_TEXT(answer.error().error, row.error);
        EXPECT_CONTAINS(answer.error().message, row.message);
        cr_expect_not(answer.error().retry_after.has_value());
    }
}

Test(token_response, retry_after_comes_along) {
    for (const int status : {400, 429, 502, 503}) {
        const auto answer = read(status, "text/plain", "", 30s);
        cr_assert_not(answer);
        cr_expect(answer.error().retry_after == Duration(30s), "%d", status);
    }
    const auto refused = read(401, kJson, R"({"error":"invalid_client"})", 30s);
    cr_expect(refused.error().retry_after == Duration(30s));
}

Test(token_response, no_answer_at_all) {
    using Kind = HttpFailure::Kind;
    for (const Kind kind : {Kind::kResolve, Kind::kConnect, Kind::kTls, Kind::kTimeout, Kind::kCut, Kind::kTooLarge}) {
        for (const bool sent : {false, true}) {
            const auto answer = agent::read_token_response(tl::unexpected(
                HttpFailure{.kind = kind, .may_have_been_sent = sent, .message = "as.example:443: reason"}));
            cr_assert_not(answer);
            cr_expect(answer.error().kind == (sent ? kAnswerLost : kTransient));
            EXPECT_TEXT(answer.error().message, "as.example:443: reason");
        }
    }
}

Test(token_response, the_longest_token) {
    const auto with_length = [](std::size_t length) {
        return read(200, kJson, R"({"access_token":")" + std::string(length, 'a') + "\"}");
    };
    cr_expect(with_length(16384));
    cr_expect_not(with_length(16385));
}

Test(token_response, messages_stay_on_their_line_and_say_no_secret) {
    const auto nasty =
        read(400, kJson, R"({"error":"in\"valid\n","error_description":"\"%n%s\r\nSet: 1\u0000 \u00e4"})");
    EXPECT_TEXT(nasty.error().message, "HTTP 400 in\"valid?: \"%n%s??Set: 1? ??");
    EXPECT_TEXT(nasty.error().error, "in\"valid?");

    const auto lengthy = read(400, kJson, R"({"error":"x","error_description":")" + std::string(5000, 'd') + "\"}");
    cr_expect(lengthy.error().message.size() < 250);

    for (const char* body : {R"({"access_token":"s3cret\n"})", R"({"access_token":"s3cret","expires_in":-1})",
                             R"({"access_token":"A","refresh_token":"s3cret\n"})", R"({"access_token":"s3cret")"}) {
        const auto answer = read(200, kJson, body);
        cr_assert_not(answer);
        cr_expect(answer.error().message.find("s3cret") == std::string::npos, "%s", body);
    }
    const auto type = read(200, "text/\x1b[2J" + std::string(500, 'x'), "");
    cr_expect(type.error().message.find('\x1b') == std::string::npos && type.error().message.size() < 300);
}
