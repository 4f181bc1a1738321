// SPDX-License-Identifier: Apache-2.0
#include "io/api/reply.h"

#include <algorithm>
#include <cassert>

#include "protocol/problem.h"

namespace agent {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";

}  // namespace

SecretString problem_json(const Error& error, int status, std::string_view title) {
    JsonWriter out(Content::kPublic);
    out.begin_object().member("type", "about:blank").member("title", title).member("status", status);
    out.member("code", problem_kind(error.code).name).member("detail", error.message).end_object();
    return out.take();
}

ApiStream::~ApiStream() {
    if (sink_ != nullptr) sink_->end_stream();
}

ApiReply::~ApiReply() {
    if (sink_ != nullptr) problem(if_dropped_ ? *if_dropped_ : unanswered());
}

void ApiReply::json(JsonWriter& body, int status) {
    send({.status = status, .content_type = kJson, .body = body.take()});
}

void ApiReply::text(std::string_view content_type, SecretString body) {
    send({.content_type = content_type, .body = std::move(body)});
}

void ApiReply::no_content(int status) {
    send({.status = status});
}

void ApiReply::problem(const Error& error) {
    const ProblemKind& kind = problem_kind(error.code);
    ApiAnswer answer{.status = kind.http_status,
                     .reason = kind.title,
                     .content_type = kProblem,
                     .body = problem_json(error, kind.http_status, kind.title)};
    if (error.code == Error::Code::kTemporarilyUnavailable) {
        answer.retry_after = std::max(error.retry_after, std::chrono::seconds(1));
    }
    send(std::move(answer));
}

void ApiReply::method_not_allowed(std::string allow) {
    constexpr int kStatus = 405;
    constexpr std::string_view kTitle = "Method not allowed";
    const Error error{.code = Error::Code::kBadRequest, .message = "this path takes only " + allow};
    send({.status = kStatus,
          .reason = kTitle,
          .content_type = kProblem,
          .body = problem_json(error, kStatus, kTitle),
          .allow = std::move(allow)});
}

ApiStream ApiReply::stream(std::string_view content_type) {
    auto sink = take(200);
    sink->begin_stream(content_type);
    return ApiStream(std::move(sink));
}

void ApiReply::send(ApiAnswer answer) {
    const auto sink = take(answer.status);
    sink->send(std::move(answer));
}

std::shared_ptr<ApiSink> ApiReply::take(int status) {
    assert(sink_ != nullptr && "a request is answered once");
    if (counts_ != nullptr && !sink_->peer_has_gone()) ++(*counts_)[status];
    if (answered_) answered_(status);
    return std::exchange(sink_, nullptr);
}

}  // namespace agent
