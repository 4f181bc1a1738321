// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_http_client.h"

#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "expect.h"
#include "fakes/loopback_server.h"
#include "fakes/run_until.h"
#include "fakes/slow_resolver.h"
#include "io/loop/system_clock.h"

using agent::HttpFailure;
using agent::HttpRequest;
using agent::SecretString;
using fakes::http_answer;
using fakes::LoopbackServer;
using std::chrono::milliseconds;
using Kind = HttpFailure::Kind;
using Outcome = tl::expected<agent::HttpResponse, HttpFailure>;

namespace {

void init() {
    std::signal(SIGPIPE, SIG_IGN);
}

HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

HttpRequest post(std::string url, const char* form) {
    HttpRequest request = get(std::move(url));
    request.method = HttpRequest::Method::kPost;
    request.form_body = SecretString(form);
    return request;
}

/// A loop with a client on it.
struct Fixture {
    explicit Fixture(agent::CurlHttpClientOptions options = {.user_agent = "clio-agent/1.2.3", .ca_file = {}})
        : client(loop, clock, std::move(options)) {}

    /// Sends, and waits for the outcome.
    Outcome ask(HttpRequest request) {
        std::optional<Outcome> outcome;
        const auto call =
            client.send(std::move(request), [&](Outcome received) { outcome.emplace(std::move(received)); });
        cr_expect_not(outcome, "never before send() has returned");
        cr_assert(fakes::run_until(loop, [&] { return outcome.has_value(); }));
        return *std::move(outcome);
    }

    agent::EventLoop loop;
    agent::SystemClock clock;
    agent::CurlHttpClient client;
};

void expect_failure(const Outcome& outcome, Kind kind, bool may_have_been_sent) {
    cr_assert_not(outcome, "status %d, body <%s>", outcome->status, std::string(outcome->body.reveal()).c_str());
    cr_expect(outcome.error().kind == kind, "kind %d: %s", static_cast<int>(outcome.error().kind),
              outcome.error().message.c_str());
    cr_expect(outcome.error().may_have_been_sent == may_have_been_sent, "%s", outcome.error().message.c_str());
}

/// A port of 127.0.0.1 that nobody listens on.
std::string refused_url() {
    Fixture other;
    const LoopbackServer server(other.loop, [](auto&) {});
    return server.url();
}

}  // namespace

TestSuite(curl_http_client, .init = init, .timeout = 60);

Test(curl_http_client, brings_the_answer) {
    Fixture f;
    LoopbackServer server(f.loop, [](auto& peer) {
        peer.send(http_answer(418, "{\"error\":\"teapot\"}", "Content-Type: application/json; charset=utf-8\r\n"));
    });
    const Outcome outcome = f.ask(get(server.url("/a?b=c")));
    cr_assert(outcome);
    cr_expect(outcome->status == 418);
    EXPECT_TEXT(outcome->content_type, "application/json; charset=utf-8");
    EXPECT_TEXT(outcome->body.reveal(), "{\"error\":\"teapot\"}");
    cr_expect_not(outcome->retry_after);
}

Test(curl_http_client, sends_what_it_is_given_and_nothing_more) {
    Fixture f;
    std::vector<std::string> requests;
    LoopbackServer server(f.loop, [&](auto& peer) {
        requests.push_back(peer.received());
        peer.send(http_answer(200, "", "Set-Cookie: a=b\r\n"));
    });
    const std::string host = "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n";
    HttpRequest with_bearer = get(server.url("/api/v4/users/who_am_i.json?fields=id"));
    with_bearer.authorization = SecretString("Bearer token");
    cr_assert(f.ask(std::move(with_bearer)));
    cr_assert(f.ask(post(server.url("/oauth/token"), "grant_type=refresh_token&refresh_token=r")));
    cr_assert(f.ask(post(server.url("/empty"), "")));

    EXPECT_TEXT(requests[0],
                "GET /api/v4/users/who_am_i.json?fields=id HTTP/1.1\r\n" + host +
                    "Accept-Encoding: identity\r\nUser-Agent: clio-agent/1.2.3\r\nAccept: application/json\r\n"
                    "Authorization: Bearer token\r\n\r\n");
    EXPECT_TEXT(requests[1],
                "POST /oauth/token HTTP/1.1\r\n" + host +
                    "Accept-Encoding: identity\r\nUser-Agent: clio-agent/1.2.3\r\nAccept: application/json\r\n"
                    "Content-Length: 40\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
                    "grant_type=refresh_token&refresh_token=r");
    EXPECT_CONTAINS(requests[2], "POST /empty HTTP/1.1\r\n");
    EXPECT_CONTAINS(requests[2], "Content-Length: 0\r\n");
    cr_expect(server.accepted() == 3, "no connection is kept");
}

Test(curl_http_client, takes_no_proxy_from_the_environment) {
    for (const char* const name : {"http_proxy", "https_proxy", "all_proxy"}) ::setenv(name, refused_url().c_str(), 1);
    Fixture f;
    LoopbackServer server(f.loop, [](auto& peer) { peer.send(http_answer(200, "")); });
    cr_expect(f.ask(get(server.url())));
}

