// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "io/loop/event_loop.h"

namespace fakes {

/// A TCP client on the loop of the code under test, which sends exactly the given bytes.
class RawClient {
  public:
    RawClient(agent::EventLoop& loop, int port, const char* address = "127.0.0.1")
        : stream_(bufferevent_socket_new(loop.base(), -1, BEV_OPT_CLOSE_ON_FREE)) {
        bufferevent_setcb(
            stream_.get(),
            [](bufferevent* stream, void* self) noexcept {
                evbuffer* const input = bufferevent_get_input(stream);
                const std::size_t size = evbuffer_get_length(input);
                static_cast<RawClient*>(self)->received_.append(
                    reinterpret_cast<const char*>(evbuffer_pullup(input, -1)), size);
                evbuffer_drain(input, size);
            },
            nullptr,
            [](bufferevent*, short what, void* self) noexcept {
                auto& client = *static_cast<RawClient*>(self);
                client.connected_ = client.connected_ || (what & BEV_EVENT_CONNECTED) != 0;
                client.failed_ = client.failed_ || (what & BEV_EVENT_ERROR) != 0;
                client.ended_ = (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0;
            },
            this);
        bufferevent_enable(stream_.get(), EV_READ | EV_WRITE);
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<in_port_t>(port));
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = v4.sin_port;
        const bool is_v4 = ::inet_pton(AF_INET, address, &v4.sin_addr) == 1;
        ::inet_pton(AF_INET6, address, &v6.sin6_addr);
        const auto* const name = is_v4 ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
        bufferevent_socket_connect(stream_.get(), name, is_v4 ? sizeof v4 : sizeof v6);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view text) { bufferevent_write(stream_.get(), text.data(), text.size()); }

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// The peer has ended its half, or the connection could not be made or was reset.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] const std::string& received() const noexcept { return received_; }

  private:
    std::string received_;
    bool connected_ = false;
    bool ended_ = false;
    bool failed_ = false;
    std::unique_ptr<bufferevent, agent::FreeWith<bufferevent_free>> stream_;
};

}  // namespace fakes
