// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>

#include <string>

#include "base/crypto/sealing.h"

namespace fakes {

/// What a test that seals or opens needs first: `.init = need_sealing`.
inline void need_sealing() {
    cr_assert(agent::init_sealing());
}

/// The key of which each byte is `fill`.
inline agent::SealingKey key_of(char fill) {
    return *agent::SealingKey::from_raw(agent::as_bytes(std::string(agent::SealingKey::kSize, fill)));
}

inline agent::Sealer sealer_of(char fill) {
    return agent::Sealer(key_of(fill));
}

}  // namespace fakes
