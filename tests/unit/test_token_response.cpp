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
                                                           std::optional<Duration> retry_after = {},
                                                           std::span<const SecretString> sent = {}) {
    return agent::read_token_response(HttpResponse{.status = status,
                                                   .content_type = std::string(content_type),
                                                   .retry_after = retry_after,
                                                   .body = SecretString(body)},
                                      sent);
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
    // What else it may have.
    {kJson, R"({"access_token":"A","expires_in":60,"refresh_token":null})", nullptr, 60s},
    {kJson, R"({"access_token":"A","expires_in":60,"scope":"x","created_at":1,"more":{"error":"no"}})", nullptr, 60s},
    {"application/json; charset=utf-8", R"({"access_token":"A","expires_in":60})", nullptr, 60s},
    {"Application/JSON ;charset=UTF-8", R"({"access_token":"A","expires_in":60})", nullptr, 60s},
    {" application/json", " \r\n{\"access_token\":\"A\",\"expires_in\":60}\n", nullptr, 60s},
};

// What stands beside a readable access token: both tokens are kept, and what was odd is told.
struct Odd {
    const char* body;
    const char* refresh_token;  // null: the one before is kept
    Duration expires_in;
    const char* repaired;
};

constexpr const char* kAnHour = "expires_in is not usable: an hour is assumed";
constexpr const char* kNoRefresh = "refresh_token is not usable: the one before is kept";
constexpr const char* kOddRefresh = "refresh_token has unusual characters";
constexpr const char* kType = "token_type is not bearer";
constexpr const char* kError = "there is an error beside the tokens";

const Odd kOdd[] = {
    // expires_in
    {R"({"access_token":"A","refresh_token":"R"})", "R", 1h, "expires_in is missing: an hour is assumed"},
    {R"({"access_token":"A","refresh_token":"R","expires_in":null})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":0})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":-1})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":0.9})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":59.9})", "R", 59s, ""},
    {R"({"access_token":"A","refresh_token":"R","expires_in":315360001})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":9223372036854775807})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":99999999999999999999})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":1e999})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":NaN})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":true})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":[60]})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":{"seconds":60}})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":""})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":"soon"})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":"-1"})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":"3600s"})", "R", 1h, kAnHour},
    {R"({"access_token":"A","refresh_token":"R","expires_in":" 60 "})", "R", 60s, ""},
    {R"({"access_token":"A","refresh_token":"R","expires_in":null,"expires_in":60})", "R", 60s, ""},
    // refresh_token
    {R"({"access_token":"A","expires_in":60,"refresh_token":null})", nullptr, 60s, ""},
    {R"({"access_token":"A","expires_in":60,"refresh_token":""})", nullptr, 60s, kNoRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":["R"]})", nullptr, 60s, kNoRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":true})", nullptr, 60s, kNoRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"\ud800"})", nullptr, 60s, kNoRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":12345678901234567890})", "12345678901234567890", 60s, ""},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R\n"})", "R\n", 60s, kOddRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R \u00e4"})", "R \xc3\xa4", 60s, kOddRefresh},
    {"{\"access_token\":\"A\",\"expires_in\":60,\"refresh_token\":\"R\xe4\"}", "R\xe4", 60s, kOddRefresh},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R\/\u002b"})", "R/+", 60s, ""},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R","refresh_token":"R"})", "R", 60s, ""},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"Q","refresh_token":"R"})", "R", 60s,
     "refresh_token is there more than once: the last one counts"},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R","refresh_token":null})", "R", 60s, ""},
    // access_token
    {R"({"access_token":"B","expires_in":60,"access_token":"A"})", nullptr, 60s,
     "access_token is there more than once: the last one counts"},
    {R"({"access_token":"A","expires_in":60,"access_token":""})", nullptr, 60s, ""},
    {R"({"access\u005ftoken":"\u0041","expires_in":60})", nullptr, 60s, ""},
    // token_type
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"token_type":"mac"})", "R", 60s, kType},
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"token_type":7})", "R", 60s, kType},
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"token_type":null})", "R", 60s, ""},
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"token_type":""})", "R", 60s, ""},
    // error
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"error":"invalid_grant"})", "R", 60s, kError},
    {R"({"error":{},"access_token":"A","refresh_token":"R","expires_in":60})", "R", 60s, kError},
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"error":null})", "R", 60s, ""},
    {R"({"access_token":"A","refresh_token":"R","expires_in":60,"error":""})", "R", 60s, ""},
    // What nobody reads, and what stands around.
    {"\xef\xbb\xbf{\"access_token\":\"A\",\"expires_in\":60}", nullptr, 60s, ""},
    {R"({"access_token":"A","expires_in":60}<!-- served in 7 ms -->)", nullptr, 60s, ""},
    {R"({"access_token":"A","expires_in":60,"scope":"a","scope":"b"})", nullptr, 60s, ""},
    {"{\"name\":\"Jos\xe9\",\"access_token\":\"A\",\"expires_in\":60}", nullptr, 60s, ""},
    {"{\"name\":\"two\nlines\",\"access_token\":\"A\",\"expires_in\":60}", nullptr, 60s, ""},
    {R"({"name":"\udc00 \x","access_token":"A","expires_in":60})", nullptr, 60s, ""},
    {R"({"n":[{"access_token":"B}"},"]\"",[]],"access_token":"A","expires_in":60})", nullptr, 60s, ""},
    {R"({"n":007,"m":undefined,"access_token":"A","expires_in":60,})", nullptr, 60s, ""},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R","scop)", "R", 60s, "the JSON object does not end"},
    {R"({"access_token":"A","expires_in":60,"refresh_token":"R")", "R", 60s, "the JSON object does not end"},
    // Several at once.
    {R"({"access_token":"A","refresh_token":"","expires_in":0,"token_type":"mac","error":"x"})", nullptr, 1h,
     "refresh_token is not usable: the one before is kept; token_type is not bearer; "
     "there is an error beside the tokens; expires_in is not usable: an hour is assumed"},
};

