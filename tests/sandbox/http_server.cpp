// SPDX-License-Identifier: Apache-2.0
#include "http_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace agent::sandbox {

namespace {

constexpr ev_ssize_t kHeaderBytes = ev_ssize_t{64} * 1024;
constexpr ev_ssize_t kBodyBytes = ev_ssize_t{256} * 1024;
constexpr int kIdleSeconds = 120;
// evhttp's own 128 overflows under a load test, and a lost SYN is sent again only a second later.
constexpr int kBacklog = 4096;

struct Address {
    sockaddr_storage storage{};
    int size = 0;
};

Result<Address> socket_address(const std::string& text, int port) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof *v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof *v6;
    } else {
        return fail(Error::Code::kBadRequest, "listen: " + text + ": not an IP address");
    }
    return address;
}

int port_of(evutil_socket_t socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
    return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(&storage)->sin_port
                                              : reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
}

std::string method_of(const evhttp_request* request) {
    switch (evhttp_request_get_command(request)) {
        case EVHTTP_REQ_GET:
            return "GET";
        case EVHTTP_REQ_POST:
            return "POST";
        case EVHTTP_REQ_DELETE:
            return "DELETE";
        default:
            return "OTHER";
    }
}

Request read_request(evhttp_request* source) {
    Request request{
        .method = method_of(source), .path = evhttp_request_get_uri(source), .query = {}, .headers = {}, .body = {}};
    if (const std::size_t question = request.path.find('?'); question != std::string::npos) {
        request.query = request.path.substr(question + 1);
        request.path.resize(question);
    }
    for (const evkeyval* h = evhttp_request_get_input_headers(source)->tqh_first; h != nullptr; h = h->next.tqe_next) {
        request.headers.emplace_back(h->key, h->value);
    }
    evbuffer* body = evhttp_request_get_input_buffer(source);
    request.body.resize(evbuffer_get_length(body));
    evbuffer_remove(body, request.body.data(), request.body.size());
    return request;
}

std::string raw(const Reply& reply) {
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " \r\n";  // RFC 9112 section 4: needs no phrase
    for (const auto& [name, value] : reply.headers) text.append(name).append(": ").append(value).append("\r\n");
    return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

Responder::~Responder() {
    if (request_ != nullptr) evhttp_send_error(request_, 500, nullptr);
}

void Responder::send(const Reply& reply) {
    evhttp_request* request = std::exchange(request_, nullptr);
    evkeyvalq* headers = evhttp_request_get_output_headers(request);
    for (const auto& [name, value] : reply.headers) evhttp_add_header(headers, name.c_str(), value.c_str());
    evbuffer_add(evhttp_request_get_output_buffer(request), reply.body.data(), reply.body.size());
    evhttp_send_reply(request, reply.status, nullptr, nullptr);
}

void Responder::send_cut(const Reply& reply, std::size_t bytes) {
    // Bypasses evhttp, which only sends complete answers. Its buffer is empty: it reads no second request until the
    // first is answered.
    std::string text = raw(reply);
    text.resize(std::min(bytes, text.size() - 1));
    if (const int fd = socket(); fd >= 0) (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    drop();
}

void Responder::drop() {
    evhttp_request* request = std::exchange(request_, nullptr);
    if (evhttp_connection* connection = evhttp_request_get_connection(request); connection != nullptr) {
        evhttp_connection_free(connection);  // and its requests
    } else {
        evhttp_request_free(request);
    }
}

int Responder::socket() const {
    evhttp_connection* connection = evhttp_request_get_connection(request_);
    return connection == nullptr ? -1 : bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
}

/// An answer that is owed, and the event that ends the wait.
struct HttpServer::Held {
    Held(HttpServer* owner, Responder owed, std::function<void(Responder)> on_time)
        : server(owner), responder(std::move(owed)), finish(std::move(on_time)) {}

    static void on_event(evutil_socket_t, short what, void* self) {
        const auto place = static_cast<Held*>(self)->place;
        const std::unique_ptr<Held> owned = std::move(*place);
        owned->server->held_.erase(place);
        if ((what & EV_TIMEOUT) != 0) {
            owned->finish(std::move(owned->responder));
        } else {
            owned->responder.drop();
        }
    }

    HttpServer* server;
    Responder responder;
    std::function<void(Responder)> finish;
    std::list<std::unique_ptr<Held>>::iterator place;
    EventPtr event;
};

HttpServer::HttpServer(event_base* base, Handler handler)
    : base_(base), handler_(std::move(handler)), http_(evhttp_new(base)) {}

HttpServer::~HttpServer() {
    for (const auto& held : held_) {
        held->event.reset();
        held->responder.drop();
    }
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(event_base* base, const std::string& address, int port,
                                                       Handler handler) {
    AGENT_TRY(const Address where, socket_address(address, port));
    std::unique_ptr<HttpServer> server(new HttpServer(base, std::move(handler)));
    evhttp* http = server->http_.get();
    evhttp_set_max_headers_size(http, kHeaderBytes);
    evhttp_set_max_body_size(http, kBodyBytes);
    evhttp_set_timeout(http, kIdleSeconds);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                         EVHTTP_REQ_HEAD | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
    evhttp_set_gencb(http, &HttpServer::on_request, server.get());

    evconnlistener* listener = evconnlistener_new_bind(
        base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, kBacklog,
        reinterpret_cast<const sockaddr*>(&where.storage), where.size);
    if (listener == nullptr) {
        const auto code = errno == EADDRINUSE ? Error::Code::kConflict : Error::Code::kInternal;
        return fail(code, "listen: " + address + " port " + std::to_string(port) + ": " + std::strerror(errno));
    }
    server->port_ = port_of(evconnlistener_get_fd(listener));
    if (evhttp_bind_listener(http, listener) == nullptr) {
        evconnlistener_free(listener);
        return fail(Error::Code::kInternal, "listen: evhttp cannot use the socket");
    }
    return server;
}

void HttpServer::hold(Responder responder, std::optional<std::chrono::milliseconds> delay,
                      std::function<void(Responder)> finish) {
    const int socket = responder.socket();
    if (socket < 0) return responder.drop();
    held_.push_back(std::make_unique<Held>(this, std::move(responder), std::move(finish)));
    Held* held = held_.back().get();
    held->place = std::prev(held_.end());
    // evhttp reads nothing while an answer is owed, and so does not see the client leave. EV_READ must stay off: with
    // it, a pipelining client makes libevent 2.1.12 end the process.
    held->event.reset(event_new(base_, socket, EV_CLOSED, &Held::on_event, held));
    const auto ms = delay.value_or(std::chrono::milliseconds(0)).count();
    const timeval timeout{.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_add(held->event.get(), delay ? &timeout : nullptr);
}

void HttpServer::on_request(evhttp_request* request, void* self) {
    static_cast<HttpServer*>(self)->handler_(read_request(request), Responder(request));
}

}  // namespace agent::sandbox
