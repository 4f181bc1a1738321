// SPDX-License-Identifier: Apache-2.0
#include "io/server/answer_text.h"

#include <array>
#include <charconv>

#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

void append_number(std::string& out, std::size_t number, int base = 10) {
    std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    out.append(digits.data(), end);
}

std::string_view usual_reason(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        default:
            return "Answer";
    }
}

void append_status_line(std::string& out, int status, std::string_view reason) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(status));
    out.append(" ").append(reason.empty() ? usual_reason(status) : reason).append(kLineEnd);
}

std::string kib(std::size_t bytes) {
    return std::to_string(bytes / 1024) + " KiB";
}

struct Explanation {
    std::string_view title;
    std::string detail;
};

Explanation explanation_of(Verdict refusal) {
    switch (refusal) {
        case Verdict::kHeadTooLong:
            return {"Bad request", "the header is over " + kib(limits::kHeaderBytes) + ", or has too many fields"};
        case Verdict::kBodyTooLong:
            return {"Content too large", "the body is over " + kib(limits::kBodyBytes)};
        case Verdict::kUnknownExpectation:
            return {"Expectation failed", "only Expect: 100-continue is supported"};
        case Verdict::kUnknownCoding:
            return {"Not implemented", "no transfer coding other than chunked is supported"};
        default:
            return {"Bad request", "not a well-formed HTTP/1.1 request"};
    }
}

}  // namespace

void append_answer_head(std::string& out, const ApiAnswer& answer, After after) {
    append_status_line(out, answer.status, answer.reason);
    if (answer.status != 204) {
        out.append("Content-Type: ").append(answer.content_type.empty() ? "text/plain" : answer.content_type);
        out.append("\r\nContent-Length: ");
        append_number(out, answer.body.size());
        out.append(kLineEnd);
    }
    out.append("Cache-Control: no-store\r\n");
    if (!answer.allow.empty()) out.append("Allow: ").append(answer.allow).append(kLineEnd);
    if (answer.retry_after) {
        out.append("Retry-After: ");
        append_number(out, static_cast<std::size_t>(answer.retry_after->count()));
        out.append(kLineEnd);
    }
    if (after == After::kKeepAlive) out.append("Connection: keep-alive\r\n");
    if (after == After::kClose) out.append("Connection: close\r\n");
    out.append(kLineEnd);
}

void append_stream_head(std::string& out, std::string_view content_type, bool in_chunks) {
    append_status_line(out, 200, {});
    out.append("Content-Type: ").append(content_type);
    out.append("\r\nCache-Control: no-store\r\nConnection: close\r\n");
    if (in_chunks) out.append("Transfer-Encoding: chunked\r\n");
    out.append(kLineEnd);
}

void append_chunk(std::string& out, std::string_view data) {
    append_number(out, data.size(), 16);
    out.append(kLineEnd).append(data).append(kLineEnd);
}

std::string refusal_text(Verdict refusal) {
    const int status = status_of(refusal);
    const auto [title, detail] = explanation_of(refusal);
    const ApiAnswer answer{.status = status,
                           .reason = title,
                           .content_type = "application/problem+json",
                           .body = problem_json({.code = Error::Code::kBadRequest, .message = detail}, status, title)};
    std::string text;
    append_answer_head(text, answer, After::kClose);
    return text.append(answer.body.reveal());
}

}  // namespace agent
