// SPDX-License-Identifier: Apache-2.0
// What a peer sends on one connection, through the whole server: the parser, the limits, the routes and the answers.
//
// Input: letters for the size of the pieces in which it comes, and for the mood of the core; then the bytes.
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/log.h"
#include "checks.h"
#include "io/loop/timerfd_timers.h"
#include "io/server/http_server.h"
#include "lib/http/response_reader.h"
#include "protocol_stage.h"
#include "target.h"

namespace {

constexpr std::array<std::size_t, 4> kPieces{1U << 20, 1000, 63, 7};

/// A server on a socket without a name, which lives as long as the process.
class Server {
  public:
    Server() {
        std::signal(SIGPIPE, SIG_IGN);
        agent::set_log_level(agent::LogLevel::kError);
        const sockaddr_un none{.sun_family = AF_UNIX, .sun_path = {}};  // unix(7): the kernel chooses an address
        FUZZ_ASSERT(::bind(listening_.get(), generic(none), sizeof none.sun_family) == 0);
        FUZZ_ASSERT(::listen(listening_.get(), 8) == 0);
        address_size_ = sizeof address_;
        FUZZ_ASSERT(::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address_), &address_size_) == 0);
        server_ = std::make_unique<agent::HttpServer>(
            loop_, timers_, listening_.get(), [this](const agent::ApiRequest& request, agent::ApiReply reply) {
                return stage_->fixture().api.handle(request, std::move(reply));
            });
    }

    /// Sends `bytes` in pieces and returns all that comes back.
    std::string talk(fuzz::ProtocolStage& stage, std::string_view bytes, std::size_t piece) {
        stage_ = &stage;
        agent::Fd peer(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        FUZZ_ASSERT(::connect(peer.get(), generic(address_), address_size_) == 0);
        std::string received;
        while (!bytes.empty()) {
            const ssize_t sent = ::send(peer.get(), bytes.data(), std::min(piece, bytes.size()), MSG_DONTWAIT);
            go_on(peer, received);
            if (sent <= 0) break;  // closed, or it does not read on while it owes an answer that is a stream
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        ::shutdown(peer.get(), SHUT_WR);
        go_on(peer, received);
        peer.reset();
        for (int turns = 0; server_->connections() > 0; ++turns) {
            FUZZ_ASSERT(turns < 1000);
            turn();
        }
        return received;
    }

  private:
    static const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

    void turn() { event_base_loop(loop_.base(), EVLOOP_NONBLOCK); }

    /// Lets the server do all that it can do now.
    void go_on(const agent::Fd& peer, std::string& received) {
        std::array<char, 16384> block;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        constexpr int kIdleTurns = 4;   // one step of the server may take as many: accept, admit, read, answer
        for (int idle = 0; idle < kIdleTurns; ++idle) {
            turn();
            stage_->settle();
            const ssize_t size = ::recv(peer.get(), block.data(), block.size(), MSG_DONTWAIT);
            if (size <= 0) continue;
            received.append(block.data(), static_cast<std::size_t>(size));
            idle = 0;
        }
    }

    agent::EventLoop loop_;
    agent::TimerfdTimers timers_{loop_};
    agent::Fd listening_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address_{};
    socklen_t address_size_ = 0;
    fuzz::ProtocolStage* stage_ = nullptr;
    std::unique_ptr<agent::HttpServer> server_;
};

/// Reads answers as the client does, until they end or one is incomplete.
void check_answers(std::string received, const fuzz::ProtocolStage& stage) {
    while (!received.empty()) {
        FUZZ_ASSERT(received.starts_with("HTTP/1.1 "));
        agent::ResponseReader answer;
        const auto used = answer.feed(received);
        FUZZ_ASSERT(used);
        received.erase(0, *used);
        if (!answer.is_complete()) break;
        const agent::SecretString body = answer.take_body();
        fuzz::check_answer(answer.status(), answer.field("Content-Type").value_or(""), body.reveal());
        FUZZ_ASSERT(answer.field("Cache-Control") == "no-store");
        // Which path it answers is not known here.
        stage.check_secrets(answer.status(), answer.status() == 201 ? "/v1/keys" : "/token", body.reveal());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Server server;
    FuzzInput input(data, size);
    const std::size_t piece = kPieces[input.pick(kPieces.size())];
    fuzz::ProtocolStage stage(input.pick(fuzz::ProtocolStage::kMoods), {reinterpret_cast<const char*>(data), size});
    const std::string received = server.talk(stage, input.rest(), piece);
    FUZZ_ASSERT(received.empty() || received.starts_with("HTTP/1.1 "));
    // The answer to HEAD names the length of a body that it has not: not for a reader of other answers.
    if (input.rest().find("HEAD") == std::string_view::npos) check_answers(received, stage);
    return 0;
}
