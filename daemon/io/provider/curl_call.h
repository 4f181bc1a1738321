// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret/secret.h"
#include "io/provider/curl_http_client.h"
#include "io/provider/curl_multi.h"
#include "io/provider/trust_store.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace agent {

/// One request of CurlHttpClient. Its options live as long as the client.
class CurlCall final : public HttpCall {
  public:
    CurlCall(EventLoop& loop, CurlMulti& multi, const Clock& clock, const CurlHttpClientOptions& options,
             TrustStore& trusted, HttpRequest request, HttpClient::Done done);
    ~CurlCall() override;
    CurlCall(const CurlCall&) = delete;
    CurlCall& operator=(const CurlCall&) = delete;

    /// Called when the transfer has ended and left the multi. Calls `done`, which may destroy this call.
    static void finish(CURL* easy, CURLcode result);

  private:
    using HeaderList = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;

    template <class T>
    void set(CURLoption option, T value);
    void set_transport(const CurlHttpClientOptions& options);
    void set_trust(TrustStore& trusted);
    void set_proxy(const HttpProxy& proxy);
    void set_request(const HttpRequest& request, const CurlHttpClientOptions& options);
    static void add_header(HeaderList& headers, std::string_view name, std::string_view value);

    void allow(Duration time);
    void on_deadline();

    static CURLcode before_handshake(CURL*, void* context, void* self) noexcept;
    static int before_request(void* self, char* peer_address, char*, int, int) noexcept;
    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept;

    [[nodiscard]] HttpResponse response();
    [[nodiscard]] HttpFailure failure(CURLcode result) const;
    [[nodiscard]] bool lacks_authority() const;
    [[nodiscard]] std::string hint(CURLcode result) const;
    /// The value of a header of the answer; empty if absent.
    [[nodiscard]] std::string_view header(const char* name) const;
    [[nodiscard]] std::optional<Duration> retry_after() const;

    CurlMulti& multi_;
    const Clock& clock_;
    HttpClient::Done done_;
    Duration patience_;
    std::string origin_;  // "https://host:port", for messages
    bool plain_text_ = false;
    bool has_proxy_ = false;
    AuthoritiesPtr trusted_;
    std::string trust_problem_;
    bool sent_ = false;
    int late_reads_ = 0;
    bool head_ended_ = false;
    bool too_large_ = false;
    std::size_t header_size_ = 0;
    SecretBuffer body_;
    SecretString form_body_;  // curl does not copy it
    HeaderList headers_;
    HeaderList proxy_headers_;
    std::array<char, CURL_ERROR_SIZE> reason_{};
    EventPtr deadline_;
    CurlEasyPtr easy_;  // last, so that it is freed before what it points to
};

}  // namespace agent
