// SPDX-License-Identifier: Apache-2.0
// How much of the loop's time a connection takes.
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fakes/http_fixture.h"

using fakes::HttpFixture;
using std::chrono::milliseconds;

namespace {

constexpr const char* kHttpTurnsGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

Test(http_turns, a_long_pipeline_waits_for_its_next_turn) {
    HttpFixture http;
    std::size_t calls = 0;
    http.on_request = [&](const agent::ApiRequest&) {
        ++calls;
        fakes::keep_busy(milliseconds(1));
    };
    const auto client = http.connect();
    std::string all;
    for (int i = 0; i < 200; ++i) all += kHttpTurnsGet;
    client->send(all);
    while (calls == 0) event_base_loop(http.loop.base(), EVLOOP_ONCE);
    cr_expect_leq(calls, 2, "a turn has 2 ms");
    http.wait_for_answers(*client, 200);
}

Test(http_turns, what_changes_nothing_is_not_done_for_a_peer_that_has_gone) {
    HttpFixture http;
    std::vector<agent::ApiMethod> seen;
    http.on_request = [&](const agent::ApiRequest& request) { seen.push_back(request.method); };
    for (const bool has_gone : {false, true}) {
        seen.clear();
        auto peer = http.connect_apart();
        const std::string all =
            std::string(kHttpTurnsGet) + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}" + kHttpTurnsGet;
        cr_assert(::send(peer.get(), all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
        if (has_gone) peer = {};
        fakes::run_what_is_due(http.loop);
        cr_expect_eq(seen.size(), has_gone ? 1 : 3);
        cr_expect_eq(http.server->connections(), has_gone ? 0 : 1);
        peer = {};
        http.wait_for_connections(0);
    }
}

Test(http_turns, a_stream_for_head_ends_with_its_head) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    http.wait_for_owed(1);
    const auto stream = std::make_unique<agent::ApiStream>(http.owed[0].reply->stream("application/jsonl"));
    http.wait_for_end(*client);
    EXPECT_CONTAINS(client->received(), "HTTP/1.1 200 OK");
    cr_expect_not(http.owed[0].is_awaited);
    http.wait_for_connections(0);
}
