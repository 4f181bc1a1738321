// SPDX-License-Identifier: Apache-2.0
#include "fakes/loopback_server.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <stdexcept>

namespace fakes {

namespace {

/// Where the request ends, or npos while it has not.
std::size_t end_of_request(const std::string& text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string::npos) return std::string::npos;
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = text.find(kLength);
    const std::size_t body = at < head ? std::strtoul(text.c_str() + at + kLength.size(), nullptr, 10) : 0;
    const std::size_t end = head + 4 + body;
    return text.size() < end ? std::string::npos : end;
}

}  // namespace

void LoopbackServer::Peer::send(std::string_view text) {
    bufferevent_write(stream_.get(), text.data(), text.size());
}

void LoopbackServer::Peer::send_now(std::string_view text) {
    const ssize_t sent = ::send(bufferevent_getfd(stream_.get()), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) throw std::runtime_error("loopback server: the socket is full");
}

void LoopbackServer::Peer::close() {
    if (evbuffer_get_length(bufferevent_get_output(stream_.get())) == 0) {
        end();
    } else {
        closing_ = true;
    }
}

void LoopbackServer::Peer::reset() {
    const linger now{1, 0};
    ::setsockopt(bufferevent_getfd(stream_.get()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    end();
}

void LoopbackServer::Peer::end() {
    server_->peers_.erase(self_);
}

LoopbackServer::LoopbackServer(agent::EventLoop& loop, OnRequest on_request, SSL_CTX* tls)
    : loop_(loop), on_request_(std::move(on_request)), tls_(tls) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener_.reset(evconnlistener_new_bind(
        loop.base(),
        [](evconnlistener*, evutil_socket_t fd, sockaddr*, int, void* self) noexcept {
            static_cast<LoopbackServer*>(self)->accept(fd);
        },
        this, LEV_OPT_CLOSE_ON_FREE, -1, reinterpret_cast<sockaddr*>(&address), sizeof address));
    if (listener_ == nullptr) throw std::runtime_error("loopback server");
    socklen_t size = sizeof address;
    ::getsockname(evconnlistener_get_fd(listener_.get()), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
}

std::string LoopbackServer::url(std::string_view path, std::string_view host) const {
    std::string text = tls_ == nullptr ? "http://" : "https://";
    return text.append(host).append(":" + std::to_string(port_)).append(path);
}

void LoopbackServer::accept(int fd) {
    ++accepted_;
    Peer& peer = peers_.emplace_back();
    peer.server_ = this;
    peer.self_ = std::prev(peers_.end());
    peer.stream_.reset(tls_ == nullptr
                           ? bufferevent_socket_new(loop_.base(), fd, BEV_OPT_CLOSE_ON_FREE)
                           : bufferevent_openssl_socket_new(loop_.base(), fd, SSL_new(tls_), BUFFEREVENT_SSL_ACCEPTING,
                                                            BEV_OPT_CLOSE_ON_FREE));
    bufferevent_setcb(
        peer.stream_.get(),
        [](bufferevent*, void* self) noexcept {
            auto& reader = *static_cast<Peer*>(self);
            reader.server_->on_read(reader);
        },
        [](bufferevent*, void* self) noexcept {
            if (static_cast<Peer*>(self)->closing_) static_cast<Peer*>(self)->end();
        },
        [](bufferevent*, short what, void* self) noexcept {
            if ((what & BEV_EVENT_CONNECTED) == 0) static_cast<Peer*>(self)->end();
        },
        &peer);
    bufferevent_enable(peer.stream_.get(), EV_READ);
}

void LoopbackServer::on_read(Peer& peer) {
    evbuffer* const input = bufferevent_get_input(peer.stream_.get());
    const std::size_t size = evbuffer_get_length(input);
    const std::size_t old_size = peer.received_.size();
    peer.received_.resize(old_size + size);
    evbuffer_remove(input, peer.received_.data() + old_size, size);
    if (end_of_request(peer.received_) == std::string::npos) return;
    ++requests_;
    on_request_(peer);
}

std::string http_answer(int status, std::string_view body, std::string_view headers) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Some Reason\r\n";
    text.append(headers).append("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n").append(body);
    return text;
}

}  // namespace fakes
