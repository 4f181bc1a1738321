// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "lib/failure.h"
#include "lib/patience.h"

namespace agent {

/// A connection to a Unix domain socket. Raises no SIGPIPE, survives EINTR, and blocks no longer than `patience`.
class UnixStream {
  public:
    /// Fails with "no_agent" when nobody listens at `path`, with "forbidden" when this user may not connect.
    [[nodiscard]] static Reply<UnixStream> connect(const std::string& path, const Patience& patience);
    /// Takes over a connected socket.
    explicit UnixStream(Fd socket) noexcept : socket_(std::move(socket)) {}

    /// Sends all of `bytes`. False if the peer closed the connection: it may have answered before reading everything.
    [[nodiscard]] Reply<bool> send(std::string_view bytes, const Patience& patience);
    /// Waits for bytes; returns how many, 0 at the end of the stream.
    [[nodiscard]] Reply<std::size_t> receive(std::span<char> into, const Patience& patience);

  private:
    Fd socket_;
};

}  // namespace agent
