// SPDX-License-Identifier: Apache-2.0
#include <openssl/pem.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include "expect.h"
#include "fakes/loopback_server.h"
#include "fakes/run_until.h"
#include "fakes/temporary_directory.h"
#include "fakes/test_certificates.h"
#include "io/loop/system_clock.h"
#include "io/provider/curl_http_client.h"

using agent::HttpFailure;
using fakes::LoopbackServer;
using Outcome = tl::expected<agent::HttpResponse, HttpFailure>;

namespace {

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

struct CurlTlsFixture {
    CurlTlsFixture() { authority.write_certificate(directory / "ca.pem"); }

    /// Posts a secret to a server with that certificate, trusting `trusted`.
    Outcome post(SSL_CTX* tls, const std::string& trusted) {
        agent::CurlHttpClient client(loop, clock, {.user_agent = "clio-agent/1.2.3", .ca_file = trusted});
        return post_by(client, tls);
    }

    Outcome post_by(agent::CurlHttpClient& client, SSL_CTX* tls) {
        LoopbackServer server(
            loop, [](auto& peer) { peer.send(fakes::http_answer(200, "good")); }, tls);
        agent::HttpRequest request;
        request.method = agent::HttpRequest::Method::kPost;
        request.url = server.url();
        request.form_body = agent::SecretString("refresh_token=secret");
        std::optional<Outcome> outcome;
        const auto call =
            client.send(std::move(request), [&](Outcome received) { outcome.emplace(std::move(received)); });
        cr_assert(fakes::run_until(loop, [&] { return outcome.has_value(); }));
        requests = server.requests();
        return *std::move(outcome);
    }

    void expect_refused(SSL_CTX* tls, const std::string& trusted, HttpFailure::Kind kind = HttpFailure::Kind::kTls) {
        const Outcome outcome = post(tls, trusted);
        cr_assert_not(outcome);
        cr_expect(outcome.error().kind == kind, "%s", outcome.error().message.c_str());
        cr_expect_not(outcome.error().may_have_been_sent);
        cr_expect(requests == 0);
    }

    agent::EventLoop loop;
    agent::SystemClock clock;
    fakes::TemporaryDirectory directory;
    fakes::TestAuthority authority;
    std::string ca_file = directory / "ca.pem";
    std::size_t requests = 0;
};

/// Under this name OpenSSL looks for an authority in a folder (openssl-rehash(1)).
std::string name_in_folder(const std::string& certificate) {
    const std::unique_ptr<std::FILE, agent::FreeWith<std::fclose>> file(std::fopen(certificate.c_str(), "r"));
    cr_assert(file != nullptr);
    const std::unique_ptr<X509, agent::FreeWith<X509_free>> read(PEM_read_X509(file.get(), nullptr, nullptr, nullptr));
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(read.get()));
    return name.data();
}

/// Makes the authority the only one of the system, as this process sees it. False where that is not allowed.
bool make_it_the_systems(const CurlTlsFixture& f) {
    const bool apart = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    if (!apart || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    const std::filesystem::path folder = f.directory / "system";
    std::filesystem::create_directory(folder);
    std::filesystem::copy_file(f.ca_file, folder / name_in_folder(f.ca_file));
    std::filesystem::copy_file(f.ca_file, folder / "ca-certificates.crt");
    return ::mount(folder.c_str(), "/etc/ssl/certs", nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace

TestSuite(curl_tls, .init = ignore_broken_pipes, .timeout = 60);

Test(curl_tls, trusts_the_configured_authority) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    const Outcome outcome = f.post(tls.get(), f.ca_file);
    cr_assert(outcome, "%s", outcome.error().message.c_str());
    EXPECT_TEXT(outcome->body.reveal(), "good");
}

Test(curl_tls, refuses_a_certificate_for_another_host) {
    CurlTlsFixture f;
    f.expect_refused(f.authority.server("DNS:example.com,IP:127.0.0.2").get(), f.ca_file);
}

Test(curl_tls, refuses_an_unknown_authority) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    f.expect_refused(tls.get(), "", HttpFailure::Kind::kUntrusted);
    const fakes::TestAuthority other;
    other.write_certificate(f.directory / "other.pem");
    f.expect_refused(tls.get(), f.directory / "other.pem");
    f.expect_refused(tls.get(), f.directory / "missing.pem", HttpFailure::Kind::kUntrusted);
}

Test(curl_tls, says_how_to_trust_an_unknown_authority) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    const std::string unknown = f.post(tls.get(), "").error().message;
    EXPECT_CONTAINS(unknown, "certificate");
    EXPECT_CONTAINS(unknown, "tls.ca_file: see cliod.json(5)");
    const auto other_host = f.authority.server("DNS:example.com");
    cr_expect(f.post(other_host.get(), f.ca_file).error().message.find("ca_file") == std::string::npos);
}