Test(curl_http_client, follows_no_redirect) {
    Fixture f;
    LoopbackServer server(
        f.loop, [&](auto& peer) { peer.send(http_answer(302, "", "Location: " + server.url("/elsewhere") + "\r\n")); });
    const Outcome outcome = f.ask(post(server.url(), "secret"));
    cr_assert(outcome);
    cr_expect(outcome->status == 302);
    cr_expect(server.requests() == 1);
}

Test(curl_http_client, reads_a_compressed_answer_that_it_did_not_ask_for) {
    using namespace std::string_view_literals;
    constexpr auto kGzip =  // {"access_token":"A"}
        "\037\213\010\000\000\000\000\000\002\003\253\126\112\114\116\116\055\056\216\057\311\317\116\315\123\262\122\162\124\252\005\000\314\357\157\226\024\000\000\000"sv;
    Fixture f;
    std::string request;
    LoopbackServer server(f.loop, [&](auto& peer) {
        request = peer.received();
        peer.send(http_answer(200, std::string(kGzip), "Content-Encoding: gzip\r\n"));
    });
    const Outcome outcome = f.ask(post(server.url(), "secret"));
    cr_assert(outcome);
    EXPECT_TEXT(outcome->body.reveal(), R"({"access_token":"A"})");
    EXPECT_CONTAINS(request, "Accept-Encoding: identity\r\n");
}

Test(curl_http_client, waits_as_the_server_asks) {
    Fixture f;
    std::string headers;
    LoopbackServer server(f.loop, [&](auto& peer) {
        // An interim answer and a trailer say nothing about the final answer.
        peer.send("HTTP/1.1 103 Early Hints\r\nRetry-After: 1\r\n\r\nHTTP/1.1 429 Too Many Requests\r\n" + headers +
                  "Transfer-Encoding: chunked\r\nTrailer: Retry-After\r\n\r\n0\r\nRetry-After: 2\r\n\r\n");
    });
    const auto retry_after = [&](const char* sent) {
        headers = sent;
        return f.ask(get(server.url())).value().retry_after;
    };
    using std::chrono::seconds;
    cr_expect(retry_after("retry-after: 17\r\n") == seconds(17));
    cr_expect(retry_after("Retry-At: 18\r\n") == seconds(18));
    // Of two the standard one counts, in whichever order they come.
    cr_expect(retry_after("Retry-At: 18\r\nRetry-After: 17\r\n") == seconds(17));
    cr_expect(retry_after("Retry-After: 17\r\nRetry-At: 18\r\n") == seconds(17));
    cr_expect(retry_after("Retry-After: soon\r\nRetry-At: 19\r\n") == seconds(19));
    cr_expect(retry_after("Retry-After: Mon, 01 Jan 2001 00:00:00 GMT\r\n") == seconds(0));
    cr_expect_not(retry_after(""));
    cr_expect_not(retry_after("Retry-After: soon\r\n"));
}

Test(curl_http_client, tells_that_nobody_listens) {
    Fixture f;
    const std::string url = refused_url();
    const Outcome outcome = f.ask(post(url, "secret"));
    expect_failure(outcome, Kind::kConnect, false);
    EXPECT_CONTAINS(outcome.error().message, url.substr(0, url.size() - 1) + ": ");
}

Test(curl_http_client, tells_that_the_host_does_not_exist) {
    Fixture f;
    const Outcome outcome = f.ask(get("https://nowhere.invalid/"));
    expect_failure(outcome, Kind::kResolve, false);
    EXPECT_CONTAINS(outcome.error().message, "https://nowhere.invalid:443: ");
}

Test(curl_http_client, sends_plain_http_to_loopback_only) {
    Fixture f;
    const Outcome outcome = f.ask(get("http://192.0.2.1/"));
    expect_failure(outcome, Kind::kConnect, false);
    EXPECT_TEXT(outcome.error().message, "http://192.0.2.1:80: plain http is only allowed for loopback addresses");
    for (const char* const url :
         {"ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1@192.0.2.1/", "nonsense", "", "https://"}) {
        expect_failure(f.ask(get(url)), Kind::kConnect, false);
    }
}

Test(curl_http_client, tells_a_silent_server_from_one_that_cannot_have_acted) {
    Fixture f({.user_agent = {}, .ca_file = {}, .connect_timeout = milliseconds(50)});
    const auto impatient = [](std::string url) {
        HttpRequest request = post(std::move(url), "secret");
        request.patience = milliseconds(50);
        return request;
    };
    LoopbackServer silent(f.loop, [](auto&) {});
    expect_failure(f.ask(impatient(silent.url())), Kind::kTimeout, true);
    // The same server does not answer the TLS greeting either: then the request was never sent.
    expect_failure(f.ask(impatient("https://127.0.0.1:" + std::to_string(silent.port()))), Kind::kTimeout, false);
    expect_failure(f.ask(impatient("https://host.slow.invalid/")), Kind::kTimeout, false);
    fakes::release_resolver();
}

