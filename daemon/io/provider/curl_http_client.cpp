// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_http_client.h"

#include <utility>

#include "io/provider/curl_call.h"

namespace agent {

CurlHttpClient::CurlHttpClient(EventLoop& loop, const Clock& clock, CurlHttpClientOptions options)
    : loop_(loop), clock_(clock), options_(std::move(options)), multi_(loop, CurlCall::finish) {}

std::unique_ptr<HttpCall> CurlHttpClient::send(HttpRequest request, Done done) {
    return std::make_unique<CurlCall>(loop_, multi_, clock_, options_, std::move(request), std::move(done));
}

}  // namespace agent
