// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <sys/socket.h>

#include <array>
#include <new>
#include <utility>

#include "io/server/http_error_page.h"
#include "io/server/http_exchange.h"

namespace agent {

namespace {

ApiMethod method_of(evhttp_request* request) {
    switch (evhttp_request_get_command(request)) {
        case EVHTTP_REQ_GET:
            return ApiMethod::kGet;
        case EVHTTP_REQ_POST:
            return ApiMethod::kPost;
        case EVHTTP_REQ_PUT:
            return ApiMethod::kPut;
        case EVHTTP_REQ_DELETE:
            return ApiMethod::kDelete;
        default:
            return ApiMethod::kOther;
    }
}

std::string text_or_empty(const char* text) {
    return text == nullptr ? "" : text;
}

ApiRequest read_request(evhttp_request* request, const Peer& peer) {
    const evhttp_uri* uri = evhttp_request_get_evhttp_uri(request);
    evbuffer* input = evhttp_request_get_input_buffer(request);
    SecretString body(evbuffer_get_length(input));
    evbuffer_remove(input, body.data(), body.size());
    return ApiRequest{.method = method_of(request),
                      .path = text_or_empty(evhttp_uri_get_path(uri)),
                      .query = text_or_empty(evhttp_uri_get_query(uri)),
                      .body = std::move(body),
                      .peer = peer};
}

}  // namespace

HttpConnection::HttpConnection(EventLoop& loop, evhttp_connection* connection, Peer peer, const HttpLimits& limits,
                               const UnreadSecrets& unread)
    : loop_(loop),
      connection_(connection),
      transport_(evhttp_connection_get_bufferevent(connection)),
      peer_(peer),
      limits_(limits),
      unread_(unread),
      output_watch_(evbuffer_add_cb(
          bufferevent_get_output(transport_),
          [](evbuffer*, const evbuffer_cb_info* change, void* self) noexcept {
              if (change->n_added > 0) static_cast<HttpConnection*>(self)->on_output();
          },
          this)),
      deadline_(loop.make_event(
          -1, 0,
          [](evutil_socket_t, short, void* self) noexcept {
              evhttp_connection_free(static_cast<HttpConnection*>(self)->connection_);  // destroys it
          },
          this, Priority::kPeer)) {
    if (output_watch_ == nullptr) throw std::bad_alloc();
    allow(limits_.whole_request);
}

HttpConnection::~HttpConnection() {
    evbuffer_remove_cb_entry(bufferevent_get_output(transport_), output_watch_);
    if (exchange_ != nullptr) exchange_->detach();
}

// evhttp restarts its timeouts with each byte.
void HttpConnection::allow(Duration time) {
    const timeval delay = to_timeval(time);
    evtimer_add(deadline_.get(), &delay);
}

void HttpConnection::handle(evhttp_request* request, const Handler& handler) {
    is_new_ = false;
    evtimer_del(deadline_.get());
    exchange_ = std::make_shared<HttpExchange>(request, limits_, unread_, peer_.uid);
    if (finishing_) exchange_->close_after();
    evhttp_request_set_on_complete_cb(
        request, [](evhttp_request*, void* self) noexcept { static_cast<HttpConnection*>(self)->on_sent(); }, this);
    waiting_ = handler(read_request(request, peer_), ApiReply(exchange_));
    if (exchange_->is_owed()) exchange_->watch_peer(loop_);
}

std::unique_ptr<Waiting> HttpConnection::finish() {
    finishing_ = true;
    if (exchange_ != nullptr) {
        exchange_->close_after();
        if (exchange_->is_streaming()) return std::move(waiting_);
    }
    return nullptr;
}

void HttpConnection::on_sent() {
    exchange_->detach();
    exchange_.reset();
    waiting_.reset();
    allow(limits_.whole_request);
    // evhttp continues with the connection when this returns; told of its end, it frees the connection.
    if (finishing_) ::shutdown(bufferevent_getfd(transport_), SHUT_RDWR);
}

void HttpConnection::on_output() {
    if (exchange_ != nullptr && exchange_->is_whole()) allow(limits_.whole_answer);
    if (exchange_ != nullptr || own_word_ != nullptr) return;
    // It is still writing; nothing is sent before the next turn of the loop.
    own_word_ = loop_.make_event(
        -1, 0,
        [](evutil_socket_t, short, void* self) noexcept { static_cast<HttpConnection*>(self)->on_evhttp_answer(); },
        this, Priority::kPeer);
    event_active(own_word_.get(), EV_TIMEOUT, 0);
}

void HttpConnection::on_evhttp_answer() {
    own_word_.reset();
    evbuffer* output = bufferevent_get_output(transport_);
    std::array<char, 64> written{};
    evbuffer_unfreeze(output, /*at_front=*/1);  // a bufferevent does not let others read its output
    const ev_ssize_t size = evbuffer_copyout(output, written.data(), written.size());
    evbuffer_freeze(output, /*at_front=*/1);
    const auto answer = answer_instead_of({written.data(), static_cast<std::size_t>(size < 0 ? 0 : size)});
    if (!answer) return;
    // Closed here, since evhttp continues after a CONNECT that it cannot parse. The socket accepts the whole answer,
    // unless the peer has left many others unread.
    ::send(bufferevent_getfd(transport_), answer->data(), answer->size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    evhttp_connection_free(connection_);  // destroys this
}

}  // namespace agent
