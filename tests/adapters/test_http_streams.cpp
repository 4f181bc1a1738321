// SPDX-License-Identifier: Apache-2.0
// Answers without an end of their own, and their readers.
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fakes/owing_fixture.h"

using fakes::HttpFixture;
using std::chrono::milliseconds;

namespace {

struct StreamFixture : fakes::OwingFixture {
    explicit StreamFixture(agent::HttpLimits limits = {}) : fakes::OwingFixture(limits) {
        stream.emplace(first().reply->stream("application/jsonl"));
    }

    std::optional<agent::ApiStream> stream;
};

}  // namespace

Test(http_streams, streams) {
    StreamFixture http;
    http.stream->write("one\n");
    http.stream->write("two\n");
    http.wait_for([&] { return http.client->received().ends_with("4\r\ntwo\n\r\n"); }, "chunks");
    EXPECT_CONTAINS(http.client->received(), "HTTP/1.1 200 OK\r\n");
    EXPECT_CONTAINS(http.client->received(), "Content-Type: application/jsonl\r\n");
    EXPECT_CONTAINS(http.client->received(), "Cache-Control: no-store\r\n");
    EXPECT_CONTAINS(http.client->received(), "Transfer-Encoding: chunked\r\n");
    EXPECT_CONTAINS(http.client->received(), "\r\n\r\n4\r\none\n\r\n");
    http.stream.reset();
    http.wait_for_end(*http.client);
    cr_expect(http.client->received().ends_with("0\r\n\r\n"));
    http.wait_for_connections(0);
}

Test(http_streams, streams_to_old_clients_end_with_the_connection) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send("GET / HTTP/1.0\r\n\r\n");
    http.wait_for_owed(1);
    std::optional<agent::ApiStream> stream(http.owed[0].reply->stream("application/jsonl"));
    stream->write("one\n");
    http.wait_for([&] { return client->received().ends_with("\r\n\r\none\n"); }, "line");
    stream.reset();
    http.wait_for_end(*client);
    cr_expect(client->received().ends_with("\r\n\r\none\n"));
}

Test(http_streams, a_quiet_stream_is_not_idle) {
    StreamFixture http({.idle = milliseconds(50)});
    const auto silent = http.connect();
    http.wait_for_end(*silent);  // the time has passed
    fakes::run_what_is_due(http.loop);
    cr_assert(http.first().is_awaited);
    http.stream->write("late\n");
    http.wait_for([&] { return http.client->received().ends_with("late\n\r\n"); }, "line");
}

Test(http_streams, hanging_up_ends_a_stream) {
    StreamFixture http;
    http.stream->write("one\n");
    http.wait_for([&] { return http.client->received().ends_with("one\n\r\n"); }, "line");
    http.client.reset();
    http.wait_for_connections(0);
    cr_expect(!http.first().is_awaited);
    http.stream->write("two\n");  // dropped
    http.stream.reset();
}

Test(http_streams, a_slow_reader_is_dropped) {
    StreamFixture http({.stream_backlog_bytes = 100'000});
    http.client->stop_reading();
    const std::string line(10'000, 'x');
    std::size_t written = 0;
    while (http.first().is_awaited && written < 10'000'000) {
        http.stream->write(line);
        written += line.size();
        fakes::run_what_is_due(http.loop);
    }
    cr_expect(written > 100'000 && written < 1'000'000, "%zu", written);
    http.wait_for_connections(0);
    cr_expect(http.serves());
}

Test(http_streams, a_burst_that_nobody_could_read_in_time_is_cut) {
    StreamFixture http({.stream_backlog_bytes = 100'000});
    for (int i = 0; i < 100; ++i) http.stream->write(std::string(10'000, 'x'));  // the loop has no say meanwhile
    http.wait_for_connections(0);
    http.wait_for_end(*http.client);
    cr_expect(http.client->received().size() < 300'000);
}

Test(http_streams, a_slow_reader_that_catches_up_has_all_of_its_stream) {
    StreamFixture http({.stream_backlog_bytes = 10'000'000});
    std::string written;
    for (int i = 0; i < 3; ++i) {
        http.client->stop_reading();
        for (int line = 0; line < 100; ++line) {
            const std::string text = std::to_string(100 * i + line) + std::string(10'000, 'x') + "\n";
            http.stream->write(text);
            written += text;
        }
        fakes::run_what_is_due(http.loop);
        http.client->go_on_reading();
        http.wait_for([&] { return http.client->received().size() > written.size(); }, "the rest");
        cr_assert(http.first().is_awaited);
    }
    http.stream.reset();
    http.wait_for([&] { return http.client->received().ends_with("\r\n0\r\n\r\n"); }, "the end");
    std::size_t at = 0;
    for (int line = 0; line < 300; ++line) {
        const std::string text = "\r\n" + std::to_string(line) + std::string(10'000, 'x') + "\n\r\n";
        at = http.client->received().find(text, at);
        cr_assert(at != std::string::npos, "line %d", line);
    }
}

Test(http_streams, a_reader_that_stops_is_given_up_however_much_there_is_to_write) {
    StreamFixture http({.stream_backlog_bytes = 10'000'000, .idle = milliseconds(300)});
    http.client->stop_reading();
    for (int i = 0; i < 100; ++i) http.stream->write(std::string(10'000, 'x'));
    int written = 0;
    std::unique_ptr<agent::Timer> timer;
    const std::function<void()> more = [&] {
        http.stream->write("x");
        if (++written < 500) timer = http.timers.after(milliseconds(10), more);
    };
    more();
    http.wait_for_connections(0);
    cr_expect(written < 500, "only when no more was written");
}