constexpr auto kTransient = Happening::kTransient;
constexpr auto kAnswerLost = Happening::kAnswerLost;
constexpr auto kAppRefused = Happening::kAppRefused;
constexpr auto kRequestRefused = Happening::kRequestRefused;
constexpr auto kGrantDead = Happening::kGrantDead;

struct TokenResponseBad {
    int status;
    const char* content_type;
    const char* body;
    // then
    Happening kind;
    const char* error;
    const char* message;
};

const TokenResponseBad kTokenResponseBad[] = {
    // 200, but no token set can be had from it: the server may have acted.
    {200, "text/html", "<html>Sign in to the airport</html>", kAnswerLost, "",
     "HTTP 200 (text/html), but the body is not a JSON object"},
    {200, kJson, "", kAnswerLost, "", "HTTP 200, but the body is not a JSON object"},
    {200, kJson, "<html>", kAnswerLost, "", "the body is not a JSON object"},
    {200, kJson, "\xff\xfe{", kAnswerLost, "", "HTTP 200, but the body is UTF-16"},
    {200, kJson, "access_token=A&refresh_token=R", kAnswerLost, "", "the body is not a JSON object"},
    {200, kJson, "[{\"access_token\":\"A\"}]", kAnswerLost, "", "the body is not a JSON object"},
    // Cut off: a refresh token may have stood in the part that is missing.
    {200, kJson, R"({"access_token":"A","expires_in":36)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token":"A","refresh_token":"R)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token":"A","expires_in":60)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"refresh_token":"R","access_token":"A)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token":"A","refresh_token":"R\)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token":"A","more":[[{"a":"]")", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token" "A"})", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"access_token":})", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"({"error":"server_err)", kAnswerLost, "", "the answer was cut off"},
    {200, kJson, R"(["access_token"])", kAnswerLost, "", "the body is not a JSON object"},
    {200, kJson, "null", kAnswerLost, "", "the body is not a JSON object"},
    {200, kJson, "{}", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":""})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":null})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":7})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A B"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\r\nX-Evil: 1"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\u0000"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"A\u007f"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":"\u00e4"})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"access_token":["A"]})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"more":{"access_token":"A"}})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"error":null})", kAnswerLost, "", "no usable access_token"},
    {200, kJson, R"({"error":""})", kAnswerLost, "", "no usable access_token"},
    {201, kJson, "{}", kAnswerLost, "", "HTTP 201, but no usable access_token"},
    {204, "", "", kAnswerLost, "", "HTTP 204, but the body is not a JSON object"},
    {200, kJson, R"({"error":["m"]})", kTransient, "", "an error in it: (unreadable)"},
    {200, kJson, R"({"error":{"message":"m"}})", kTransient, "", "an error in it: m"},
    {200, kJson, R"({"error":"server_error","refresh_token":"R"})", kAnswerLost, "", "no usable access_token"},
    // 200 with an error in it: a server that refuses, in its own way. Never a verdict.
    {200, kJson, R"({"error":"invalid_grant"})", kTransient, "", "HTTP 200 with an error in it: invalid_grant"},
    // RFC 6749 section 5.2.
    {400, kJson, R"({"error":"invalid_grant","error_description":"expired, or revoked"})", kGrantDead, "invalid_grant",
     "HTTP 400 invalid_grant: expired, or revoked"},
    {400, kJson, R"({"error":"invalid_grant"})", kGrantDead, "invalid_grant", "HTTP 400 invalid_grant"},
    {401, kJson, R"({"error":"invalid_grant"})", kGrantDead, "invalid_grant", "HTTP 401 invalid_grant"},
    {401, kJson, R"({"error":"invalid_client","error_description":"unknown client"})", kAppRefused, "invalid_client",
     "HTTP 401 invalid_client: unknown client"},
    {400, kJson, R"({"error":"invalid_client"})", kAppRefused, "invalid_client", "HTTP 400 invalid_client"},
    {400, kJson, R"({"error":"unauthorized_client"})", kRequestRefused, "unauthorized_client", "unauthorized_client"},
    {400, kJson, R"({"error":"unsupported_grant_type"})", kRequestRefused, "unsupported_grant_type", "HTTP 400"},
    {400, kJson, R"({"error":"invalid_scope"})", kRequestRefused, "invalid_scope", "HTTP 400 invalid_scope"},
    {400, kJson, R"({"error":"invalid_request"})", kRequestRefused, "invalid_request", "HTTP 400 invalid_request"},
    {400, kJson, R"({"error":"INVALID_GRANT"})", kTransient, "INVALID_GRANT", "HTTP 400 INVALID_GRANT"},
    {400, kJson, R"({"error":"something_new"})", kTransient, "something_new", "HTTP 400 something_new"},
    // Errors that only look like it.
    {400, kJson, R"({"error":{"type":"UnauthorizedError","message":"m"}})", kTransient, "",
     "HTTP 400 UnauthorizedError: m"},
    {400, kJson, R"({"message":"Too Many Requests"})", kTransient, "", "HTTP 400 Too Many Requests"},
    {400, kJson, R"({"error":"invalid_grant")", kTransient, "", "HTTP 400 invalid_grant"},
    {400, kJson, R"({"err)", kTransient, "", "HTTP 400 (application/json)"},
    {400, kJson, R"({"error":{"type":"invalid_grant"}})", kTransient, "", "HTTP 400 invalid_grant"},
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

