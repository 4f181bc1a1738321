// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "io/provider/curl_multi.h"
#include "io/provider/http_proxy.h"
#include "io/provider/trust_store.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace agent {

struct CurlHttpClientOptions {
    /// A plain name/version: Clio's firewall refuses some others.
    std::string user_agent;
    /// PEM file of the certificate authorities to trust instead of the system's; empty for the system's.
    std::string ca_file;
    HttpProxy proxy{};
    Duration connect_timeout = std::chrono::seconds(10);
    std::size_t longest_body = std::size_t{256} * 1024;
};

/// HttpClient by libcurl: HTTP/1.1 over TLS 1.2 or later, or in plain text to a loopback address. Does not follow
/// redirects, use cookies or keep connections. Outlives its calls.
class CurlHttpClient final : public HttpClient {
  public:
    /// `clock` converts the date of a Retry-After to a duration.
    CurlHttpClient(EventLoop& loop, const Clock& clock, CurlHttpClientOptions options);

    /// Sets CurlHttpClientOptions::ca_file and proxy for later requests.
    void set_network(std::string ca_file, HttpProxy proxy);

    [[nodiscard]] std::unique_ptr<HttpCall> send(HttpRequest request, Done done) override;

  private:
    EventLoop& loop_;
    const Clock& clock_;
    CurlHttpClientOptions options_;
    TrustStore trusted_;
    CurlMulti multi_;
};

}  // namespace agent
