// SPDX-License-Identifier: Apache-2.0
#include "io/server/fair_share.h"

#include "io/server/peer.h"

namespace agent {

std::size_t FairShare::of(uid_t user) const noexcept {
    const auto found = of_user_.find(user);
    return found == of_user_.end() ? 0 : found->second;
}

bool FairShare::has_room_for(uid_t user, std::size_t more) const noexcept {
    const std::size_t most = is_manager(user) ? most_ : most_for_others_;
    return in_all_ + more <= most && of(user) + more <= most - (in_all_ + more);
}

bool FairShare::change(uid_t user, std::size_t before, std::size_t now) {
    if (before == now) return true;
    const bool is_allowed = now < before || has_room_for(user, now - before);
    const auto of_user = of_user_.try_emplace(user, 0).first;
    of_user->second += now - before;  // unsigned: it may become less
    in_all_ += now - before;
    if (of_user->second == 0) of_user_.erase(of_user);
    return is_allowed;
}

}  // namespace agent
