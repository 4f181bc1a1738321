// SPDX-License-Identifier: Apache-2.0
// Answers that come later, streams, and the end of the server.
#include <vector>

#include "fakes/owing_fixture.h"

using fakes::answer;
using fakes::HttpFixture;
using fakes::OwingFixture;
using std::chrono::milliseconds;

namespace {

constexpr const char* kHttpWaitsGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::chrono::hours kLong{1};  // nothing here waits for it to pass

/// A server whose every answer is a stream, which the wait holds, as the stream of events does it.
void serve_streams(HttpFixture& http) {
    struct Stream : agent::Waiting {
        explicit Stream(agent::ApiStream s) : stream(std::move(s)) {}
        agent::ApiStream stream;
    };
    http.server = std::make_unique<agent::HttpServer>(
        http.loop, http.timers, http.listening.get(), [&](const agent::ApiRequest&, agent::ApiReply reply) {
            auto stream = std::make_unique<Stream>(reply.stream("application/jsonl"));
            stream->stream.write("one\n");
            return stream;
        });
}

}  // namespace

Test(http_waits, the_answer_comes_later) {
    OwingFixture http;
    fakes::run_what_is_due(http.loop);
    cr_expect(http.client->received().empty() && http.first().is_awaited);
    answer(http.first());
    http.wait_for_answers(*http.client, 1);
    EXPECT_TEXT(http.client->answers()[0].body, "\"done\"");
    http.wait_for([&] { return !http.first().is_awaited; }, "end of the wait");
}

Test(http_waits, a_reply_that_is_dropped_answers_500) {
    OwingFixture http;
    http.first().reply.reset();
    http.wait_for_answers(*http.client, 1);
    cr_expect(http.client->answers()[0].status == 500);
    http.client->send(kHttpWaitsGet);
    http.wait_for_owed(2);
}

Test(http_waits, hanging_up_ends_the_wait) {
    for (const char* early : {"", "GET /next HTTP/1.1\r\nHost: a\r\n\r\n", "bytes that were never read"}) {
        OwingFixture http;
        http.client->send(early);
        fakes::run_what_is_due(http.loop);
        http.client.reset();
        http.wait_for_connections(0);
        cr_expect(!http.first().is_awaited);
        cr_expect(http.owed.size() == 1);
        answer(http.first());  // too late, and harmless
        cr_expect(http.serves());
    }
}

Test(http_waits, hanging_up_ends_the_wait_of_a_later_request) {
    for (const bool at_once : {true, false}) {
        HttpFixture http;
        auto client = http.connect();
        client->send(kHttpWaitsGet);
        if (!at_once) http.wait_for_answers(*client, 1);
        http.on_request = [&](const agent::ApiRequest& request) { http.defer = request.path == "/owed"; };
        client->send("GET /owed HTTP/1.1\r\nHost: a\r\n\r\n");
        http.wait_for_owed(1);
        http.wait_for_answers(*client, 1);
        client.reset();
        http.wait_for_connections(0);
        cr_expect(!http.owed[0].is_awaited);
    }
}

Test(http_waits, hanging_up_with_an_answer_unread_ends_the_wait) {
    // The kernel then makes an error of the socket, and not only an end.
    HttpFixture http;
    http.on_request = [&](const agent::ApiRequest& request) { http.defer = request.path == "/owed"; };
    auto client = http.connect();
    client->stop_reading();
    client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /owed HTTP/1.1\r\nHost: a\r\n\r\n");
    http.wait_for_owed(1);
    client.reset();
    http.wait_for_connections(0);
    cr_expect(!http.owed[0].is_awaited);
}

Test(http_waits, hanging_up_after_the_end_of_sending_ends_the_wait) {
    OwingFixture http;
    http.client->end_sending();
    fakes::run_what_is_due(http.loop);
    cr_assert(http.first().is_awaited);
    http.client.reset();
    http.wait_for_connections(0);
    cr_expect(!http.first().is_awaited);
}

Test(http_waits, the_loop_rests_while_an_answer_is_owed) {
    OwingFixture http;
    http.client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    http.client->end_sending();
    fakes::run_what_is_due(http.loop);
    int turns = 0;
    bool over = false;
    const auto timer = http.timers.after(milliseconds(100), [&] { over = true; });
    http.wait_for(
        [&] {
            ++turns;
            return over;
        },
        "time to pass");
    cr_expect(turns < 10, "%d turns", turns);
}

Test(http_waits, an_answer_and_a_hang_up_at_once) {
    for (const bool hang_up_first : {true, false}) {
        OwingFixture http;
        if (hang_up_first) http.client.reset();
        answer(http.first(), std::string(1 << 20, 'x'));
        http.client.reset();
        http.wait_for_connections(0);
        cr_expect(!http.first().is_awaited);
    }
}

Test(http_waits, a_peer_that_only_stops_sending_still_gets_its_answer) {
    OwingFixture http;
    http.client->end_sending();
    fakes::run_what_is_due(http.loop);
    cr_assert(http.first().is_awaited);
    answer(http.first());
    http.wait_for_answers(*http.client, 1);
    http.wait_for_connections(0);
}

Test(http_waits, the_server_may_go_while_answers_are_owed) {
    OwingFixture http;
    const auto idle = http.connect();
    const auto half = http.connect();
    half->send("GET / HT");
    http.wait_for_connections(3);
    http.server.reset();
    cr_expect(!http.first().is_awaited);
    answer(http.first());
    for (const fakes::UnixClient* client : {http.client.get(), idle.get(), half.get()}) {
        http.wait_for_end(*client);
        cr_expect(client->received().empty());
    }
}

