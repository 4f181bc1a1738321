// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_server.h"

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>

#include <cerrno>
#include <map>
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

// Bounds a flood of new connections, so that they are refused while it lasts.
constexpr std::size_t kAcceptedAtOnce = 16;
constexpr std::chrono::seconds kBetweenWarnings{60};
// More than evhttp must hold at once, header or body; what a peer sends too early stays in the socket.
constexpr std::size_t kReadAhead = 4096;

/// evhttp_bind_listener() takes over the argument of a listener's callbacks; this maps it to the server.
std::map<const void*, HttpServer*>& servers() {
    static std::map<const void*, HttpServer*> all;
    return all;
}

template <class T>
T* required(T* made) {
    if (made == nullptr) throw std::bad_alloc();
    return made;
}

}  // namespace

void HttpServer::FreeHttp::operator()(evhttp* http) const noexcept {
    evhttp_free(http);
}

HttpServer::HttpServer(EventLoop& loop, Timers& timers, int listening_socket, Handler handler, HttpLimits limits)
    : loop_(loop),
      timers_(timers),
      handler_(std::move(handler)),
      limits_(limits),
      admission_(loop.make_event(
          -1, 0, [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpServer*>(self)->admit_newcomers(); },
          this, Priority::kPeer)),
      http_(required(evhttp_new(loop.base()))) {
    evhttp_set_max_headers_size(http_.get(), static_cast<ev_ssize_t>(limits_.header_bytes));
    evhttp_set_max_body_size(http_.get(), static_cast<ev_ssize_t>(limits_.body_bytes));
    // Reads a body that is too long to its end, so that its sender gets to read the answer.
    evhttp_set_flags(http_.get(), EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_allowed_methods(http_.get(), 0xffff);  // the router refuses methods, including unknown ones
    const timeval idle = to_timeval(limits_.idle);
    evhttp_set_timeout_tv(http_.get(), &idle);
    evhttp_set_bevcb(
        http_.get(), [](event_base*, void* self) noexcept { return static_cast<HttpServer*>(self)->expect_newcomer(); },
        this);
    evhttp_set_gencb(
        http_.get(),
        [](evhttp_request* request, void* self) noexcept {
            auto& server = *static_cast<HttpServer*>(self);
            server.connections_.at(evhttp_request_get_connection(request))->handle(request, server.handler_);
        },
        this);

    ListenerPtr listener(required(evconnlistener_new(loop.base(), nullptr, nullptr, LEV_OPT_CLOSE_ON_EXEC,
                                                     /*backlog: it listens already*/ 0, listening_socket)));
    evconnlistener_set_error_cb(listener.get(),
                                [](evconnlistener*, void* http) noexcept { servers().at(http)->pause_accepting(); });
    servers().emplace(http_.get(), this);
    accepting_ = required(evhttp_bind_listener(http_.get(), listener.get()));
    listener_ = listener.release();
}

HttpServer::~HttpServer() {
    servers().erase(http_.get());
    http_.reset();
    for (bufferevent* newcomer : newcomers_) bufferevent_decref(newcomer);
}

// evhttp calls this for each connection that it accepts, before it registers the connection. So check the peer and the
// limits right after that, before reading anything.
bufferevent* HttpServer::expect_newcomer() {
    bufferevent* newcomer = required(bufferevent_socket_new(loop_.base(), -1, 0));
    bufferevent_setwatermark(newcomer, EV_READ, 0, limits_.header_bytes + limits_.body_bytes + kReadAhead);
    bufferevent_incref(newcomer);
    newcomers_.push_back(newcomer);
    if (newcomers_.size() >= kAcceptedAtOnce) evconnlistener_disable(listener_);
    event_active(admission_.get(), EV_TIMEOUT, 0);
    return newcomer;
}

void HttpServer::admit_newcomers() {
    for (bufferevent* newcomer : std::exchange(newcomers_, {})) {
        admit(newcomer);
        bufferevent_decref(newcomer);
    }
    resume_accepting();
}

void HttpServer::admit(bufferevent* newcomer) {
    // evhttp 2.1.12 has no other way to get its connection before the first request: it is the argument of the
    // callbacks, which are unset if evhttp could not set up the connection.
    void* argument = nullptr;
    bufferevent_getcb(newcomer, nullptr, nullptr, nullptr, &argument);
    if (argument == nullptr) return;
    auto* connection = static_cast<evhttp_connection*>(argument);

    const Result<Peer> peer = peer_of(bufferevent_getfd(newcomer));
    if (!peer || stopping_ || !has_room_for(peer->uid)) {
        evhttp_connection_free(connection);
        return;
    }
    ++per_user_[peer->uid];
    connections_.emplace(connection, std::make_unique<HttpConnection>(loop_, connection, *peer, limits_, unread_));
    evhttp_connection_set_closecb(
        connection,
        [](evhttp_connection* closed, void* self) noexcept { static_cast<HttpServer*>(self)->on_closed(closed); },
        this);
}

bool HttpServer::has_room_for(uid_t user) {
    const auto held = per_user_.find(user);
    const std::size_t of_user = held == per_user_.end() ? 0 : held->second;
    if (connections_.size() < limits_.connections && of_user < limits_.connections_per_user) return true;

    if (may_log()) {
        log(LogLevel::kWarning, log_event("connections_refused"), "connection refused: too many",
            {{"uid", std::to_string(user)},
             {"of_user", std::to_string(of_user)},
             {"in_all", std::to_string(connections_.size())}});
    }
    return false;
}

void HttpServer::pause_accepting() {
    const int reason = errno;
    evconnlistener_disable(listener_);
    pause_ = timers_.after(kAcceptPause, [this] {
        pause_.reset();
        resume_accepting();
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

void HttpServer::resume_accepting() {
    if (listener_ != nullptr && pause_ == nullptr) evconnlistener_enable(listener_);
}

void HttpServer::on_closed(evhttp_connection* connection) {
    const auto found = connections_.find(connection);
    const auto of_user = per_user_.find(found->second->peer().uid);
    if (--of_user->second == 0) per_user_.erase(of_user);
    connections_.erase(found);
    if (stopping_ && connections_.empty()) tell_stopped();
}

void HttpServer::stop(Duration grace, std::function<void()> stopped) {
    admit_newcomers();
    stopping_ = true;
    stopped_ = std::move(stopped);
    pause_.reset();
    listener_ = nullptr;
    evhttp_del_accept_socket(http_.get(), accepting_);

    close_where([](const HttpConnection& peer) { return peer.is_idle() && !peer.is_new(); });
    std::vector<std::unique_ptr<Waiting>> streams;
    for (const auto& [connection, peer] : connections_) streams.push_back(peer->finish());
    streams.clear();  // only now, since each may remove itself from connections_

    if (connections_.empty()) return tell_stopped();
    stop_timer_ = timers_.after(grace, [this] { close_where([](const HttpConnection&) { return true; }); });
    first_request_timer_ = timers_.after(
        limits_.first_request, [this] { close_where([](const HttpConnection& peer) { return peer.is_new(); }); });
}

template <class Condition>
void HttpServer::close_where(Condition is_meant) {
    std::vector<evhttp_connection*> meant;
    for (const auto& [connection, peer] : connections_) {
        if (is_meant(*peer)) meant.push_back(connection);
    }
    // Only now, since each removes itself from connections_.
    for (evhttp_connection* connection : meant) evhttp_connection_free(connection);
}

void HttpServer::tell_stopped() {
    stop_timer_ = timers_.after(Duration::zero(), [this] {
        const auto stopped = std::move(stopped_);
        stopped();
    });
}

}  // namespace agent