Test(token_response, whatever_stands_beside_a_readable_token_both_survive) {
    for (const int status : {200, 201, 203, 299}) {
        for (const char* type : {kJson, "text/html", "text/plain; charset=latin1", "application/jsonp", ""}) {
            for (const Odd& row : kOdd) {
                const auto answer = read(status, type, row.body);
                cr_assert(answer, "%s: %s", row.body, answer.error().message.c_str());
                EXPECT_TEXT(answer->access_token.reveal(), "A");
                cr_expect(answer->expires_in == row.expires_in, "%s", row.body);
                cr_assert(answer->refresh_token.has_value() == (row.refresh_token != nullptr), "%s", row.body);
                if (row.refresh_token != nullptr) EXPECT_TEXT(answer->refresh_token->reveal(), row.refresh_token);
                EXPECT_TEXT(answer->repaired, row.repaired);
            }
        }
    }
}

Test(token_response, a_nul_at_the_end_and_deep_or_large_members) {
    const std::string tokens = R"("access_token":"A","refresh_token":"R","expires_in":60)";
    const std::string deep(100'000, '[');
    const std::string bodies[] = {
        "{" + tokens + "}" + std::string(1, '\0'),
        "{\"deep\":" + deep + std::string(deep.size(), ']') + "," + tokens + "}",
        "{\"large\":\"" + std::string(200'000, 'x') + "\"," + tokens + "}",
        "{" + tokens + ",\"deep\":" + deep,
    };
    for (const std::string& body : bodies) {
        const auto answer = read(200, kJson, body);
        cr_assert(answer, "%.80s", body.c_str());
        EXPECT_TEXT(answer->refresh_token->reveal(), "R");
    }
}

Test(token_response, utf16_is_named) {
    using namespace std::string_view_literals;
    for (const auto body : {"{\0\"\0a\0"sv, "\0{\0\"\0a"sv, "\xfe\xff\0{"sv, "\xff\xfe{\0"sv})
        EXPECT_CONTAINS(read(200, kJson, body).error().message, "the body is UTF-16");
}

Test(token_response, what_it_says_of_the_server) {
    for (const int status : {429, 500, 502, 503, 504, 599}) cr_expect(read(status, kJson, "{}").error().about_server);
    for (const int status : {302, 400, 401, 403, 404})
        cr_expect_not(read(status, kJson, R"({"error":"invalid_request"})").error().about_server);
}

Test(token_response, bad) {
    for (const TokenResponseBad& row : kTokenResponseBad) {
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

Test(token_response, repeats_no_secret_that_was_sent) {
    const std::array<SecretString, 3> sent{SecretString("the-code/1234567890"), SecretString("refresh-token-of-40"),
                                           SecretString("s3cret")};
    struct {
        int status;
        const char* content_type;
        const char* body;
    } const rows[] = {
        {400, kJson, R"({"error":"invalid_grant","error_description":"the-code/1234567890 was used"})"},
        {400, kJson, R"({"error":"invalid_grant","error_description":"the-code%2F1234567890 was used"})"},
        {400, kJson, R"({"error":"invalid_grant","error_description":"used: the-code/123…"})"},
        {400, kJson, R"({"error":"refresh-token-of-40","error_description":"twice: s3cret and s3cret"})"},
        {400, kJson, R"({"error":"invalid_grant","error_description":"refresh-token\u002dof-40"})"},
        {503, "text/the-code/1234567890", "<html>"},
        {200, "text/refresh-token-of-40", "<html>"},
        {200, kJson, R"({"error":"s3cret is wrong"})"},
    };
    for (const auto& row : rows) {
        const auto answer = read(row.status, row.content_type, row.body, {}, sent);
        cr_assert_not(answer);
        const std::string text = answer.error().error + answer.error().message;
        EXPECT_CONTAINS(text, "[secret]");
        for (const char* secret : {"the-code", "1234567890", "refresh-token", "s3cret"})
            cr_expect(text.find(secret) == std::string::npos, "%s", text.c_str());
    }
}

Test(token_response, no_answer_at_all) {
    using Kind = HttpFailure::Kind;
    for (const Kind kind : {Kind::kResolve, Kind::kConnect, Kind::kTls, Kind::kTimeout, Kind::kCut, Kind::kTooLarge}) {
        for (const bool sent : {false, true}) {
            const auto answer = agent::read_token_response(
                tl::unexpected(
                    HttpFailure{.kind = kind, .may_have_been_sent = sent, .message = "as.example:443: reason"}),
                {});
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
    EXPECT_TEXT(nasty.error().message, "HTTP 400 in\"valid\\x0a: \"%n%s\\x0d\\x0aSet: 1\\x00 ä");
    EXPECT_TEXT(nasty.error().error, "in\"valid\\x0a");

    const auto lengthy = read(400, kJson, R"({"error":"x","error_description":")" + std::string(5000, 'd') + "\"}");
    cr_expect(lengthy.error().message.size() < 250);

    for (const char* body : {R"({"access_token":"s3cret\n"})", R"({"access_token":"s3cret")"}) {
        const auto answer = read(200, kJson, body);
        cr_assert_not(answer);
        cr_expect(answer.error().message.find("s3cret") == std::string::npos, "%s", body);
    }
    const auto odd = read(200, kJson, R"({"access_token":"s3cret","refresh_token":"s3cret\n","error":"s3cret"})");
    cr_expect(odd->repaired.find("s3cret") == std::string::npos);
    const auto type = read(200, "text/\x1b[2J" + std::string(500, 'x'), "");
    cr_expect(type.error().message.find('\x1b') == std::string::npos && type.error().message.size() < 300);
}
