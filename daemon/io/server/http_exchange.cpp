// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_exchange.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <new>
#include <string>
#include <utility>

#include "io/loop/event_loop.h"

namespace agent {

namespace {

using EvbufferPtr = std::unique_ptr<evbuffer, FreeWith<evbuffer_free>>;

bufferevent* transport_of(evhttp_request* request) {
    return evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
}

}  // namespace

void HttpExchange::add_header(const char* name, std::string_view value) {
    evhttp_add_header(evhttp_request_get_output_headers(request_), name, std::string(value).c_str());
}

void HttpExchange::lend(SecretString text) {
    if (text.empty()) return;
    auto lent = unread_.hold(user_, std::move(text));
    const std::string_view bytes = lent->reveal();
    const auto give_back = [](const void*, std::size_t, void* answer) noexcept {
        delete static_cast<UnreadSecrets::Answer*>(answer);
    };
    evbuffer* out = evhttp_request_get_output_buffer(request_);
    if (evbuffer_add_reference(out, bytes.data(), bytes.size(), give_back, lent.get()) != 0) throw std::bad_alloc();
    static_cast<void>(lent.release());
}

void HttpExchange::send(ApiAnswer answer) {
    if (request_ == nullptr) return;
    if (answer.status != 204) {
        // evhttp adds none for methods that it thinks have no body, and says that an empty body is HTML.
        add_header("Content-Type", answer.content_type.empty() ? "text/plain" : answer.content_type);
        add_header("Content-Length", std::to_string(answer.body.size()));
    }
    add_header("Cache-Control", "no-store");
    if (!answer.allow.empty()) add_header("Allow", answer.allow);
    if (answer.retry_after) add_header("Retry-After", std::to_string(answer.retry_after->count()));
    if (close_after_) add_header("Connection", "close");
    if (evhttp_request_get_command(request_) != EVHTTP_REQ_HEAD) lend(std::move(answer.body));
    begin(State::kEnded);
    evhttp_send_reply(request_, answer.status, answer.reason.empty() ? nullptr : std::string(answer.reason).c_str(),
                      nullptr);
}

void HttpExchange::begin_stream(std::string_view content_type) {
    if (request_ == nullptr) return;
    add_header("Content-Type", content_type);
    add_header("Cache-Control", "no-store");
    add_header("Connection", "close");
    begin(State::kStreaming);
    evhttp_send_reply_start(request_, 200, nullptr);
    // evhttp keeps reading while it writes, and would time out a stream whose reader is silent, as usual.
    const timeval idle = to_timeval(limits_.idle);
    bufferevent_set_timeouts(transport_of(request_), nullptr, &idle);
}

void HttpExchange::write(std::string_view chunk) {
    if (request_ == nullptr || state_ != State::kStreaming) return;
    const EvbufferPtr copy(evbuffer_new());
    if (copy == nullptr || evbuffer_add(copy.get(), chunk.data(), chunk.size()) != 0) throw std::bad_alloc();
    evhttp_send_reply_chunk(request_, copy.get());

    bufferevent* transport = transport_of(request_);
    if (evbuffer_get_length(bufferevent_get_output(transport)) > limits_.stream_backlog_bytes) {
        // Lets evhttp notice the end of the connection later: the writer may be deep inside the core.
        ::shutdown(bufferevent_getfd(transport), SHUT_RDWR);
        state_ = State::kEnded;
    }
}

void HttpExchange::end_stream() {
    if (request_ == nullptr || state_ != State::kStreaming) return;
    state_ = State::kEnded;
    evhttp_send_reply_end(request_);  // may free the connection
}

// While an answer is owed evhttp does not read, and so does not notice that the peer disconnects. If it did read, a
// peer that sends its next request early could make libevent 2.1.12 end the process ("illegal connection state").
//
// Edge-triggered, so that early data or the end of the peer's half is reported only once. EV_READ is not for reading: a
// peer that closes with an answer unread causes a socket error, which libevent 2.1.12 reports to readers and writers
// but not to EV_CLOSED; without either the loop would spin.
void HttpExchange::watch_peer(EventLoop& loop) {
    peer_watch_ = loop.make_event(
        bufferevent_getfd(transport_of(request_)), EV_READ | EV_CLOSED | EV_ET | EV_PERSIST,
        [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpExchange*>(self)->on_change_of_peer(); },
        this, Priority::kPeer);
    event_add(peer_watch_.get(), nullptr);
}

void HttpExchange::on_change_of_peer() {
    // A peer that has only closed its half (shutdown(SHUT_WR), as `nc -N` does) still waits for the answer.
    pollfd socket{.fd = bufferevent_getfd(transport_of(request_)), .events = 0, .revents = 0};
    const bool is_gone = ::poll(&socket, 1, 0) == 1;                               // POLLHUP or POLLERR
    if (is_gone) evhttp_connection_free(evhttp_request_get_connection(request_));  // may destroy this
}

void HttpExchange::begin(State state) noexcept {
    state_ = state;
    peer_watch_.reset();  // evhttp watches from here on, level-triggered, which must not be mixed
}

void HttpExchange::detach() noexcept {
    peer_watch_.reset();
    // We must free a request whose connection failed before the answer was complete; evhttp frees all others.
    if (request_ != nullptr && evhttp_request_get_connection(request_) == nullptr) evhttp_request_free(request_);
    request_ = nullptr;
}

}  // namespace agent
