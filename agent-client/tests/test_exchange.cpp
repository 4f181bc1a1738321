// SPDX-License-Identifier: Apache-2.0
#include "lib/http/exchange.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "expect.h"
#include "fakes/own_stack.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Both ends of a connection.
struct Pair {
    Pair() {
        std::array<int, 2> fds{};
        cr_assert(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0);
        ours = Fd(fds[0]);
        theirs = Fd(fds[1]);
    }

    void answer(std::string_view text) const {
        cr_assert(::write(theirs.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] std::string sent() const {
        std::array<char, 4096> block;
        const ssize_t size = ::read(theirs.get(), block.data(), block.size());
        return {block.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    Fd ours;
    Fd theirs;
};

std::string read_all(Exchange& exchange) {
    while (!exchange.response().is_complete()) {
        if (const auto more = exchange.receive_more(); !more) return more.error().code + ": " + more.error().detail;
    }
    return std::string(exchange.response().take_body().reveal());
}

}  // namespace

Test(exchange, sends_a_request) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    cr_assert(exchange.send({.method = "GET", .target = "/v1/status"}).has_value());
    EXPECT_TEXT(pair.sent(), "GET /v1/status HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
    pair.answer(kAnswer);
    EXPECT_TEXT(read_all(exchange), "{}");
}

Test(exchange, leaves_no_answer_on_the_stack) {
    if (!fakes::kSeesStacks) cr_skip_test("a sanitizer moves what is on the stack");
    const std::string secret = "access-token-5LcB7hJd";
    const std::string careless = fakes::stack_after([&] { fakes::leave_on_the_stack(secret); });
    cr_expect(careless.find(secret) != std::string::npos, "it does not see what is there");

    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    pair.answer("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + secret);
    bool received = false;
    const std::string left = fakes::stack_after([&] { received = exchange.receive_more().has_value(); });
    cr_assert(received && exchange.response().is_complete());
    EXPECT_TEXT(exchange.response().take_body().reveal(), secret);
    cr_expect(left.find(secret) == std::string::npos);
}

Test(exchange, sends_a_body) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    cr_assert(exchange.send({.method = "POST", .target = "/x", .body = "[1]"}).has_value());
    EXPECT_TEXT(pair.sent(),
                "POST /x HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Type: application/json\r\n"
                "Content-Length: 3\r\n\r\n[1]");
}

Test(exchange, a_post_without_body_says_so) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    cr_assert(exchange.send({.method = "POST", .target = "/x"}).has_value());
    EXPECT_CONTAINS(pair.sent(), "Content-Length: 0\r\n\r\n");
}

Test(exchange, fails_at_the_deadline) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(50ms));
    pair.answer(kAnswer.substr(0, 20));
    EXPECT_TEXT(read_all(exchange), "temporarily_unavailable: agent: no answer within 50 ms");
}

Test(exchange, a_slow_answer_does_not_extend_the_deadline) {
    Pair pair;
    const auto begin = std::chrono::steady_clock::now();
    const Patience patience = Patience::at_most(100ms);
    for (int i = 0; i < 100; ++i) {
        if (!patience.pause(10ms)) break;
    }
    cr_expect(std::chrono::steady_clock::now() - begin < 800ms);
}

Test(exchange, fails_when_the_peer_goes) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    pair.answer(kAnswer.substr(0, 20));
    pair.theirs = Fd();
    EXPECT_CONTAINS(read_all(exchange), "temporarily_unavailable: agent: closed the connection");
}

Test(exchange, survives_a_peer_that_has_gone_before) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    pair.answer(kAnswer);
    ::shutdown(pair.theirs.get(), SHUT_RD);
    cr_assert(exchange.send({.method = "GET", .target = "/"}).has_value());  // no SIGPIPE
    EXPECT_TEXT(read_all(exchange), "{}");
}

Test(exchange, refuses_what_follows_the_answer) {
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(5s));
    pair.answer(std::string(kAnswer) + "more");
    EXPECT_CONTAINS(read_all(exchange), "internal: answer of the agent: continues after its end");
}

Test(exchange, can_be_cancelled) {
    Pair pair;
    const Pair other;
    other.answer("now");
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::without_end().unless_readable(other.ours.get()));
    EXPECT_CONTAINS(read_all(exchange), "interrupted: ");
}

Test(exchange, survives_signals) {
    struct sigaction quiet {};
    quiet.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &quiet, nullptr);
    const itimerval often{.it_interval = {.tv_sec = 0, .tv_usec = 2000}, .it_value = {.tv_sec = 0, .tv_usec = 2000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    Pair pair;
    Exchange exchange(UnixStream(std::move(pair.ours)), Patience::at_most(100ms));
    EXPECT_CONTAINS(read_all(exchange), "temporarily_unavailable: ");
}
