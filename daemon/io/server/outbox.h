// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "io/server/unread_secrets.h"

namespace agent {

/// What one peer is still owed: a text, and then a secret. What the socket takes is sent at once and never kept.
class Outbox {
  public:
    /// `unread` outlives this; `user` is the peer's.
    Outbox(const UnreadSecrets& unread, uid_t user) noexcept : unread_(unread), user_(user) {}

    /// Sends, or keeps what the socket does not take. No secret may be owed yet. False if the connection is broken.
    [[nodiscard]] bool send(int fd, std::string_view text, SecretString secret = {});
    /// Sends more of what is kept. False if the connection is broken.
    [[nodiscard]] bool flush(int fd) noexcept;

    /// Bytes that are still to be sent.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Bytes of memory that they take.
    [[nodiscard]] std::size_t held() const noexcept;
    [[nodiscard]] bool is_empty() const noexcept { return size() == 0; }

  private:
    const UnreadSecrets& unread_;
    const uid_t user_;
    std::string text_;
    std::size_t text_sent_ = 0;
    std::unique_ptr<UnreadSecrets::Answer> secret_;
    std::size_t secret_sent_ = 0;
};

}  // namespace agent
