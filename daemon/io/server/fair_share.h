// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <unordered_map>

namespace agent {

/// Shares out what there is a limited amount of, as connections or bytes: each user may have as much as is then left.
/// One who takes all that he can leaves half, one who comes then a quarter; if they come at once, a third each. Nobody
/// has to be known in advance, and none can take it all. A part is only for managers (is_manager()).
class FairShare {
  public:
    FairShare(std::size_t most, std::size_t kept_for_managers) noexcept
        : most_(most), most_for_others_(most - kept_for_managers) {}

    [[nodiscard]] std::size_t in_all() const noexcept { return in_all_; }
    [[nodiscard]] std::size_t of(uid_t user) const noexcept;
    [[nodiscard]] bool has_room_for(uid_t user, std::size_t more = 1) const noexcept;
    /// The user now has `now` instead of `before`. False if that is more, and more than may be: it is counted all the
    /// same, until the caller has taken it away.
    [[nodiscard]] bool change(uid_t user, std::size_t before, std::size_t now);
    /// The user takes one more, which there is room for.
    void take(uid_t user) { static_cast<void>(change(user, 0, 1)); }
    void give_back(uid_t user) { static_cast<void>(change(user, 1, 0)); }

  private:
    const std::size_t most_;
    const std::size_t most_for_others_;
    std::size_t in_all_ = 0;
    std::unordered_map<uid_t, std::size_t> of_user_;  // without those who have nothing
};

}  // namespace agent
