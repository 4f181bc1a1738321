// SPDX-License-Identifier: Apache-2.0
// What badly behaved peers do, and that nobody else notices.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "fakes/http_fixture.h"
#include "fakes/no_descriptors.h"

using fakes::HttpFixture;
using fakes::UnixClient;
using std::chrono::milliseconds;
using namespace std::string_literals;

namespace {

constexpr const char* kHttpLimitsGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// The peer was sent this error, and its connection is closed.
void expect_refused(const UnixClient& client, int status = 400) {
    const auto& answers = client.answers();
    cr_assert(answers.size() == 1, "<%s>", client.received().c_str());
    cr_expect(answers[0].status == status, "%d instead of %d", answers[0].status, status);
    EXPECT_CONTAINS(answers[0].head, "Content-Type: application/problem+json\r\n");
    EXPECT_CONTAINS(answers[0].head, "Connection: close\r\n");
    EXPECT_CONTAINS(answers[0].body, R"({"type":"about:blank","title":")");
    EXPECT_CONTAINS(answers[0].body, R"("code":"bad_request","detail":")");
    cr_expect(client.received().ends_with(answers[0].body), "<%s>", client.received().c_str());
}

}  // namespace

Test(http_limits, what_is_no_http_is_refused) {
    const std::string rows[] = {
        "\r\n\r\n\r\n",
        "hello\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1 trailing\r\n\r\n",
        "GET / FTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:1 HTTP/9\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\n",
        "\0\0\0\0\0\0\0\0\r\n\r\n"s,
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n"s,
        "{\"method\":\"token\"}\n",
    };
    HttpFixture http;
    const auto other = http.connect();
    std::size_t served = 0;
    for (const std::string& row : rows) {
        const auto client = http.connect();
        client->send(row);
        http.wait_for([&] { return client->ended(); }, row.c_str());
        expect_refused(*client);
        other->send(kHttpLimitsGet);
        http.wait_for_answers(*other, ++served);
    }
    http.wait_for_connections(1);
}

Test(http_limits, what_is_no_http_is_refused_at_any_time) {
    for (const char* before :
         {kHttpLimitsGet, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        for (const bool at_once : {true, false}) {
            HttpFixture http;
            const auto client = http.connect();
            client->send(before);
            if (!at_once) fakes::run_what_is_due(http.loop);
            client->send("hello\r\n\r\n");
            http.wait_for_end(*client);
            EXPECT_CONTAINS(client->received(), "HTTP/1.1 200 OK\r\n");
            EXPECT_CONTAINS(client->received(),
                            "HTTP/1.1 400 Bad request\r\nContent-Type: application/problem+json\r\n");
            cr_expect(client->received().find("<HTML>") == std::string::npos);
        }
    }
}

Test(http_limits, random_bytes_harm_nobody) {
    HttpFixture http;
    unsigned state = 1;
    for (int i = 0; i < 300; ++i) {
        std::string noise(200, '\0');
        for (char& c : noise) {
            state = state * 1103515245 + 12345;
            c = static_cast<char>(state >> 16);
        }
        auto client = http.connect();
        client->send((i % 2 == 0 ? "" : "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") + noise +
                     "\r\n\r\n");
        fakes::run_what_is_due(http.loop);
        cr_expect(client->received().find("<HTML>") == std::string::npos);
    }
    cr_expect(http.serves());
    http.wait_for_connections(0);
}

Test(http_limits, long_headers_are_refused) {
    const std::string megabyte(1 << 20, 'a');
    for (const std::string& request :
         {"GET /" + megabyte + " HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nX: " + megabyte + "\r\n\r\n", megabyte, "GET / HTTP/1.1\r\nHost: a\r\n" + [] {
              std::string many;
              for (int i = 0; i < 3000; ++i) many += "a: b\r\n";
              return many;
          }()}) {
        HttpFixture http;
        const auto client = http.connect();
        client->send(request);
        http.wait_for_end(*client);
        cr_expect(client->answers().size() <= 1);
        if (client->answers().empty()) continue;  // closed before all was sent, which is as good
        if (client->answers()[0].status != 200) expect_refused(*client);
        cr_expect(http.serves());
    }
}

Test(http_limits, the_longest_header_is_taken) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(agent::limits::kHeaderBytes - 100, 'x') + "\r\n\r\n");
    http.wait_for_answers(*client, 1);
    cr_expect(client->answers()[0].status == 200);
}

Test(http_limits, the_longest_body_is_taken_and_no_longer_one) {
    for (const std::size_t excess : {0U, 1U, 1U << 20}) {
        HttpFixture http;
        std::size_t size = 0;
        http.on_request = [&](const agent::ApiRequest& request) { size = request.body.size(); };
        const auto client = http.connect();
        const std::string body(agent::limits::kBodyBytes + excess, 'b');
        client->send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        http.wait_for_answers(*client, 1);
        if (excess == 0) {
            cr_expect(client->answers()[0].status == 200 && size == body.size());
        } else {
            http.wait_for_end(*client);
            expect_refused(*client, 413);
            cr_expect(size == 0);
            http.wait_for([&] { return client->unsent() == 0; }, "all to be read, so that the answer can be");
        }
    }
}

