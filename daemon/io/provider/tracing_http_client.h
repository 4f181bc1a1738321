// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/provider/fingerprint.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace agent {

/// Logs the exchange with the provider, with secrets replaced by fingerprints, and passes it on to another client.
class TracingHttpClient final : public HttpClient {
  public:
    TracingHttpClient(HttpClient& client, const Clock& clock, Fingerprint names)
        : client_(client), clock_(clock), names_(std::move(names)) {}

    [[nodiscard]] std::unique_ptr<HttpCall> send(HttpRequest request, Done done) override;

  private:
    void answered(std::uint64_t number, BootTime sent_at, const tl::expected<HttpResponse, HttpFailure>& outcome,
                  std::span<const SecretString> sent) const;

    HttpClient& client_;
    const Clock& clock_;
    Fingerprint names_;
    std::uint64_t sent_ = 0;
};

}  // namespace agent
