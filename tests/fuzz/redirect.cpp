// SPDX-License-Identifier: Apache-2.0
// What the listener of a redirect URI receives, through the connection, the waiting login and the page that the browser
// shows.
//
// Input: a letter for the size of the pieces; then what a browser, or another program that found the port, sends.
#include "io/redirect/browser_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/text/encoding.h"
#include "io/redirect/browser_page.h"
#include "login_stage.h"
#include "target.h"

namespace {

constexpr char kTlsAlert = '\x15';
constexpr std::array<std::size_t, 3> kPieces{1U << 20, 1000, 60};

/// Sends `bytes` to a connection of the listener and returns what comes back.
std::string talk(fuzz::LoginStage& stage, std::string_view bytes, std::size_t piece) {
    static agent::EventLoop loop;
    std::array<int, 2> ends{};
    FUZZ_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const agent::Fd peer(ends[0]);
    std::unique_ptr<agent::BrowserConnection> connection;
    connection = std::make_unique<agent::BrowserConnection>(
        loop, ends[1], [&](std::string_view) { return stage.listener.site; }, agent::BrowserPatience(),
        [&] { connection.reset(); });
    connection->begin(/*user=*/0);
    const auto go_on = [&] {
        for (int turn = 0; turn < 3; ++turn) event_base_loop(loop.base(), EVLOOP_NONBLOCK);
        stage.core.timers.advance(fuzz::CoreStage::kAMoment);
        if (stage.core.http.open() > 0) stage.core.http.answer(400, R"({"error":"invalid_grant"})");
    };
    while (!bytes.empty()) {
        const ssize_t sent = ::send(peer.get(), bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
        go_on();
        if (sent <= 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    go_on();
    std::string received(1U << 16, '\0');
    received.resize(
        static_cast<std::size_t>(std::max<ssize_t>(::recv(peer.get(), received.data(), received.size(), 0), 0)));
    return received;
}

std::ptrdiff_t tags(std::string_view html) {
    return std::count(html.begin(), html.end(), '<');
}

/// The page has no more markup than a page of harmless words.
void check_page(std::string_view html) {
    using Kind = agent::BrowserPage::Kind;
    bool found = false;
    for (const Kind kind : {Kind::kSignedIn, Kind::kDeclined, Kind::kFailed, Kind::kNotExpected}) {
        for (const char* reason : {"", "a reason"})
            for (const char* account : {"", "smith"}) {
                const std::string plain =
                    agent::render_browser_page({.kind = kind, .account = account, .user = reason, .reason = reason});
                const std::size_t end_of_title = plain.find("</title>");
                found = found || (html.starts_with(plain.substr(0, end_of_title)) && tags(html) == tags(plain));
            }
    }
    FUZZ_ASSERT(found);
}

void check_answer(std::string_view received) {
    const std::size_t end = received.find("\r\n\r\n");
    FUZZ_ASSERT(end != std::string_view::npos && received.starts_with("HTTP/1.1 "));
    const std::string_view head = received.substr(0, end + 2);
    const std::string_view page = received.substr(end + 4);
    constexpr std::array<std::string_view, 7> kStatuses{"200", "400", "404", "405", "421", "431", "503"};
    FUZZ_ASSERT(std::find(kStatuses.begin(), kStatuses.end(), head.substr(9, 3)) != kStatuses.end());
    for (const std::string& field :
         {"Content-Length: " + std::to_string(page.size()), std::string("Content-Type: text/html; charset=utf-8"),
          std::string("Referrer-Policy: no-referrer"), std::string("Cache-Control: no-store")}) {
        FUZZ_ASSERT(head.find("\r\n" + field + "\r\n") != std::string_view::npos);
    }
    check_page(page);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const std::size_t piece = kPieces[input.pick(kPieces.size())];
    fuzz::LoginStage stage;
    const std::string received = talk(stage, input.rest(), piece);
    if (!received.empty() && received.front() != kTlsAlert) check_answer(received);

    const auto decoded = agent::percent_decode(input.rest(), /*plus_is_space=*/true);
    if (decoded) stage.check_untouched_unless(decoded->reveal().find(stage.state()) != std::string_view::npos);
    return 0;
}
