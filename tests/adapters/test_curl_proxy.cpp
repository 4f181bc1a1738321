// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>

#include "expect.h"
#include "fakes/loopback_server.h"
#include "fakes/run_until.h"
#include "io/loop/system_clock.h"
#include "io/provider/curl_http_client.h"

using agent::HttpProxy;
using agent::SecretString;
using fakes::LoopbackServer;
using Outcome = tl::expected<agent::HttpResponse, agent::HttpFailure>;

namespace {

constexpr const char* kClio = "https://clio.invalid/oauth/token";

void without_proxies() {
    std::signal(SIGPIPE, SIG_IGN);
    for (const char* const name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"})
        ::unsetenv(name);
}

/// A proxy that writes down what it is asked, and refuses it.
struct CurlProxyFixture {
    Outcome post(HttpProxy proxy, const std::string& url = kClio) {
        agent::CurlHttpClient client(loop, clock, {.user_agent = {}, .ca_file = {}, .proxy = std::move(proxy)});
        agent::HttpRequest request;
        request.method = agent::HttpRequest::Method::kPost;
        request.url = url;
        request.form_body = SecretString("refresh_token=secret");
        std::optional<Outcome> outcome;
        const auto call =
            client.send(std::move(request), [&](Outcome received) { outcome.emplace(std::move(received)); });
        cr_assert(fakes::run_until(loop, [&] { return outcome.has_value(); }));
        return *std::move(outcome);
    }

    [[nodiscard]] HttpProxy proxy() const { return {.url = url(), .credentials = {}, .exempt = {}}; }
    static HttpProxy of_environment() { return agent::proxy_of_environment().value(); }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

    agent::EventLoop loop;
    agent::SystemClock clock;
    std::string asked;
    LoopbackServer server{loop, [this](auto& peer) {
                              asked += peer.received();
                              peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                          }};
};

}  // namespace

TestSuite(curl_proxy, .init = without_proxies, .timeout = 60);

Test(curl_proxy, is_asked_for_a_tunnel_and_told_nothing_else) {
    CurlProxyFixture f;
    const Outcome outcome = f.post(f.proxy());
    cr_assert_not(outcome);
    cr_expect_not(outcome.error().may_have_been_sent, "a proxy that refuses has passed on nothing");
    EXPECT_CONTAINS(outcome.error().message, "403");
    cr_expect(f.asked.starts_with("CONNECT clio.invalid:443 HTTP/1.1\r\n"), "%s", f.asked.c_str());
    cr_expect(f.asked.find("secret") == std::string::npos && f.asked.find("Authorization") == std::string::npos);
}

Test(curl_proxy, gets_the_credentials_that_are_for_it) {
    CurlProxyFixture f;
    HttpProxy proxy = f.proxy();
    proxy.credentials = SecretString("firm:a:p%41ss");
    cr_expect_not(f.post(std::move(proxy)));
    EXPECT_CONTAINS(f.asked, "Proxy-Authorization: Basic ZmlybTphOnAlNDFzcw==\r\n");  // as they are in the file
}

Test(curl_proxy, is_not_asked_for_plain_http_to_loopback) {
    CurlProxyFixture f;
    LoopbackServer clio(f.loop, [](auto& peer) { peer.send(fakes::http_answer(200, "")); });
    cr_expect(f.post(f.proxy(), clio.url()));
    ::setenv("http_proxy", f.url().c_str(), 1);
    ::setenv("all_proxy", f.url().c_str(), 1);
    cr_expect(f.post(CurlProxyFixture::of_environment(), clio.url()));
    cr_expect(f.server.accepted() == 0);
}

Test(curl_proxy, comes_from_the_environment_where_it_should) {
    CurlProxyFixture f;
    ::setenv("HTTPS_PROXY", f.url().c_str(), 1);
    cr_expect_not(f.post(CurlProxyFixture::of_environment()));
    cr_expect(f.server.requests() == 1);
    ::setenv("NO_PROXY", "example.com,.invalid", 1);
    cr_expect_not(f.post(CurlProxyFixture::of_environment()));
    cr_expect(f.server.requests() == 1, "NO_PROXY names the host");
    cr_expect_not(f.post(f.proxy()));
    cr_expect(f.server.requests() == 2, "NO_PROXY is for the proxy of the environment");
}

Test(curl_proxy, of_the_environment_gets_the_credentials_in_its_url) {
    CurlProxyFixture f;
    // "#" must not stand in a URL, and curl quotes one that it does not understand.
    ::setenv("HTTPS_PROXY", ("http://firm:a:p#%41ss@" + f.url().substr(7)).c_str(), 1);
    const Outcome outcome = f.post(CurlProxyFixture::of_environment());
    cr_assert_not(outcome);
    EXPECT_CONTAINS(outcome.error().message, "403");
    EXPECT_CONTAINS(f.asked, "Proxy-Authorization: Basic ZmlybTphOnAjQXNz\r\n");
}

Test(curl_proxy, of_the_environment_is_read_by_us_and_its_password_is_in_no_error) {
    struct Row {
        const char* value;
        const char* url;  // nullptr: refused
        const char* credentials;
    };
    for (const Row& row :
         {Row{"proxy.example:3128", "http://proxy.example:3128", ""},
          Row{"HTTP://proxy.example:3128/", "http://proxy.example:3128/", ""},
          Row{"http://firm@proxy.example:3128", "http://proxy.example:3128", "firm:"},
          Row{"firm:p/s@s@proxy.example:3128", "http://proxy.example:3128", "firm:p/s@s"},
          Row{"https://firm:s3cret@proxy.example:3128", nullptr, ""},
          Row{"socks5://firm:s3cret@proxy.example:3128", nullptr, ""},
          Row{"http://firm:s3cret@proxy.example", nullptr, ""},
          Row{"http://firm:s3cret%@proxy.example:3128", nullptr, ""}, Row{"http://firm:s3cret", nullptr, ""}}) {
        ::setenv("all_proxy", row.value, 1);
        const auto proxy = agent::proxy_of_environment();
        cr_assert(proxy.has_value() == (row.url != nullptr), "%s", row.value);
        if (proxy) {
            EXPECT_TEXT(proxy->url, row.url);
            EXPECT_TEXT(proxy->credentials.reveal(), row.credentials);
        } else {
            cr_expect(proxy.error().message.starts_with("all_proxy in the environment: "));
            cr_expect(proxy.error().message.find("s3cret") == std::string::npos);
        }
    }
}

Test(curl_proxy, is_named_when_it_is_set_and_not_used) {
    CurlProxyFixture f;
    ::setenv("https_proxy", f.url().c_str(), 1);
    EXPECT_CONTAINS(f.post({}).error().message, "https_proxy is set, but not used: see \"proxy\" in cliod.json(5)");
    cr_expect(f.server.accepted() == 0);
    ::setenv("https_proxy", "", 1);
    cr_expect(f.post({}).error().message.find("proxy") == std::string::npos);
}
