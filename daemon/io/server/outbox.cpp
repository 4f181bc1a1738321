// SPDX-License-Identifier: Apache-2.0
#include "io/server/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace agent {

namespace {

iovec part(std::string_view bytes) noexcept {
    return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
}

/// How many bytes the socket took, text before secret; nullopt if the connection is broken.
std::optional<std::size_t> send_both(int fd, std::string_view text, std::string_view secret) noexcept {
    std::array<iovec, 2> parts{part(text), part(secret)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = secret.empty() ? 1 : 2;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM) return 0;
    return std::nullopt;
}

}  // namespace

bool Outbox::send(int fd, std::string_view text, SecretString secret) {
    std::size_t sent = 0;
    if (is_empty()) {
        const auto taken = send_both(fd, text, secret.reveal());
        if (!taken) return false;
        sent = *taken;
    }
    text_.append(text.substr(std::min(sent, text.size())));
    const std::size_t sent_of_secret = sent - std::min(sent, text.size());
    if (sent_of_secret < secret.size()) {
        secret_ = unread_.hold(user_, std::move(secret));
        secret_sent_ = sent_of_secret;
    }
    return true;
}

bool Outbox::flush(int fd) noexcept {
    if (is_empty()) return true;
    const std::string_view text = std::string_view(text_).substr(text_sent_);
    const std::string_view secret = secret_ ? secret_->reveal().substr(secret_sent_) : std::string_view();
    const auto taken = send_both(fd, text, secret);
    if (!taken) return false;
    text_sent_ += std::min(*taken, text.size());
    secret_sent_ += *taken - std::min(*taken, text.size());
    if (is_empty()) {
        std::string().swap(text_);
        text_sent_ = secret_sent_ = 0;
        secret_.reset();
    } else if (text_sent_ > text_.size() / 2) {  // one who never catches up reads on and on
        text_.erase(0, std::exchange(text_sent_, 0));
    }
    return true;
}

std::size_t Outbox::size() const noexcept {
    return text_.size() - text_sent_ + (secret_ ? secret_->reveal().size() - secret_sent_ : 0);
}

std::size_t Outbox::held() const noexcept {
    return (text_.empty() ? 0 : text_.capacity()) + (secret_ ? secret_->reveal().size() : 0);
}

}  // namespace agent
