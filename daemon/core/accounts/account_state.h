// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/words.h"

namespace agent {

/// What callers and people are told of an account's life (core/accounts/account_life.h has it in full).
enum class AccountState : std::uint8_t {
    kReady,
    kRefreshing,
    kStale,
    kNeedsAttention,
    kUnknownOutcome,
    kLoginRequired
};

inline constexpr WordTable<AccountState, 6> kAccountStates{{{"ready", AccountState::kReady},
                                                            {"refreshing", AccountState::kRefreshing},
                                                            {"stale", AccountState::kStale},
                                                            {"needs_attention", AccountState::kNeedsAttention},
                                                            {"unknown_outcome", AccountState::kUnknownOutcome},
                                                            {"login_required", AccountState::kLoginRequired}}};

/// Whether it needs a person.
[[nodiscard]] inline bool is_trouble(AccountState state) noexcept {
    return state == AccountState::kLoginRequired || state == AccountState::kNeedsAttention;
}

}  // namespace agent
