// SPDX-License-Identifier: Apache-2.0
#include "core/keys/proofs.h"

#include <algorithm>

#include "base/crypto/sealing.h"
#include "base/text/encoding.h"

namespace agent {

std::string Proofs::give(std::uint32_t user) {
    if (given_.size() >= kMost) given_.pop_front();
    given_.push_back({.user = user, .ticket = random_id(), .ends_at = clock_.boot_now() + kLife});
    return given_.back().ticket;
}

bool Proofs::take(std::uint32_t user, std::string_view ticket) {
    std::erase_if(given_, [now = clock_.boot_now()](const Given& one) { return one.ends_at <= now; });
    const auto found = std::find_if(given_.begin(), given_.end(),
                                    [&](const Given& one) { return one.user == user && one.ticket == ticket; });
    if (found == given_.end()) return false;
    given_.erase(found);
    return true;
}

}  // namespace agent
