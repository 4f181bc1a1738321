// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_call.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/text/encoding.h"
#include "base/text/url.h"
#include "io/provider/curl_failure.h"
#include "io/provider/retry_after.h"

namespace agent {

namespace {

// Time for curl to read what has arrived.
constexpr Duration kLateRead = std::chrono::milliseconds(1);
constexpr int kMostLateReads = 2000;

constexpr std::size_t kLongestHeader = std::size_t{64} * 1024;  // all lines together; Clio sends about 2 KiB

/// For messages.
std::string origin_of(const Url& url) {
    const bool is_v6 = url.host.find(':') != std::string::npos;
    return url.scheme + "://" + (is_v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

bool is_unknown_authority(long verdict) noexcept {
    constexpr std::array<long, 5> unknown = {
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
        X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE};
    return std::find(unknown.begin(), unknown.end(), verdict) != unknown.end();
}

/// The variable that names a proxy for HTTPS to libcurl; null if none is set.
const char* proxy_variable() noexcept {
    for (const char* const name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return name;
    }
    return nullptr;
}

}  // namespace

CurlCall::CurlCall(EventLoop& loop, CurlMulti& multi, const Clock& clock, const CurlHttpClientOptions& options,
                   TrustStore& trusted, HttpRequest request, HttpClient::Done done)
    : multi_(multi),
      clock_(clock),
      done_(std::move(done)),
      patience_(request.patience),
      body_(options.longest_body),
      form_body_(std::move(request.form_body)),
      deadline_(loop.make_event(
          -1, 0, [](evutil_socket_t, short, void* self) noexcept { static_cast<CurlCall*>(self)->on_deadline(); },
          this)),
      easy_(curl_easy_init()) {
    if (easy_ == nullptr) throw std::bad_alloc();
    set_transport(options);
    set_request(request, options);
    set_trust(trusted);
    set_proxy(options.proxy);
    multi_.add(easy_.get());
    allow(options.connect_timeout + patience_);
}

CurlCall::~CurlCall() {
    if (done_) multi_.remove(easy_.get());
}

template <class T>
void CurlCall::set(CURLoption option, T value) {
    if (curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) {
        throw std::runtime_error("libcurl does not support a required option");
    }
}

void CurlCall::set_transport(const CurlHttpClientOptions& options) {
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, reason_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    // Without it, cancelling a call during name resolution waits for the resolver's thread.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_FORBID_REUSE, 1L);  // a kept connection keeps the last request's secrets
    // libcurl 7.87 to 8.5 has HTTP/2 faults with the multi interface.
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    // Asks for the answer as it is; curl decodes gzip and deflate all the same, as some gateways send them unasked.
    set(CURLOPT_ACCEPT_ENCODING, "identity");
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_PREREQFUNCTION, &before_request);
    set(CURLOPT_PREREQDATA, this);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, this);
}

/// Whom to trust is ours to say: curl would keep what it has read for a day.
void CurlCall::set_trust(TrustStore& trusted) {
    if (plain_text_) return;
    trusted_ = trusted.authorities();
    trust_problem_ = trusted.problem();
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // who resumes a session is not checked again
    set(CURLOPT_SSL_CTX_FUNCTION, &before_handshake);
    set(CURLOPT_SSL_CTX_DATA, this);
}

CURLcode CurlCall::before_handshake(CURL*, void* context, void* self) noexcept {
    auto* const tls = static_cast<SSL_CTX*>(context);
    SSL_CTX_set1_cert_store(tls, static_cast<CurlCall*>(self)->trusted_.get());
    // Otherwise OpenSSL's buffers would keep what was read, and curl has no option for this.
    SSL_CTX_set_options(tls, SSL_OP_CLEANSE_PLAINTEXT);
    return CURLE_OK;
}

void CurlCall::set_proxy(const HttpProxy& proxy) {
    has_proxy_ = !plain_text_ && (proxy.is_environments || !proxy.url.empty());
    if (!has_proxy_) return set(CURLOPT_PROXY, "");  // nor one from the environment
    set(CURLOPT_HTTPPROXYTUNNEL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (proxy.is_environments) return;
    set(CURLOPT_PROXY, proxy.url.c_str());
    set(CURLOPT_NOPROXY, "");
    if (proxy.credentials.empty()) return;
    // Not by CURLOPT_PROXYUSERPWD, which would decode "%41" in them.
    SecretBuffer basic;
    basic.append("Basic ");
    basic.append(base64(proxy.credentials.reveal()).reveal());
    add_header(proxy_headers_, "Proxy-Authorization", basic.view());
    set(CURLOPT_PROXYHEADER, proxy_headers_.get());
}

void CurlCall::allow(Duration time) {
    const timeval delay = to_timeval(time);
    event_add(deadline_.get(), &delay);
}

/// curl looks at the time before it looks at its socket, and would throw away what has arrived there while the process
/// was stopped. So the deadline for the answer is ours.
void CurlCall::on_deadline() {
    const bool is_first = late_reads_++ == 0;  // curl may have read it all, and not told yet
    if (is_first || (late_reads_ < kMostLateReads && multi_.has_something_to_read(easy_.get())))
        return allow(kLateRead);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience_).count();
    if (sent_)
        std::snprintf(reason_.data(), reason_.size(), "no answer within %lld s", static_cast<long long>(seconds));
    multi_.remove(easy_.get());
    finish(easy_.get(), CURLE_OPERATION_TIMEDOUT);
}

void CurlCall::set_request(const HttpRequest& request, const CurlHttpClientOptions& options) {
    const Result<Url> url = Url::parse(request.url);
    plain_text_ = url && url->scheme == "http";
    origin_ = url ? origin_of(*url) : "request";
    // For any other URL curl fails the transfer later, as `done` requires.
    set(CURLOPT_PROTOCOLS_STR, plain_text_ && url->is_loopback() ? "http" : "https");
    set(CURLOPT_URL, request.url.c_str());

    add_header(headers_, "User-Agent", options.user_agent);
    add_header(headers_, "Accept", "application/json");
    if (!request.authorization.empty()) add_header(headers_, "Authorization", request.authorization.reveal());
    set(CURLOPT_HTTPHEADER, headers_.get());
    if (request.method == HttpRequest::Method::kPost) {
        // curl calls this application/x-www-form-urlencoded unless told otherwise, and does not copy it.
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form_body_.size()));
        set(CURLOPT_POSTFIELDS, form_body_.empty() ? "" : form_body_.data());
    }
}