Test(http_waits, the_server_may_go_before_it_has_looked_at_newcomers) {
    HttpFixture http;
    // Of the events on one descriptor libevent calls the last added first, and what that makes active after the others:
    // so the end comes right after the accepting.
    const agent::EventPtr end = http.loop.make_event(
        -1, 0,
        [](evutil_socket_t, short, void* fixture) noexcept { static_cast<HttpFixture*>(fixture)->server.reset(); },
        &http, agent::Priority::kPeer);
    const agent::EventPtr before = http.loop.make_event(
        http.listening.get(), EV_READ,
        [](evutil_socket_t, short, void* event_to_come) noexcept {
            event_active(static_cast<event*>(event_to_come), EV_TIMEOUT, 0);
        },
        end.get(), agent::Priority::kPeer);
    event_add(before.get(), nullptr);
    const auto newcomer = http.connect();
    http.wait_for_end(*newcomer);
}

Test(http_waits, stopping_closes_what_is_idle_and_awaits_what_is_owed) {
    OwingFixture http;
    const auto idle = http.connect();
    idle->send(kHttpWaitsGet);
    http.wait_for_owed(2);
    answer(http.owed.back());
    http.wait_for_answers(*idle, 1);
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    cr_expect(!stopped, "never before stop() has returned");
    http.wait_for_end(*idle);
    fakes::run_what_is_due(http.loop);
    cr_expect(!stopped && http.first().is_awaited && !http.client->ended());

    answer(http.first());
    http.wait_for([&] { return stopped; }, "stopped");
    http.wait_for_end(*http.client);
    cr_assert(http.client->answers().size() == 1);
    EXPECT_CONTAINS(http.client->answers()[0].head, "Connection: close\r\n");
    cr_expect(http.server->connections() == 0);
}

Test(http_waits, stopping_answers_who_has_connected_and_not_yet_asked) {
    HttpFixture http({.first_request = kLong});
    const auto admitted = http.connect();
    http.wait_for_connections(1);
    const auto accepted = http.connect();
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    fakes::run_what_is_due(http.loop);
    cr_expect(!stopped && !admitted->ended());
    admitted->send(kHttpWaitsGet);
    http.wait_for_answers(*admitted, 1);
    EXPECT_CONTAINS(admitted->answers()[0].head, "Connection: close\r\n");
    http.wait_for([&] { return stopped; }, "stopped");
    cr_expect_not(accepted->ended(), "it is the next server's");
}

Test(http_waits, stopping_does_not_wait_long_for_a_first_request) {
    HttpFixture http({.first_request = milliseconds(20)});
    const auto silent = http.connect();
    http.wait_for_connections(1);
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    http.wait_for([&] { return stopped; }, "stopped");
    http.wait_for_end(*silent);
}

Test(http_waits, stopping_lets_an_answer_out_that_was_given_before) {
    OwingFixture http;
    answer(http.first(), std::string(4 << 20, 'x'));
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    http.wait_for([&] { return stopped; }, "stopped");
    http.wait_for_end(*http.client);
    cr_assert(http.client->answers().size() == 1);
    cr_expect(http.client->answers()[0].body.size() == (4U << 20) + 2);
}

Test(http_waits, stopping_with_nobody_there) {
    HttpFixture http;
    int stopped = 0;
    http.server->stop(kLong, [&] {
        ++stopped;
        http.server.reset();
    });
    cr_expect(stopped == 0);
    http.wait_for([&] { return stopped == 1; }, "stopped");
    fakes::run_what_is_due(http.loop);
    cr_expect(stopped == 1);
}

Test(http_waits, stopping_takes_no_longer_than_its_grace) {
    OwingFixture http;
    bool stopped = false;
    http.server->stop(milliseconds(50), [&] { stopped = true; });
    http.wait_for([&] { return stopped; }, "stopped");
    cr_expect(!http.first().is_awaited && http.server->connections() == 0);
    http.wait_for_end(*http.client);
    cr_expect(http.client->received().empty());
}

Test(http_waits, stopping_ends_streams) {
    HttpFixture http;
    serve_streams(http);
    const auto client = http.connect();
    client->send(kHttpWaitsGet);
    http.wait_for([&] { return client->received().ends_with("one\n\r\n"); }, "line");
    const auto old = http.connect();
    old->send("GET / HTTP/1.0\r\n\r\n");
    http.wait_for([&] { return old->received().ends_with("one\n"); }, "line");
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    http.wait_for([&] { return stopped; }, "stopped");
    http.wait_for_end(*client);
    http.wait_for_end(*old);
    cr_expect(client->received().ends_with("0\r\n\r\n"));
}

Test(http_waits, stopping_ends_a_stream_that_begins_later) {
    HttpFixture http;
    serve_streams(http);
    const auto client = http.connect();
    http.wait_for_connections(1);
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    client->send(kHttpWaitsGet);
    http.wait_for([&] { return stopped; }, "stopped");
    http.wait_for_end(*client);
    cr_expect(client->received().ends_with("one\n\r\n0\r\n\r\n"));
}

Test(http_waits, stopping_leaves_newcomers_to_the_next_server) {
    HttpFixture http;
    bool stopped = false;
    http.server->stop(kLong, [&] { stopped = true; });
    const auto newcomer = http.connect();
    newcomer->send(kHttpWaitsGet);
    http.wait_for([&] { return stopped; }, "stopped");
    cr_expect(!newcomer->ended());
    http.server = std::make_unique<agent::HttpServer>(http.loop, http.timers, http.listening.get(),
                                                      [](const agent::ApiRequest&, agent::ApiReply reply) {
                                                          reply.no_content();
                                                          return nullptr;
                                                      });
    http.wait_for_answers(*newcomer, 1);
}
