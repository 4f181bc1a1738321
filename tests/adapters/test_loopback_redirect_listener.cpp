// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/loopback_redirect_listener.h"

#include <sys/fsuid.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <list>
#include <optional>
#include <vector>

#include "expect.h"
#include "fakes/loopback_server.h"
#include "fakes/no_descriptors.h"
#include "fakes/raw_client.h"
#include "fakes/run_until.h"

using agent::BrowserPage;
using agent::Error;
using agent::RedirectListener;
using agent::RedirectListening;
using agent::Url;
using fakes::RawClient;
using Kind = BrowserPage::Kind;

namespace {

void init() {
    std::signal(SIGPIPE, SIG_IGN);
}

BrowserPage page(Kind kind) {
    return {.kind = kind, .account = "smith-law", .user = {}, .reason = {}};
}

struct Fixture {
    Fixture() {
        const fakes::LoopbackServer free(loop, [](auto&) {});  // a port that is free once it has gone
        port = free.port();
    }

    [[nodiscard]] Url uri(const std::string& host = "127.0.0.1") const {
        return Url::parse("http://" + host + ":" + std::to_string(port) + "/callback").value();
    }
    auto listen(const Url& redirect_uri) {
        return listener.listen(
            redirect_uri, [this](std::uint32_t user) { return user == expected; },
            [this](agent::BrowserVisit visit, RedirectListener::Respond respond) {
                cr_expect(visit.user == expected);
                queries.push_back(std::move(visit.query));
                owed.push_back(std::move(respond));
                if (on_redirect) on_redirect();
            });
    }
    void start(const std::string& host = "127.0.0.1") {
        auto started = listen(uri(host));
        cr_assert(started, "%s", started.error().message.c_str());
        listening = *std::move(started);
    }
    [[nodiscard]] std::string request(const std::string& target, const std::string& method = "GET") const {
        return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
    }
    RawClient& connect(const char* address = "127.0.0.1") { return clients.emplace_back(loop, port, address); }
    RawClient& ask(const std::string& text, const char* address = "127.0.0.1") {
        RawClient& client = connect(address);
        client.send(text);
        return client;
    }
    bool until_ended(const RawClient& client) {
        return fakes::run_until(loop, [&] { return client.ended(); });
    }
    bool until_asked(std::size_t count = 1) {
        return fakes::run_until(loop, [&] { return queries.size() == count; });
    }
    /// Expects a whole page with `text` on it.
    void expect_page(const RawClient& client, const char* text) {
        cr_assert(until_ended(client));
        cr_expect_not(client.failed(), "the connection ends in order");
        EXPECT_CONTAINS(client.received(), text);
        cr_expect(client.received().ends_with("</html>\n"));
    }

    agent::EventLoop loop;
    int port = 0;
    agent::LoopbackRedirectListener listener{
        loop, {.head = std::chrono::milliseconds(300), .close = std::chrono::milliseconds(300)}};
    std::uint32_t expected = ::geteuid();
    std::function<void()> on_redirect;
    std::vector<std::string> queries;
    std::vector<RedirectListener::Respond> owed;
    std::unique_ptr<RedirectListening> listening;
    std::list<RawClient> clients;
};

}  // namespace

TestSuite(loopback_redirect_listener, .init = init, .timeout = 60);

Test(loopback_redirect_listener, hands_on_the_query_and_answers_when_told) {
    Fixture f;
    f.start();
    const RawClient& browser = f.ask(f.request("/callback?code=secret-code&state=s"));
    cr_assert(f.until_asked());
    EXPECT_TEXT(f.queries[0], "code=secret-code&state=s");
    fakes::run_what_is_due(f.loop);
    EXPECT_TEXT(browser.received(), "");
    f.owed[0](page(Kind::kSignedIn));
    f.owed[0](page(Kind::kFailed));  // too late
    f.expect_page(browser, "Signed in");
    cr_expect(browser.received().find("secret-code") == std::string::npos);
    cr_expect(browser.received().find("HTTP/1.1", 1) == std::string::npos, "one answer only");
}

