// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <csignal>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "expect.h"
#include "fakes/loopback_server.h"
#include "fakes/raw_client.h"
#include "fakes/run_until.h"
#include "io/redirect/loopback_redirect_listener.h"

namespace fakes {

/// A redirect listener on a free port, and browsers that come to it.
struct RedirectStage {
    RedirectStage() {
        std::signal(SIGPIPE, SIG_IGN);
        const LoopbackServer free(loop, [](auto&) {});  // a port that is free once it has gone
        port = free.port();
    }

    [[nodiscard]] agent::Url uri(const std::string& host = "127.0.0.1") const {
        return agent::Url::parse("http://" + host + ":" + std::to_string(port) + "/callback").value();
    }
    auto listen(const agent::Url& redirect_uri) {
        return listener.listen(
            redirect_uri, [this](std::uint32_t user) { return user == expected; },
            [this](agent::BrowserVisit visit, agent::RedirectListener::Respond respond) {
                cr_expect(visit.user == expected);
                kinds.push_back(visit.kind);
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
        return run_until(loop, [&] { return client.ended(); });
    }
    bool until_asked(std::size_t count = 1) {
        return run_until(loop, [&] { return queries.size() == count; });
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
    std::vector<agent::BrowserVisit::Kind> kinds;
    std::vector<std::string> queries;
    std::vector<agent::RedirectListener::Respond> owed;
    std::unique_ptr<agent::RedirectListening> listening;
    std::list<RawClient> clients;
};

}  // namespace fakes
