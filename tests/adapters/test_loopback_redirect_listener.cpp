// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/loopback_redirect_listener.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include "expect.h"
#include "fakes/no_descriptors.h"
#include "fakes/redirect_stage.h"
#include "fakes/run_until.h"

using agent::BrowserPage;
using agent::Error;
using agent::RedirectListener;
using agent::Url;
using fakes::RawClient;
using Fixture = fakes::RedirectStage;
using Kind = BrowserPage::Kind;

namespace {

BrowserPage page(Kind kind) {
    return {.kind = kind, .account = "smith-law", .user = {}, .reason = {}};
}

}  // namespace
TestSuite(loopback_redirect_listener, .timeout = 60);

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

Test(loopback_redirect_listener, tells_of_a_browser_that_came_over_https) {
    using namespace std::string_literals;
    for (const std::string& hello :
         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "\x16"s, "\x16\x03\x01\r\n\r\n"s}) {
        Fixture f;
        f.start();
        const RawClient& browser = f.ask(hello);
        cr_assert(f.until_ended(browser), "it is not left waiting");
        cr_expect(browser.received() == "\x15\x03\x01\x00\x02\x02\x46"s, "an alert");
        cr_expect(f.kinds == std::vector{agent::BrowserVisit::Kind::kOverTls});
    }
}

Test(loopback_redirect_listener, two_paths_share_a_port) {
    Fixture f;
    f.start();
    std::vector<std::string> others;
    Url other = f.uri();
    other.path = "/other";
    auto second = f.listener.listen(
        other, [&](std::uint32_t user) { return user == f.expected; },
        [&](agent::BrowserVisit visit, const RedirectListener::Respond& respond) {
            others.push_back(std::move(visit.query));
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