Test(loopback_redirect_listener, refuses_everything_else_without_a_call) {
    Fixture f;
    f.start();
    f.expect_page(f.ask(f.request("/favicon.ico")), "HTTP/1.1 404 ");
    f.expect_page(f.ask(f.request("/callback?code=c", "POST")), "HTTP/1.1 405 ");
    f.expect_page(f.ask("GET /callback?code=c HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "HTTP/1.1 421 ");
    f.expect_page(f.ask("bytes that are not HTTP\r\n\r\n"), "HTTP/1.1 400 ");
    f.expect_page(f.ask("GET /callback?" + std::string(20'000, 'x')), "HTTP/1.1 431 ");
    cr_expect(f.queries.empty());
}

Test(loopback_redirect_listener, two_paths_share_a_port) {
    Fixture f;
    f.start();
    std::vector<std::string> others;
    Url other = f.uri();
    other.path = "/other";
    auto second = f.listener.listen(other, [&](std::string query, const RedirectListener::Respond& respond) {
        others.push_back(std::move(query));
        respond(page(Kind::kDeclined));
    });
    cr_assert(second, "%s", second.error().message.c_str());
    f.expect_page(f.ask(f.request("/other?code=o")), "Declined");
    const RawClient& browser = f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    cr_expect(others == std::vector<std::string>{"code=o"} && f.queries == std::vector<std::string>{"code=c"});
    f.owed[0](page(Kind::kSignedIn));
    f.expect_page(browser, "Signed in");
    f.expect_page(f.ask(f.request("/nowhere")), "HTTP/1.1 404 ");

    second->reset();
    f.expect_page(f.ask(f.request("/other?code=o")), "HTTP/1.1 404 ");
    f.listening.reset();
    const RawClient& late = f.ask(f.request("/callback"));
    cr_assert(f.until_ended(late));
    cr_expect(late.failed(), "nobody listens any more");
}

Test(loopback_redirect_listener, reads_a_head_in_any_pieces_and_nothing_after_it) {
    Fixture f;
    f.start();
    RawClient& browser = f.connect();
    for (const char c : f.request("/callback?code=c")) {
        browser.send({&c, 1});
        fakes::run_what_is_due(f.loop);
    }
    cr_assert(f.until_asked());
    browser.send(f.request("/callback?code=pipelined"));
    f.owed[0](page(Kind::kDeclined));
    f.expect_page(browser, "Declined");
    cr_expect(f.queries.size() == 1);
}

Test(loopback_redirect_listener, gets_its_page_through_to_a_peer_that_still_sends) {
    Fixture f;
    f.start();
    f.expect_page(f.ask(f.request("/callback", "POST") + std::string(300'000, 'x')), "HTTP/1.1 405 ");
}

Test(loopback_redirect_listener, listens_on_exactly_the_registered_address) {
    Fixture f;
    f.start();
    for (const char* const other : {"127.0.0.2", "::1"}) {
        const RawClient& client = f.connect(other);
        cr_assert(f.until_ended(client));
        cr_expect_not(client.connected(), "%s", other);
    }
    f.listening.reset();
    const RawClient& late = f.connect();
    cr_assert(f.until_ended(late));
    cr_expect_not(late.connected());
}

Test(loopback_redirect_listener, listens_on_both_addresses_of_localhost) {
    Fixture f;
    f.start("localhost");
    const std::string request = "GET /callback?x HTTP/1.1\r\nHost: localhost:" + std::to_string(f.port) + "\r\n\r\n";
    f.ask(request);
    cr_expect(f.until_asked(1));
    f.ask(request, "::1");
    cr_expect(f.until_asked(2));
}

Test(loopback_redirect_listener, takes_only_http_on_a_loopback_address) {
    Fixture f;
    for (const char* const uri :
         {"https://127.0.0.1:5678/", "http://192.0.2.1:5678/", "http://app.clio.com/oauth/approval"}) {
        const auto refused = f.listen(Url::parse(uri).value());
        cr_assert_not(refused);
        cr_expect(refused.error().code == Error::Code::kBadRequest);
    }
}

Test(loopback_redirect_listener, says_who_has_the_port) {
    Fixture f;
    f.start();
    const std::string port = std::to_string(f.port);
    const auto refused = f.listen(f.uri());
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(refused.error().message,
                    "127.0.0.1:" + port + ": the port is taken by process " + std::to_string(::getpid()) + " (");
    // One of two addresses is not enough, and leaves nothing behind.
    f.listening.reset();
    f.start("[::1]");
    const auto half = f.listen(f.uri("localhost"));
    cr_assert_not(half);
    EXPECT_CONTAINS(half.error().message, "[::1]:" + port + ": the port is taken by ");
    cr_expect(f.listen(f.uri()));
}

Test(loopback_redirect_listener, still_sends_the_page_when_it_ends_at_once) {
    Fixture f;
    f.start();
    const RawClient& browser = f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    f.owed[0](page(Kind::kSignedIn));
    f.listening.reset();
    f.start();  // and the port is free
    f.expect_page(browser, "Signed in");
}

Test(loopback_redirect_listener, answers_what_it_owes_when_it_ends) {
    Fixture f;
    f.start();
    const RawClient& owed = f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    RawClient& late = f.connect();
    cr_assert(fakes::run_until(f.loop, [&] { return late.connected(); }));
    fakes::run_what_is_due(f.loop);
    f.listening.reset();
    f.owed[0](page(Kind::kSignedIn));  // too late
    late.send(f.request("/callback?code=d"));
    f.expect_page(owed, "No login is waiting");
    f.expect_page(late, "No login is waiting");
    cr_expect(f.queries.size() == 1);
}

Test(loopback_redirect_listener, answers_for_a_callback_that_never_does) {
    Fixture f;
    f.start();
    const RawClient& browser = f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    f.owed.clear();
    f.expect_page(browser, "Not signed in");
}

Test(loopback_redirect_listener, lets_a_callback_do_anything) {
    Fixture f;
    f.start();
    f.on_redirect = [&] {
        f.owed.back()(page(Kind::kFailed));
        f.listening.reset();
        f.start();
    };
    f.expect_page(f.ask(f.request("/callback?code=c")), "Not signed in");
    f.on_redirect = [&] { f.listening.reset(); };
    f.expect_page(f.ask(f.request("/callback?code=c")), "No login is waiting");
}

Test(loopback_redirect_listener, outlives_peers_that_go) {
    Fixture f;
    f.start();
    f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    f.clients.clear();
    fakes::run_what_is_due(f.loop);
    f.owed[0](page(Kind::kSignedIn));
    fakes::run_what_is_due(f.loop);
    f.ask(f.request("/callback?code=d"));
    cr_expect(f.until_asked(2));
}

Test(loopback_redirect_listener, drops_peers_that_take_their_time) {
    Fixture f;
    f.start();
    RawClient& silent = f.connect();
    RawClient& endless = f.connect();
    cr_expect(fakes::run_until(f.loop, [&] {
        endless.send("x");
        return silent.ended() && endless.ended();
    }));
    EXPECT_TEXT(silent.received(), "");
}

Test(loopback_redirect_listener, is_not_kept_from_a_browser_by_idle_connections) {
    Fixture f;
    f.start();
    const RawClient& owed = f.ask(f.request("/callback?code=first"));
    cr_assert(f.until_asked());
    for (int i = 0; i < 100; ++i) {
        const RawClient& idle = f.connect();
        cr_assert(fakes::run_until(f.loop, [&] { return idle.connected(); }));
    }
    f.ask(f.request("/callback?code=second"));
    cr_assert(f.until_asked(2));
    cr_expect_not(owed.ended(), "a page that is owed keeps its connection");
    const auto open = [&] {
        return std::count_if(f.clients.begin(), f.clients.end(), [](const RawClient& c) { return !c.ended(); });
    };
    cr_expect(fakes::run_until(f.loop, [&] { return open() <= 32; }), "%ld", open());
}

Test(loopback_redirect_listener, does_not_spin_without_descriptors) {
    Fixture f;
    f.start();
    RawClient& early = f.ask(f.request("/callback?code=c"));
    cr_assert(f.until_asked());
    f.owed[0](page(Kind::kSignedIn));
    f.expect_page(early, "Signed in");
    RawClient& late = f.connect();
    {
        const fakes::NoDescriptors none;
        const int turns = fakes::turns_within(f.loop, std::chrono::milliseconds(350));
        cr_expect(turns < 40, "%d turns", turns);
        cr_expect(f.queries.size() == 1);
    }
    late.send(f.request("/callback?code=d"));
    cr_assert(f.until_asked(2));
}

namespace {

constexpr uid_t kStranger = 64321;

/// While it lives, sockets that are made are another user's. Only root can do that.
struct AsStranger {
    AsStranger() { ::setfsuid(kStranger); }
    ~AsStranger() { ::setfsuid(::geteuid()); }
    AsStranger(const AsStranger&) = delete;
    AsStranger& operator=(const AsStranger&) = delete;
};

bool only_root_can_do_this() {
    if (::geteuid() == 0) return false;
    std::fputs("skipped: only root can be another user\n", stderr);
    return true;
}

}  // namespace

Test(loopback_redirect_listener, takes_a_browser_of_the_expected_user_only) {
    if (only_root_can_do_this()) return;
    for (const char* const address : {"127.0.0.1", "::1"}) {
        Fixture f;
        f.start("localhost");
        const std::string request =
            "GET /callback?code=c HTTP/1.1\r\nHost: localhost:" + std::to_string(f.port) + "\r\n\r\n";
        RawClient* stranger = nullptr;
        {
            const AsStranger stranger_now;
            stranger = &f.ask(request, address);
        }
        f.expect_page(*stranger, "HTTP/1.1 403 ");
        EXPECT_CONTAINS(stranger->received(), "another user of this machine");
        cr_expect(f.queries.empty());
        f.ask(request, address);
        cr_expect(f.until_asked());

        f.expected = kStranger;
        {
            const AsStranger stranger_now;
            f.ask(request, address);
        }
        cr_expect(f.until_asked(2));
    }
}

Test(loopback_redirect_listener, knows_a_socket_of_ipv6_that_talks_ipv4) {
    Fixture f;
    f.start();
    f.ask(f.request("/callback?code=c"), "::ffff:127.0.0.1");
    cr_expect(f.until_asked());
}

Test(loopback_redirect_listener, is_not_kept_from_a_browser_by_another_user) {
    if (only_root_can_do_this()) return;
    Fixture f;
    f.start();
    RawClient& browser = f.connect();
    cr_assert(fakes::run_until(f.loop, [&] { return browser.connected(); }));
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(100)));  // it is known by then
    {
        const AsStranger stranger_now;
        for (int i = 0; i < 200; ++i) f.connect();
    }
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(100)));
    browser.send(f.request("/callback?code=c"));
    cr_expect(f.until_asked(), "others have pushed it out");
    f.ask(f.request("/callback?code=d"));
    cr_expect(f.until_asked(2));
}

Test(loopback_redirect_listener, does_not_take_a_closed_connection_for_roots) {
    if (only_root_can_do_this()) return;
    Fixture f;
    f.start();
    {
        const AsStranger stranger_now;
        f.ask(f.request("/callback?code=c"));
    }
    RawClient& leaving = f.clients.back();
    cr_assert(fakes::run_until(f.loop, [&] { return leaving.connected(); }));
    f.clients.pop_back();
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(200)));
    cr_expect(f.queries.empty());
}