Test(curl_http_client, reads_what_has_arrived_before_it_believes_that_time_is_over) {
    Fixture f;
    constexpr milliseconds kPatience(300);
    const std::string answer = http_answer(200, std::string(100'000, 'x'));  // more than curl reads at once
    LoopbackServer server(f.loop, [&](auto& peer) {
        peer.send_now(answer);
        // As if the process were stopped for longer than the answer may take.
        std::this_thread::sleep_for(kPatience + milliseconds(100));
    });
    HttpRequest request = post(server.url(), "secret");
    request.patience = kPatience;
    const Outcome outcome = f.ask(std::move(request));
    cr_assert(outcome, "%s", outcome.error().message.c_str());
    cr_expect(outcome->body.reveal().size() == 100'000);
}

Test(curl_http_client, tells_that_the_answer_was_cut) {
    Fixture f;
    const char* answer = "";
    LoopbackServer server(f.loop, [&](auto& peer) {
        peer.send(answer);
        peer.close();
    });
    for (const char* const cut :
         {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "+OK POP3 ready\r\n", "\x15\x03\x03"}) {
        answer = cut;
        expect_failure(f.ask(get(server.url())), Kind::kCut, true);
    }
    LoopbackServer resetting(f.loop, [](auto& peer) { peer.reset(); });
    expect_failure(f.ask(get(resetting.url())), Kind::kCut, true);
}

Test(curl_http_client, takes_no_more_than_it_wants) {
    Fixture f;
    std::string answer;
    LoopbackServer server(f.loop, [&](auto& peer) { peer.send(answer); });
    answer = http_answer(200, std::string(std::size_t{256} * 1024, 'x'));
    cr_expect(f.ask(get(server.url())));
    answer = http_answer(200, std::string(std::size_t{256} * 1024 + 1, 'x'));
    expect_failure(f.ask(get(server.url())), Kind::kTooLarge, true);
    answer = "HTTP/1.1 200 OK\r\n";
    while (answer.size() < std::size_t{64} * 1024) answer += "X-Padding: " + std::string(1000, 'x') + "\r\n";
    answer += "\r\n";
    expect_failure(f.ask(get(server.url())), Kind::kTooLarge, true);
}

Test(curl_http_client, forgets_a_call_that_is_destroyed) {
    Fixture f;
    LoopbackServer server(f.loop, [](auto&) {});
    bool called = false;
    auto call = f.client.send(get(server.url()), [&](const Outcome&) { called = true; });
    cr_assert(fakes::run_until(f.loop, [&] { return server.requests() == 1; }));
    call.reset();
    cr_expect(fakes::run_until(f.loop, [&] { return server.open() == 0; }), "the connection is closed");
    fakes::run_what_is_due(f.loop);
    cr_expect_not(called);
    f.client.send(get(server.url()), [&](const Outcome&) { called = true; }).reset();
    fakes::run_what_is_due(f.loop);
    cr_expect_not(called);
}

Test(curl_http_client, does_not_wait_for_a_lookup_that_nobody_wants) {
    Fixture f;
    auto call = f.client.send(get("https://host.slow.invalid/"), [](const Outcome&) { cr_expect(false); });
    fakes::run_what_is_due(f.loop);
    fakes::await_slow_lookup();
    call.reset();  // would hang here until the lookup ends
    fakes::release_resolver();
}

Test(curl_http_client, lets_a_callback_do_anything) {
    Fixture f;
    LoopbackServer server(f.loop, [](auto& peer) { peer.send(http_answer(200, "")); });
    std::unique_ptr<agent::HttpCall> first;
    std::unique_ptr<agent::HttpCall> other;
    std::unique_ptr<agent::HttpCall> next;
    bool done = false;
    other = f.client.send(get(server.url()), [&](const Outcome&) {});
    first = f.client.send(get(server.url()), [&](const Outcome&) {
        first.reset();
        other.reset();
        next = f.client.send(get(server.url()), [&](const Outcome&) {
            next.reset();
            done = true;
        });
    });
    cr_expect(fakes::run_until(f.loop, [&] { return done; }));
}

Test(curl_http_client, serves_many_calls_at_once) {
    Fixture f;
    LoopbackServer server(f.loop, [](auto& peer) { peer.send(http_answer(200, "ok")); });
    std::vector<std::unique_ptr<agent::HttpCall>> calls;
    calls.reserve(300);
    int answers = 0;
    for (int i = 0; i < 300; ++i) {
        calls.push_back(f.client.send(get(server.url()), [&](const Outcome& outcome) { answers += outcome ? 1 : 0; }));
    }
    for (std::size_t i = 0; i < calls.size(); i += 3) calls[i].reset();
    cr_expect(fakes::run_until(f.loop, [&] { return answers == 200; }));
}

Test(curl_http_client, ends_cleanly_with_connections_open) {
    auto f = std::make_unique<Fixture>();
    LoopbackServer server(f->loop, [](auto&) {});
    auto call = f->client.send(get(server.url()), [](const Outcome&) {});
    cr_assert(fakes::run_until(f->loop, [&] { return server.requests() == 1; }));
    call.reset();
}
