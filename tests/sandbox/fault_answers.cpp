// SPDX-License-Identifier: Apache-2.0
#include "fault_answers.h"

#include <ctime>
#include <limits>

#include "base/json/json.h"
#include "error_replies.h"

namespace agent::sandbox {

namespace {

constexpr std::chrono::seconds kRetryAfter{2};
constexpr std::size_t kBigBody = std::size_t{10} * 1024 * 1024;
constexpr std::string_view kNasty =
    "\"quoted\", 'single', \\ backslash, {\"error\":\"invalid_grant\"}\r\nSet-Cookie: a=b\n%n%s%s%s%n\t"
    "<script>alert(1)</script>\x1b[31m\xe2\x80\xae\x01";

std::string http_date(WallTime at) {
    const std::time_t seconds = unix_seconds(at);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, length};
}

Reply status_answer(int status, Endpoint endpoint, std::string_view path) {
    const bool oauth = endpoint == Endpoint::kToken || endpoint == Endpoint::kRevoke;
    if (status < 400) return redirect_reply(status, "/_sandbox/redirected");
    if (status == 400 && oauth) return invalid_grant();
    if (status == 401) return oauth ? invalid_client() : invalid_token();
    if (status == 403 && !oauth) return forbidden();
    if (status == 429) {
        return too_many_requests(path.starts_with("/grow/") ? Product::kPlatform : Product::kManage, kRetryAfter);
    }
    if (status >= 500) return html_error(status, std::to_string(status) + " Error");
    return oauth ? oauth_error(status, "invalid_request", "") : api_error(status, "Error", "ordered by a fault");
}

void write_expires_in(JsonWriter& out, FaultKind kind, std::int64_t seconds) {
    switch (kind) {
        case FaultKind::kNegativeExpires:
            out.integer(-1);
            break;
        case FaultKind::kAbsurdExpires:
            out.integer(std::numeric_limits<std::int64_t>::max());
            break;
        case FaultKind::kExpiresString:
            out.string(std::to_string(seconds));
            break;
        case FaultKind::kNullExpires:
            out.null();
            break;
        default:
            out.integer(seconds);
    }
}

/// Writes the members of a token answer again, those that the fault is about otherwise.
std::string spoil_tokens(FaultKind kind, const Json::Object& members) {
    JsonWriter out;
    out.begin_object();
    for (const auto& [name, value] : members) {
        if (kind == FaultKind::kNoToken && name == "access_token") continue;
        if (kind == FaultKind::kNoExpires && name == "expires_in") continue;
        if (kind == FaultKind::kEmptyRefresh && name == "refresh_token") continue;
        out.key(name);
        if (const auto seconds = value.integer()) {
            write_expires_in(out, kind, *seconds);
        } else {
            out.string(kind == FaultKind::kMacType && name == "token_type" ? "mac" : value.string().value_or(""));
        }
    }
    if (kind == FaultKind::kTokenInError200) out.member("error", "server_error");
    if (kind == FaultKind::kEmptyRefresh) out.member("refresh_token", "");
    std::string text(out.end_object().view());
    if (kind == FaultKind::kNotUtf8) text.insert(1, "\"name\":\"Jos\xe9\",");
    if (kind == FaultKind::kDuplicate) text.insert(1, R"("scope":"a","scope":"a",)");
    return text;
}

std::string with_padding(std::string_view json) {
    std::string text(json);
    const std::string padding = R"("padding":")" + std::string(kBigBody, 'x') + '"';
    if (text.starts_with("{}")) return '{' + padding + '}';
    if (text.starts_with('{')) return text.insert(1, padding + ',');
    return text + std::string(kBigBody, ' ');
}

}  // namespace

Reply answer_instead(const Fault& fault, std::string_view path, WallTime now) {
    switch (fault.kind) {
        case FaultKind::kRetryAfter:
            return too_many_requests(path.starts_with("/grow/") ? Product::kPlatform : Product::kManage,
                                     std::chrono::seconds(fault.argument));
        case FaultKind::kRetryAt: {
            Reply reply = html_error(429, "429 Too Many Requests");
            reply.set_header("Retry-At", http_date(now + kRetryAfter));
            return reply;
        }
        case FaultKind::kHtml403:
            return html_error(403, "403 Forbidden");
        case FaultKind::kHtml200:
            return html_error(200, "Welcome to the hotel network: please sign in");
        case FaultKind::kNastyDescription:
            return invalid_request(kNasty);
        default:
            return status_answer(fault.argument, fault.endpoint, path);
    }
}

Reply spoil(const Fault& fault, Reply reply) {
    switch (fault.kind) {
        case FaultKind::kEmpty:
            reply.body.clear();
            break;
        case FaultKind::kBadJson:
            reply.body.resize(reply.body.size() / 2);
            break;
        case FaultKind::kWrongType:
            reply.set_header("Content-Type", "text/html");
            break;
        case FaultKind::kBigBody:
            reply.body = with_padding(reply.body);
            break;
        case FaultKind::kBom:
            reply.body.insert(0, "\xef\xbb\xbf");
            break;
        case FaultKind::kTrailing:
            reply.body.push_back('\0');
            break;
        case FaultKind::kOldDate:
            reply.set_header("Date", "Thu, 01 Jan 2015 00:00:00 GMT");
            break;
        case FaultKind::kCreated:
            if (reply.status == 200) reply.status = 201;
            break;
        case FaultKind::kNoToken:
        case FaultKind::kNoExpires:
        case FaultKind::kNullExpires:
        case FaultKind::kEmptyRefresh:
        case FaultKind::kMacType:
        case FaultKind::kNotUtf8:
        case FaultKind::kDuplicate:
        case FaultKind::kNegativeExpires:
        case FaultKind::kAbsurdExpires:
        case FaultKind::kExpiresString:
        case FaultKind::kTokenInError200:
            if (const auto json = Json::parse(reply.body); json && json->find("access_token") != nullptr) {
                reply.body = spoil_tokens(fault.kind, *json->object());
            }
            break;
        default:
            break;
    }
    return reply;
}

}  // namespace agent::sandbox
