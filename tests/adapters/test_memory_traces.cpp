// SPDX-License-Identifier: Apache-2.0
//
// What a token request leaves in the memory of the process that made it: nothing. The server is another process, and
// the secrets are held inverted except where the code under test handles them. Not by Criterion: its libraries use
// OpenSSL before the first line of a test.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "fakes/loopback_server.h"
#include "fakes/memory_scan.h"
#include "fakes/run_until.h"
#include "fakes/temporary_directory.h"
#include "fakes/test_certificates.h"
#include "io/loop/system_clock.h"
#include "io/process/memory_hooks.h"
#include "io/provider/curl_http_client.h"

using agent::SecretString;

namespace {

std::string inverted(std::string_view plain) {
    std::string text(plain);
    for (std::size_t i = 0; i < plain.size(); ++i) text[i] = static_cast<char>(~plain[i]);
    return text;
}

const std::string kClientSecret = inverted("client-secret-3mYx0QpR");
const std::string kBearer = inverted("bearer-token-8ZkW1vTn");
const std::string kAccessToken = inverted("access-token-5LcB7hJd");
const std::vector<std::pair<std::string, std::string>> kSecrets = {
    {"the client secret", kClientSecret}, {"the bearer token", kBearer}, {"the access token", kAccessToken}};

int failures = 0;

void expect(bool fulfilled, const std::string& what) {
    if (fulfilled) return;
    std::cout << "failed: " << what << "\n";
    ++failures;
}

void require(bool fulfilled, const std::string& what) {
    expect(fulfilled, what);
    if (!fulfilled) std::exit(1);
}

SecretString plain(std::string_view prefix, const std::string& inverted_secret) {
    SecretString made(prefix.size() + inverted_secret.size());
    std::copy(prefix.begin(), prefix.end(), made.data());
    for (std::size_t i = 0; i < inverted_secret.size(); ++i) {
        made.data()[prefix.size() + i] = static_cast<char>(~inverted_secret[i]);
    }
    return made;
}

/// Answers every request with the access token, over TLS, in a separate process.
class ServerProcess {
  public:
    ServerProcess() {
        std::array<int, 2> ends{};
        require(::pipe(ends.data()) == 0, "pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            const fakes::TestAuthority authority;
            authority.write_certificate(ca_file());
            const auto tls = authority.server("IP:127.0.0.1");
            agent::EventLoop loop;
            const fakes::LoopbackServer server(
                loop,
                [](auto& peer) {
                    const SecretString body = plain("{\"access_token\":\"", kAccessToken);
                    peer.send(fakes::http_answer(200, std::string(body.reveal()) + "\"}"));
                },
                tls.get());
            const int port = server.port();
            [[maybe_unused]] const ssize_t sent = ::write(ends[1], &port, sizeof port);
            loop.run();
        }
        require(::read(ends[0], &port_, sizeof port_) == sizeof port_, "the server starts");
    }
    ~ServerProcess() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] std::string ca_file() const { return directory_ / "ca.pem"; }
    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/oauth/token"; }

  private:
    fakes::TemporaryDirectory directory_;
    pid_t pid_ = -1;
    int port_ = 0;
};

void request_token(agent::EventLoop& loop, agent::CurlHttpClient& client, const std::string& url) {
    agent::HttpRequest request;
    request.method = agent::HttpRequest::Method::kPost;
    request.url = url;
    request.authorization = plain("Bearer ", kBearer);
    request.form_body = plain("grant_type=refresh_token&client_secret=", kClientSecret);
    bool done = false;
    std::size_t in_use = 0;
    const auto call = client.send(std::move(request), [&](auto outcome) {
        require(outcome.has_value(), outcome ? "" : outcome.error().message);
        in_use = fakes::count_in_own_memory(kAccessToken);
        done = true;
    });
    require(fakes::run_until(loop, [&] { return done; }), "the request ends");
    expect(in_use > 0, "the scan finds what is there");
}

void expect_no_trace(const char* when) {
    for (const auto& [label, secret] : kSecrets) {
        const std::size_t found = fakes::count_in_own_memory(secret);
        expect(found == 0, std::string(when) + ": " + std::to_string(found) + " copies of " + label);
    }
}

}  // namespace

int main() {  // NOLINT(bugprone-exception-escape): an exception fails the test too
    expect(agent::install_memory_hooks().has_value(), "the hooks are the first thing a program does");
    const ServerProcess server;
    {
        agent::EventLoop loop;
        const agent::SystemClock clock;
        agent::CurlHttpClient client(loop, clock, {.user_agent = "clio-agent/1.2.3", .ca_file = server.ca_file()});
        request_token(loop, client, server.url());
        expect_no_trace("idle");
        request_token(loop, client, server.url());
        expect_no_trace("idle again");
    }
    expect_no_trace("at the end");

    {
        const SecretString secret = plain(std::string(5000, 'x'), kBearer);
        const std::string careless(secret.reveal());
        expect(fakes::count_in_own_memory(kBearer) == 2, "a string holds a copy");
    }
    expect_no_trace("once a plain string has gone");
    return failures == 0 ? 0 : 1;
}
