// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "expect.h"
#include "fakes/run_until.h"
#include "fakes/temporary_directory.h"
#include "fakes/unix_client.h"
#include "io/loop/timerfd_timers.h"
#include "io/server/http_server.h"

namespace fakes {

/// A server on a temporary socket, whose requests the test answers.
struct HttpFixture {
    /// A request that the handler was given, and did not answer.
    struct Owed {
        agent::ApiRequest request;
        std::optional<agent::ApiReply> reply;
        bool is_awaited = true;  // until the server destroys the wait
    };

    explicit HttpFixture(agent::HttpLimits limits = {}) {
        std::signal(SIGPIPE, SIG_IGN);
        const sockaddr_un address = make_address();
        listening = agent::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        cr_assert(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        cr_assert(::listen(listening.get(), SOMAXCONN) == 0);
        server = std::make_unique<agent::HttpServer>(
            loop, timers, listening.get(),
            [this](const agent::ApiRequest& request, agent::ApiReply reply) {
                return handle(request, std::move(reply));
            },
            limits);
    }

    [[nodiscard]] std::unique_ptr<UnixClient> connect() { return std::make_unique<UnixClient>(loop, path()); }
    /// A peer that does nothing by the loop.
    [[nodiscard]] agent::Fd connect_apart() const {
        const sockaddr_un address = make_address();
        agent::Fd peer(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        cr_assert(::connect(peer.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        return peer;
    }
    [[nodiscard]] std::filesystem::path path() const { return directory / "agent.sock"; }

    /// Runs the loop until `come` is true, which must happen.
    template <class Condition>
    void wait_for(Condition come, const char* what) {
        cr_assert(run_until(loop, come), "waited in vain for: %s", what);
    }
    void wait_for_answers(const UnixClient& client, std::size_t count) {
        wait_for([&] { return client.answers().size() >= count; }, "answers");
    }
    void wait_for_end(const UnixClient& client) {
        wait_for([&] { return client.ended(); }, "end of connection");
    }
    void wait_for_owed(std::size_t count) {
        wait_for([&] { return owed.size() >= count; }, "requests");
    }
    void wait_for_connections(std::size_t count) {
        wait_for([&] { return server->connections() == count; }, "number of connections");
    }
    /// A new peer asks, and is answered.
    [[nodiscard]] bool serves() {
        const auto client = connect();
        client->send("GET /serves HTTP/1.1\r\nHost: a\r\n\r\n");
        const bool defers = std::exchange(defer, false);
        const bool answered = run_until(loop, [&] { return client->answers().size() == 1 || client->ended(); });
        defer = defers;
        return answered && !client->answers().empty() && client->answers()[0].status == 200;
    }

    bool defer = false;                                        // requests are owed, and not answered at once
    std::function<void(const agent::ApiRequest&)> on_request;  // sees each request first
    std::deque<Owed> owed;                                     // outlives the server: replies may come too late

    TemporaryDirectory directory;
    agent::EventLoop loop;
    agent::TimerfdTimers timers{loop};
    agent::Fd listening;
    std::unique_ptr<agent::HttpServer> server;

  private:
    struct Wait : agent::Waiting {
        explicit Wait(Owed& o) : owed(o) {}
        ~Wait() override { owed.is_awaited = false; }
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        Owed& owed;
    };

    [[nodiscard]] sockaddr_un make_address() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().string().copy(address.sun_path, sizeof address.sun_path - 1);
        return address;
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> handle(const agent::ApiRequest& request, agent::ApiReply reply) {
        if (on_request) on_request(request);
        if (!defer) {
            agent::JsonWriter out;
            out.begin_object().member("path", request.path).member("body", request.body.reveal()).end_object();
            reply.json(out);
            return nullptr;
        }
        owed.push_back({.request = {.method = request.method,
                                    .path = request.path,
                                    .query = request.query,
                                    .body = request.body.clone(),
                                    .peer = request.peer},
                        .reply = std::move(reply)});
        return std::make_unique<Wait>(owed.back());
    }
};

/// Answers with one word of JSON.
inline void answer(HttpFixture::Owed& owed, std::string_view word = "done") {
    agent::JsonWriter out;
    out.string(word);
    owed.reply->json(out);
    owed.reply.reset();
}

}  // namespace fakes
