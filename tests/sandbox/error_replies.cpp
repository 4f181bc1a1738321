// SPDX-License-Identifier: Apache-2.0
#include "error_replies.h"

namespace agent::sandbox {

namespace {

constexpr std::string_view kInvalidToken =
    "The access token provided is expired, revoked, malformed or invalid for other reasons.";

}  // namespace

Reply oauth_error(int status, std::string_view error, std::string_view description) {
    JsonWriter json;
    json.begin_object().member("error", error);
    if (!description.empty()) json.member("error_description", description);
    Reply reply = json_reply(status, json.end_object());
    reply.set_header("Cache-Control", "no-store");
    return reply;
}

Reply invalid_request(std::string_view description) {
    return oauth_error(400, "invalid_request", description);
}

Reply invalid_grant() {
    return oauth_error(400, "invalid_grant",
                       "The provided access grant is invalid, expired, or revoked (e.g. invalid assertion, expired "
                       "authorization token, bad end-user password credentials, or mismatching authorization code and "
                       "redirection URI).");
}

Reply invalid_client() {
    Reply reply = oauth_error(401, "invalid_client",
                              "The client identifier provided is invalid, the client failed to authenticate, the "
                              "client did not include its credentials, provided multiple client credentials, or used "
                              "unsupported credentials type.");
    reply.set_header("WWW-Authenticate", R"(Basic realm="Protected by OAuth 2.0")");
    return reply;
}

Reply api_error(int status, std::string_view type, std::string_view message) {
    JsonWriter json;
    json.begin_object().key("error").begin_object();
    json.member("type", type).member("message", message);
    return json_reply(status, json.end_object().end_object());
}

Reply unauthorized() {
    return api_error(401, "UnauthorizedError", "User is not authorized");
}

Reply invalid_token() {
    Reply reply = oauth_error(401, "invalid_token", kInvalidToken);
    reply.set_header("WWW-Authenticate",
                     R"(Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description=")" +
                         std::string(kInvalidToken) + '"');
    return reply;
}

Reply forbidden() {
    return api_error(403, "ForbiddenError", "User is forbidden from taking that action");
}

Reply too_many_requests(Product product, std::chrono::seconds retry_after) {
    const std::string seconds = std::to_string(retry_after.count());
    JsonWriter json;
    Reply reply = product == Product::kPlatform
                      ? json_reply(429, json.begin_object().member("message", "Too Many Requests").end_object())
                      : api_error(429, "RateLimited", "Rate limit exceeded. Retry in " + seconds + " seconds.");
    reply.set_header("Retry-After", seconds);
    return reply;
}

Reply html_error(int status, std::string_view title) {
    const std::string text(title);
    return {.status = status,
            .headers = {{"Content-Type", "text/html"}},
            .body = "<html>\r\n<head><title>" + text + "</title></head>\r\n<body>\r\n<center><h1>" + text +
                    "</h1></center>\r\n</body>\r\n</html>\r\n"};
}

}  // namespace agent::sandbox