Test(http_limits, long_bodies_in_chunks_are_refused) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n");
    http.wait_for_end(*client);
    expect_refused(*client, 413);
}

Test(http_limits, a_body_that_would_be_too_long_is_not_asked_for) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    http.wait_for([&] { return client->received() == "HTTP/1.1 100 Continue\r\n\r\n"; }, "100 Continue");
    client->send("20000\r\n");
    http.wait_for_end(*client);
    cr_assert(client->answers().size() == 2);
    cr_expect(client->answers()[1].status == 413);
}

Test(http_limits, other_expectations_are_refused) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: the-unexpected\r\nContent-Length: 2\r\n\r\nok");
    http.wait_for_end(*client);
    expect_refused(*client, 417);
}

Test(http_limits, silent_peers_are_closed_after_a_while) {
    HttpFixture http({.idle = milliseconds(300)});
    const auto silent = http.connect();
    const auto one_byte = http.connect();
    one_byte->send("G");
    const auto half_a_body = http.connect();
    half_a_body->send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    const auto answered = http.connect();
    answered->send(kHttpLimitsGet);
    http.wait_for_answers(*answered, 1);
    cr_expect(!silent->ended() && !one_byte->ended() && !half_a_body->ended() && !answered->ended());
    cr_expect(http.serves());
    for (const auto* client : {&silent, &one_byte, &half_a_body, &answered}) {
        http.wait_for_end(**client);
        cr_expect((*client)->answers().size() == (client == &answered ? 1 : 0));
    }
    http.wait_for_connections(0);
}

Test(http_limits, an_owed_answer_is_not_idle) {
    HttpFixture http({.idle = milliseconds(50)});
    http.defer = true;
    const auto patient = http.connect();
    patient->send(kHttpLimitsGet);
    const auto silent = http.connect();
    http.wait_for_end(*silent);  // the time has passed
    fakes::run_what_is_due(http.loop);
    cr_assert(http.owed.size() == 1 && http.owed[0].is_awaited);
    fakes::answer(http.owed[0]);
    http.wait_for_answers(*patient, 1);
}

Test(http_limits, an_unread_answer_is_given_up) {
    HttpFixture http({.idle = milliseconds(100)});
    http.on_request = nullptr;
    http.defer = true;
    const auto client = http.connect();
    client->stop_reading();
    client->send(kHttpLimitsGet);
    http.wait_for_owed(1);
    fakes::answer(http.owed[0], std::string(8 << 20, 'x'));
    http.wait_for_connections(0);
}

Test(http_limits, too_many_connections) {
    constexpr std::size_t kRoom = 3;  // half of them
    HttpFixture http({.connections = 2 * kRoom, .connections_for_managers = 0});
    std::vector<std::unique_ptr<UnixClient>> held;
    for (std::size_t i = 0; i < kRoom; ++i) held.push_back(http.connect());
    http.wait_for_connections(kRoom);

    for (int i = 0; i < 100; ++i) {  // more than are accepted at once
        const auto newcomer = http.connect();
        newcomer->send(kHttpLimitsGet);
        http.wait_for_end(*newcomer);
        cr_expect(newcomer->received().empty());
    }
    for (const auto& client : held) {
        client->send(kHttpLimitsGet);
        http.wait_for_answers(*client, 1);
    }
    held.pop_back();
    http.wait_for_connections(kRoom - 1);
    cr_expect(http.serves());
}

Test(http_limits, a_crowd_of_newcomers) {
    HttpFixture http;
    std::vector<std::unique_ptr<UnixClient>> crowd;
    for (int i = 0; i < 500; ++i) crowd.push_back(http.connect());
    http.wait_for_connections(500);
    cr_expect(http.serves());
}

// Each takes a tenth of the locked memory: the third that nobody reads is more than the quarter that one user may hold.
Test(http_limits, unread_secrets_of_a_user_take_a_part_of_the_locked_memory) {
    constexpr std::size_t kArena = std::size_t{10} << 20;
    static std::vector<std::byte> arena(kArena);
    agent::keep_secrets_in(arena, nullptr);
    const std::string secret(kArena / 10, 's');
    const uid_t user = ::getuid();
    HttpFixture http;
    http.defer = true;
    std::vector<std::unique_ptr<UnixClient>> silent;
    for (std::size_t held = 0; held < 3; ++held) {
        cr_assert(http.server->room_for(user), "with %zu", held);
        silent.push_back(http.connect());
        silent.back()->stop_reading();
        silent.back()->send(kHttpLimitsGet);
        http.wait_for_owed(held + 1);
        fakes::answer(http.owed[held], secret);
    }
    const auto refused = http.server->room_for(user);
    cr_assert_not(refused);
    cr_expect(refused.error().code == agent::Error::Code::kTemporarilyUnavailable &&
              refused.error().retry_after == std::chrono::seconds(1));
    EXPECT_CONTAINS(refused.error().message, "programs of this user");
    cr_expect(http.server->room_for(user + 1));

    silent.back()->go_on_reading();
    http.wait_for_answers(*silent.back(), 1);
    http.wait_for([&] { return http.server->room_for(user).has_value(); }, "room");
    silent.clear();
    http.wait_for([&] { return agent::secret_memory().used == 0; }, "everything given back");
}

