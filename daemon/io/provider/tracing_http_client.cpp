// SPDX-License-Identifier: Apache-2.0
#include "io/provider/tracing_http_client.h"

#include <utility>

#include "base/log.h"
#include "core/oauth/token_request.h"
#include "io/provider/trace_text.h"

namespace agent {

std::unique_ptr<HttpCall> TracingHttpClient::send(HttpRequest request, Done done) {
    const std::uint64_t number = ++sent_;
    const std::string authorization = trace_authorization(request.authorization.reveal(), names_);
    const std::string form = trace_form(request.form_body.reveal(), names_);
    log(LogLevel::kNotice, "trace: request",
        {{"number", std::to_string(number)},
         {"method", request.method == HttpRequest::Method::kPost ? "POST" : "GET"},
         {"url", request.url.substr(0, request.url.find('?'))},
         {"authorization", authorization},
         {"form", form}});
    const SentSecrets sent = secrets_in(request);
    return client_.send(std::move(request), [this, number, sent, sent_at = clock_.boot_now(),
                                             done = std::move(done)](tl::expected<HttpResponse, HttpFailure> outcome) {
        answered(number, sent_at, outcome, *sent);
        done(std::move(outcome));
    });
}

void TracingHttpClient::answered(std::uint64_t number, BootTime sent_at,
                                 const tl::expected<HttpResponse, HttpFailure>& outcome,
                                 std::span<const SecretString> sent) const {
    const std::string took = std::to_string((clock_.boot_now() - sent_at).count());
    if (!outcome)
        return log(LogLevel::kNotice, "trace: no answer",
                   {{"number", std::to_string(number)}, {"milliseconds", took}, {"reason", outcome.error().message}});
    const std::string wait =
        outcome->retry_after ? std::to_string(std::chrono::ceil<std::chrono::seconds>(*outcome->retry_after).count())
                             : "";
    log(LogLevel::kNotice, "trace: answer",
        {{"number", std::to_string(number)},
         {"milliseconds", took},
         {"status", std::to_string(outcome->status)},
         {"content_type", outcome->content_type},
         {"retry_after", wait},
         {"body", trace_body(*outcome, names_, sent)}});
}

}  // namespace agent
