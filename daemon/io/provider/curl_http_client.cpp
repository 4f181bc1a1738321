// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_http_client.h"

#include <utility>

#include "io/provider/curl_call.h"

namespace agent {

CurlHttpClient::CurlHttpClient(EventLoop& loop, const Clock& clock, CurlHttpClientOptions options)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      trusted_(options_.ca_file),
      multi_(loop, CurlCall::finish) {}

void CurlHttpClient::set_network(std::string ca_file, HttpProxy proxy) {
    options_.ca_file = std::move(ca_file);
    options_.proxy = std::move(proxy);
    trusted_ = TrustStore(options_.ca_file);
}

std::unique_ptr<HttpCall> CurlHttpClient::send(HttpRequest request, Done done) {
    return std::make_unique<CurlCall>(loop_, multi_, clock_, options_, trusted_, std::move(request), std::move(done));
}

}  // namespace agent