Test(http_limits, what_is_public_takes_no_part_of_it) {
    static std::vector<std::byte> arena(std::size_t{64} * 1024);
    agent::keep_secrets_in(arena, nullptr);
    HttpFixture http;
    http.defer = true;
    const auto silent = http.connect();
    silent->stop_reading();
    silent->send(kHttpLimitsGet);
    http.wait_for_owed(1);
    agent::JsonWriter list(agent::Content::kPublic);
    list.string(std::string(std::size_t{1} << 20, 'a'));
    http.owed[0].reply->json(list);
    http.owed[0].reply.reset();
    cr_expect(http.server->room_for(::getuid()));
}

Test(http_limits, half_of_the_locked_memory_is_not_for_requests) {
    static std::vector<std::byte> arena(std::size_t{64} * 1024);
    agent::keep_secrets_in(arena, nullptr);
    HttpFixture http;
    const agent::SecretString half(arena.size() / 2);
    cr_expect(http.server->room_for(::getuid()));
    const agent::SecretString more(std::size_t{1});
    const auto refused = http.server->room_for(::getuid());
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "try again");
}

Test(http_limits, half_requests_and_unread_answers_of_a_user_take_so_much_memory) {
    HttpFixture http({.kept_bytes = 400'000, .kept_bytes_for_managers = 0});
    const auto half = [&] {
        auto client = http.connect();
        client->send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" + std::string(60'000, 'x'));
        fakes::run_what_is_due(http.loop);
        return client;
    };
    auto first = half();
    const auto second = half();
    http.wait_for_end(*second);
    cr_expect(!first->ended() && http.serves());

    first.reset();
    http.wait_for_connections(0);
    const auto third = half();
    http.defer = true;
    const auto unread = http.connect();
    unread->stop_reading();
    unread->send(kHttpLimitsGet);
    http.wait_for_owed(1);
    fakes::answer(http.owed[0], std::string(1 << 20, 'y'));
    http.wait_for_connections(1);
    cr_expect(!third->ended() && http.serves());
}

Test(http_limits, no_descriptor_left) {
    HttpFixture http;
    const auto early = http.connect();
    bool rung = false;
    auto timer = http.timers.after(milliseconds(0), [&] { rung = true; });
    http.wait_for([&] { return rung; }, "timer");
    timer.reset();
    early->send(kHttpLimitsGet);
    http.wait_for_answers(*early, 1);
    const auto late = http.connect();

    {
        const fakes::NoDescriptors none;
        const int turns = fakes::turns_within(http.loop, milliseconds(350));
        cr_expect(turns < 40, "%d turns", turns);
        early->send(kHttpLimitsGet);
        http.wait_for_answers(*early, 2);
    }
    late->send(kHttpLimitsGet);
    http.wait_for_answers(*late, 1);
}

Test(http_limits, what_is_sent_too_early_stays_in_the_socket) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send(kHttpLimitsGet);
    http.wait_for_owed(1);
    client->send(std::string(4 << 20, 'x'));
    fakes::run_what_is_due(http.loop);
    cr_expect(client->unsent() > (3U << 20), "%zu", client->unsent());
    // Nor is more read while an answer is written that the peer does not take.
    client->stop_reading();
    fakes::answer(http.owed[0], std::string(8 << 20, 'y'));
    fakes::run_what_is_due(http.loop);
    cr_expect(client->unsent() > (3U << 20), "%zu", client->unsent());
}

Test(http_limits, refusals_are_told_of_once_a_minute) {
    HttpFixture http({.connections = 2, .connections_for_managers = 0});
    std::array<int, 2> ends{};
    cr_assert(::pipe2(ends.data(), O_NONBLOCK) == 0);
    const auto held = http.connect();
    http.wait_for_connections(1);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < 40; ++i) {
        const auto newcomer = http.connect();
        http.wait_for_end(*newcomer);
    }
    ::dup2(saved, STDERR_FILENO);
    std::array<char, 65536> text{};
    const ssize_t size = ::read(ends[0], text.data(), text.size());
    const std::string_view told(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    cr_expect(std::ranges::count(told, '\n') == 1, "%.*s", static_cast<int>(told.size()), told.data());
}