void CurlCall::add_header(HeaderList& headers, std::string_view name, std::string_view value) {
    SecretBuffer line;
    line.append(name);
    line.append(": ");
    line.append(value);
    line.append({"\0", 1});
    curl_slist* const longer = curl_slist_append(headers.get(), line.view().data());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
}

/// Called when the connection is set up, including TLS, and before the first byte of the request is written: from here
/// on the server may have seen it.
int CurlCall::before_request(void* self, char* peer_address, char*, int, int) noexcept {
    auto& call = *static_cast<CurlCall*>(self);
    if (call.plain_text_ && !Url{.scheme = {}, .host = peer_address, .path = {}, .query = {}}.is_loopback()) {
        return CURL_PREREQFUNC_ABORT;
    }
    call.sent_ = true;
    call.allow(call.patience_);
    return CURL_PREREQFUNC_OK;
}

/// Called with each line of a header; an interim one (1xx) may precede that of the answer.
std::size_t CurlCall::on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
    auto& call = *static_cast<CurlCall*>(self);
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) call.head_ended_ = false;
    if (line == "\r\n" || line == "\n") call.head_ended_ = true;
    call.header_size_ += size;
    call.too_large_ = call.header_size_ > kLongestHeader;
    return call.too_large_ ? 0 : size;
}

std::size_t CurlCall::on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
    auto& call = *static_cast<CurlCall*>(self);
    call.too_large_ = !call.body_.try_append({data, size});
    return call.too_large_ ? 0 : size;
}

void CurlCall::finish(CURL* easy, CURLcode result) {
    CurlCall* call = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
    event_del(call->deadline_.get());
    const auto done = std::move(call->done_);
    call->done_ = nullptr;
    // If a connection ends within the header, curl reports an answer without a body.
    if (result == CURLE_OK && !call->head_ended_) result = CURLE_PARTIAL_FILE;
    if (result == CURLE_OK) {
        done(call->response());
    } else {
        done(tl::unexpected(call->failure(result)));
    }
}

HttpResponse CurlCall::response() {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    const char* content_type = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &content_type);
    return {.status = static_cast<int>(status),
            .content_type = content_type == nullptr ? "" : content_type,
            .retry_after = retry_after(),
            .body = body_.take(),
            .location = std::string(header("Location")),
            .date = parse_http_date(header("Date"))};
}

std::string_view CurlCall::header(const char* name) const {
    curl_header* header = nullptr;
    if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
    return header->value;
}

std::optional<Duration> CurlCall::retry_after() const {
    for (const char* const name : {"Retry-After", "Retry-At"}) {
        if (const auto wait = parse_retry_after(header(name), clock_.now())) return wait;
    }
    return std::nullopt;
}

HttpFailure CurlCall::failure(CURLcode result) const {
    if (too_large_) {
        return {.kind = HttpFailure::Kind::kTooLarge,
                .may_have_been_sent = sent_,
                .message = origin_ + ": the answer is too large"};
    }
    std::string reason = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(result);
    if (plain_text_ && !sent_ && (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_ABORTED_BY_CALLBACK)) {
        reason = "plain http is only allowed for loopback addresses";
    }
    if (const std::string hint = this->hint(result); !hint.empty()) reason += "; " + hint;
    const bool untrusted = result == CURLE_PEER_FAILED_VERIFICATION && lacks_authority();
    return {.kind = untrusted ? HttpFailure::Kind::kUntrusted : failure_kind(result, sent_),
            .may_have_been_sent = sent_,
            .message = origin_ + ": " + reason};
}

bool CurlCall::lacks_authority() const {
    long verdict = X509_V_OK;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verdict);
    return is_unknown_authority(verdict);
}

/// What a person needs to know beside what curl says; empty if that is enough.
std::string CurlCall::hint(CURLcode result) const {
    if (result == CURLE_PEER_FAILED_VERIFICATION) {
        if (!trust_problem_.empty()) return trust_problem_;
        if (!lacks_authority()) return {};
        return "add its certificate authority to the system's, or name it in tls.ca_file: see cliod.json(5)";
    }
    const bool is_without_proxy = !sent_ && !plain_text_ && !has_proxy_;
    const char* const unused = is_without_proxy ? proxy_variable() : nullptr;
    return unused == nullptr ? "" : std::string(unused) + " is set, but not used: see \"proxy\" in cliod.json(5)";
}

}  // namespace agent
