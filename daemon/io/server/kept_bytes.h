// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <unordered_map>

namespace agent {

/// The bytes that a server keeps for its peers, in all and for each user: requests that have half come, and answers
/// that nobody has read yet. What fits in one read of a socket, and in the socket, is never kept.
class KeptBytes {
  public:
    KeptBytes(std::size_t most, std::size_t most_per_user) noexcept : most_(most), most_per_user_(most_per_user) {}

    /// A peer of this user now has `now` bytes kept for it instead of `before`. False if that is more than may be kept:
    /// the peer has to go. It is counted all the same.
    [[nodiscard]] bool change(uid_t user, std::size_t before, std::size_t now);

  private:
    const std::size_t most_;
    const std::size_t most_per_user_;
    std::size_t in_all_ = 0;
    std::unordered_map<uid_t, std::size_t> of_user_;
};

}  // namespace agent
