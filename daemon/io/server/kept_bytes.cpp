// SPDX-License-Identifier: Apache-2.0
#include "io/server/kept_bytes.h"

namespace agent {

bool KeptBytes::change(uid_t user, std::size_t before, std::size_t now) {
    if (before == now) return true;
    const auto of_user = of_user_.try_emplace(user, 0).first;
    of_user->second += now - before;  // unsigned: it may become less
    in_all_ += now - before;
    const bool is_allowed = now < before || (of_user->second <= most_per_user_ && in_all_ <= most_);
    if (of_user->second == 0) of_user_.erase(of_user);
    return is_allowed;
}

}  // namespace agent