Test(curl_tls, reads_the_authorities_again_when_their_file_has_changed) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    const fakes::TestAuthority other;
    const auto tls_of_other = other.server("IP:127.0.0.1");
    agent::CurlHttpClient client(f.loop, f.clock, {.user_agent = {}, .ca_file = f.ca_file});
    cr_expect(f.post_by(client, tls.get()));
    cr_expect_not(f.post_by(client, tls_of_other.get()));

    other.write_certificate(f.ca_file);
    cr_expect(f.post_by(client, tls_of_other.get()));
    cr_expect_not(f.post_by(client, tls.get()), "what was taken out is not trusted any more");

    std::filesystem::copy_file(f.ca_file, f.directory / "kept.pem");
    std::filesystem::resize_file(f.ca_file, 0);
    EXPECT_CONTAINS(f.post_by(client, tls_of_other.get()).error().message, f.ca_file + ": holds no certificate");
    std::filesystem::remove(f.ca_file);
    EXPECT_CONTAINS(f.post_by(client, tls_of_other.get()).error().message, f.ca_file + ": No such file");
    std::filesystem::rename(f.directory / "kept.pem", f.ca_file);
    cr_expect(f.post_by(client, tls_of_other.get()));
}

Test(curl_tls, trusts_the_configured_authority_instead_of_the_systems) {
    CurlTlsFixture f;
    if (!make_it_the_systems(f)) cr_skip_test("this user cannot mount anything");
    const auto tls = f.authority.server("IP:127.0.0.1");
    const Outcome outcome = f.post(tls.get(), "");
    cr_assert(outcome, "%s", outcome.error().message.c_str());
    const fakes::TestAuthority other("Another authority");  // OpenSSL stops at the first that has the name
    other.write_certificate(f.directory / "other.pem");
    f.expect_refused(tls.get(), f.directory / "other.pem", HttpFailure::Kind::kUntrusted);
}

Test(curl_tls, speaks_tls_1_2_and_nothing_older) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    SSL_CTX_set_security_level(tls.get(), 0);  // Debian's own level refuses the old versions
    SSL_CTX_set_max_proto_version(tls.get(), TLS1_2_VERSION);
    cr_expect(f.post(tls.get(), f.ca_file));
    SSL_CTX_set_min_proto_version(tls.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls.get(), TLS1_1_VERSION);
    f.expect_refused(tls.get(), f.ca_file);
}

Test(curl_tls, offers_http_1_1_only) {
    CurlTlsFixture f;
    const auto tls = f.authority.server("IP:127.0.0.1");
    static std::string offered;
    SSL_CTX_set_alpn_select_cb(
        tls.get(),
        [](SSL*, const unsigned char**, unsigned char*, const unsigned char* list, unsigned size, void*) {
            offered.assign(reinterpret_cast<const char*>(list), size);
            return SSL_TLSEXT_ERR_NOACK;
        },
        nullptr);
    cr_expect(f.post(tls.get(), f.ca_file));
    EXPECT_TEXT(offered, "\x08http/1.1");
}
