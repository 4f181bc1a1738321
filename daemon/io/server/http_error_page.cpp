// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_error_page.h"

#include "io/api/reply.h"
#include "protocol/limits.h"

namespace agent {

namespace {

struct Page {
    std::string_view title;
    int status;
    std::string detail;
};

std::string kib(std::size_t bytes) {
    return std::to_string(bytes / 1024) + " KiB";
}

Page page_of(std::string_view status) {
    if (status == "413") {
        return {"Content too large", 413, "the body is over " + kib(limits::kBodyBytes) + " or not well-formed"};
    }
    if (status == "417") return {"Expectation failed", 417, "only Expect: 100-continue is supported"};
    return {"Bad request", 400,
            "not a well-formed HTTP/1.1 request, or its header is over " + kib(limits::kHeaderBytes)};
}

}  // namespace

std::optional<std::string> answer_instead_of(std::string_view written) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (written.starts_with(kContinue)) written.remove_prefix(kContinue.size());
    if (written.empty()) return std::nullopt;

    constexpr std::size_t kVersion = std::string_view("HTTP/1.1 ").size();
    const std::string_view status = written.size() < kVersion ? "" : written.substr(kVersion, 3);
    const Page page = page_of(status);
    const SecretString body =
        problem_json({.code = Error::Code::kBadRequest, .message = page.detail}, page.status, page.title);
    std::string answer = "HTTP/1.1 " + std::to_string(page.status) + ' ' + std::string(page.title) + "\r\n";
    answer += "Content-Type: application/problem+json\r\n";
    answer += "Cache-Control: no-store\r\n";
    answer += "Connection: close\r\n";
    answer += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    answer += body.reveal();
    return answer;
}

}  // namespace agent
