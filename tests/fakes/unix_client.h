// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop/event_loop.h"

namespace fakes {

/// An HTTP answer with a Content-Length, or with no body.
struct HttpAnswer {
    int status = 0;
    std::string head;
    std::string body;
};

/// A client of a Unix domain socket on the loop of the code under test, which sends exactly the given bytes.
class UnixClient {
  public:
    UnixClient(agent::EventLoop& loop, const std::filesystem::path& path) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        // Blocking: the kernel connects without the listener's help.
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("connect");
        }
        evutil_make_socket_nonblocking(fd);
        stream_.reset(bufferevent_socket_new(loop.base(), fd, BEV_OPT_CLOSE_ON_FREE));
        bufferevent_setcb(
            stream_.get(), [](bufferevent*, void* self) noexcept { static_cast<UnixClient*>(self)->take_input(); },
            nullptr,
            [](bufferevent*, short, void* self) noexcept {
                auto& client = *static_cast<UnixClient*>(self);
                client.take_input();
                client.ended_ = true;
            },
            this);
        bufferevent_enable(stream_.get(), EV_READ | EV_WRITE);
    }
    UnixClient(const UnixClient&) = delete;
    UnixClient& operator=(const UnixClient&) = delete;

    void send(std::string_view text) { bufferevent_write(stream_.get(), text.data(), text.size()); }
    /// No more will be sent; the answer is still read.
    void end_sending() { ::shutdown(bufferevent_getfd(stream_.get()), SHUT_WR); }
    void stop_reading() { bufferevent_disable(stream_.get(), EV_READ); }
    void go_on_reading() { bufferevent_enable(stream_.get(), EV_READ); }

    /// The server has closed the connection.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] const std::string& received() const noexcept { return received_; }
    [[nodiscard]] std::size_t unsent() const { return evbuffer_get_length(bufferevent_get_output(stream_.get())); }

    /// The whole answers that have come.
    [[nodiscard]] const std::vector<HttpAnswer>& answers() const noexcept { return answers_; }

  private:
    void take_input() {
        evbuffer* input = bufferevent_get_input(stream_.get());
        const std::size_t size = evbuffer_get_length(input);
        if (size == 0) return;
        received_.append(reinterpret_cast<const char*>(evbuffer_pullup(input, -1)), size);
        evbuffer_drain(input, size);
        while (take_answer()) {
        }
    }

    bool take_answer() {
        constexpr std::string_view kVersion = "HTTP/1.1 ";
        constexpr std::string_view kLength = "\r\nContent-Length: ";
        const std::size_t end = received_.find("\r\n\r\n", read_to_);
        if (end == std::string::npos) return false;
        HttpAnswer answer{.status = std::atoi(received_.c_str() + read_to_ + kVersion.size()),
                          .head = received_.substr(read_to_, end + 2 - read_to_),
                          .body = ""};
        const std::size_t length = answer.head.find(kLength);
        const std::size_t size =
            length == std::string::npos ? 0 : std::strtoul(answer.head.c_str() + length + kLength.size(), nullptr, 10);
        if (received_.size() < end + 4 + size) return false;
        answer.body = received_.substr(end + 4, size);
        read_to_ = end + 4 + size;
        answers_.push_back(std::move(answer));
        return true;
    }

    std::unique_ptr<bufferevent, agent::FreeWith<bufferevent_free>> stream_;
    std::string received_;
    std::size_t read_to_ = 0;
    std::vector<HttpAnswer> answers_;
    bool ended_ = false;
};

}  // namespace fakes
