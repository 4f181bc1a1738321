// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "io/server/accept_pause.h"
#include "io/server/peer_credentials.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

constexpr int kAcceptedAtOnce = 16;
constexpr std::chrono::seconds kBetweenWarnings{60};

/// So often that none is late by more than a part of its time.
timeval time_between_looks(const HttpLimits& limits) {
    constexpr int kLooks = 8;
    const Duration shortest = std::min({limits.idle, limits.whole_request, limits.whole_answer, limits.lingering});
    return to_timeval(std::max(shortest / kLooks, Duration(1)));
}

}  // namespace

HttpServer::HttpServer(EventLoop& loop, Timers& timers, int listening_socket, Handler handler, HttpLimits limits)
    : timers_(timers),
      shared_{.poll = SocketPoll(loop),
              .handler = std::move(handler),
              .limits = limits,
              .unread = {},
              .kept = KeptBytes(limits.kept_bytes, limits.kept_bytes_per_user),
              .close = [this](HttpConnection& connection) { close(connection); }},
      listening_(listening_socket),
      own_user_(::geteuid()),
      between_looks_(time_between_looks(limits)),
      look_(loop.make_event(
          -1, EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpServer*>(self)->close_late(); }, this,
          Priority::kPeer)) {
    if (!shared_.poll.add(listening_, EPOLLIN, *this)) throw std::bad_alloc();
}

HttpServer::~HttpServer() {
    if (!stopping_) shared_.poll.remove(listening_, *this);
}

void HttpServer::on_ready(std::uint32_t) noexcept {
    for (int i = 0; i < kAcceptedAtOnce; ++i) {
        Fd socket(::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket) {
            admit(std::move(socket));
            continue;
        }
        const int reason = errno;
        if (reason == ECONNABORTED || reason == EINTR) continue;
        if (reason != EAGAIN) pause_accepting(reason);
        return;
    }
}

void HttpServer::admit(Fd socket) {
    const Result<Peer> peer = peer_of(socket.get());
    if (!peer || !has_room_for(peer->uid)) return;
    auto connection = std::make_unique<HttpConnection>(shared_, std::move(socket), *peer);
    if (!connection->begin()) return;
    ++per_user_[peer->uid];
    if (connections_.empty()) event_add(look_.get(), &between_looks_);
    const HttpConnection* const key = connection.get();
    connections_.emplace(key, std::move(connection));
}

bool HttpServer::has_room_for(uid_t user) {
    const HttpLimits& limits = shared_.limits;
    const auto held = per_user_.find(user);
    const std::size_t of_user = held == per_user_.end() ? 0 : held->second;
    const bool is_manager = user == 0 || user == own_user_;
    const std::size_t kept = is_manager ? 0 : std::min(limits.kept_for_managers, limits.connections);
    if (connections_.size() < limits.connections - kept && of_user < limits.connections_per_user) return true;

    if (may_log()) {
        log(LogLevel::kWarning, log_event("connections_refused"), "connection refused: too many",
            {{"uid", std::to_string(user)},
             {"of_user", std::to_string(of_user)},
             {"in_all", std::to_string(connections_.size())}});
    }
    return false;
}

void HttpServer::pause_accepting(int reason) {
    shared_.poll.change(listening_, 0, *this);
    pause_ = timers_.after(kAcceptPause, [this] {
        shared_.poll.change(listening_, EPOLLIN, *this);
        pause_.reset();
    });
    if (may_log()) {
        log(LogLevel::kWarning, log_event("connections_refused"), "cannot accept a connection",
            {{"reason", std::generic_category().message(reason)}});
    }
}

bool HttpServer::may_log() {
    const auto now = std::chrono::steady_clock::now();
    if (now < silent_until_) return false;
    silent_until_ = now + kBetweenWarnings;
    return true;
}

void HttpServer::close(const HttpConnection& connection) {
    const auto found = connections_.find(&connection);
    const auto of_user = per_user_.find(connection.peer().uid);
    if (--of_user->second == 0) per_user_.erase(of_user);
    const auto closed = connections_.extract(found);  // what its wait does as it ends may ask how many there are
    if (!connections_.empty()) return;
    event_del(look_.get());
    if (stopping_) tell_stopped();
}

void HttpServer::close_late() {
    const auto now = std::chrono::steady_clock::now();
    close_where([now](const HttpConnection& connection) { return connection.is_late(now); });
}

void HttpServer::stop(Duration grace, std::function<void()> stopped) {
    stopping_ = true;
    stopped_ = std::move(stopped);
    pause_.reset();
    shared_.poll.remove(listening_, *this);

    close_where([](const HttpConnection& peer) { return peer.is_idle() && !peer.is_new(); });
    std::vector<std::unique_ptr<Waiting>> streams;
    for (const auto& [key, connection] : connections_) streams.push_back(connection->finish());
    streams.clear();

    if (connections_.empty()) return tell_stopped();
    stop_timer_ = timers_.after(grace, [this] { close_where([](const HttpConnection&) { return true; }); });
    first_request_timer_ = timers_.after(shared_.limits.first_request, [this] {
        close_where([](const HttpConnection& peer) { return peer.is_new(); });
    });
}

template <class Condition>
void HttpServer::close_where(Condition is_meant) {
    std::vector<const HttpConnection*> meant;
    for (const auto& [key, connection] : connections_) {
        if (is_meant(*connection)) meant.push_back(key);
    }
    // Only now, since each removes itself from connections_.
    for (const HttpConnection* connection : meant) close(*connection);
}

void HttpServer::tell_stopped() {
    stop_timer_ = timers_.after(Duration::zero(), [this] {
        const auto stopped = std::move(stopped_);
        stopped();
    });
}

}  // namespace agent
