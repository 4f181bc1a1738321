// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "io/server/accept_pause.h"
#include "io/server/peer_credentials.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

constexpr int kAcceptedAtOnce = 64;
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
              .kept = FairShare(limits.kept_bytes, limits.kept_bytes_for_managers),
              .close = [this](HttpConnection& connection) { close(connection); }},
      listening_(listening_socket),
      places_(limits.connections, limits.connections_for_managers),
      between_looks_(time_between_looks(limits)),
      accept_(loop.make_event(
          listening_socket, EV_READ | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpServer*>(self)->accept_some(); }, this,
          Priority::kPeer)),
      look_(loop.make_event(
          -1, EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpServer*>(self)->close_late(); }, this,
          Priority::kPeer)) {
    event_add(accept_.get(), nullptr);
}

void HttpServer::accept_some() noexcept {
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
    places_.take(peer->uid);
    if (connections_.empty()) event_add(look_.get(), &between_looks_);
    const HttpConnection* const key = connection.get();
    connections_.emplace(key, std::move(connection));
}

bool HttpServer::has_room_for(uid_t user) {
    if (places_.has_room_for(user)) return true;
    if (may_log()) {
        log(LogLevel::kWarning, log_event("connections_refused"), "connection refused: too many",
            {{"uid", std::to_string(user)},
             {"of_user", std::to_string(places_.of(user))},
             {"in_all", std::to_string(places_.in_all())}});
    }
    return false;
}

void HttpServer::pause_accepting(int reason) {
    event_del(accept_.get());
    pause_ = timers_.after(kAcceptPause, [this] {
        event_add(accept_.get(), nullptr);
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
    places_.give_back(connection.peer().uid);
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
    event_del(accept_.get());

    close_where([](const HttpConnection& peer) { return peer.is_idle() && !peer.is_new() && !peer.waits_for_turn(); });
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
