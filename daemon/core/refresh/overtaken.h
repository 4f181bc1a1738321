// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/accounts/account_life.h"
#include "core/accounts/account_record.h"
#include "ports/token_store.h"

namespace agent {

/// A refresh found that another program wrote the record of its account since it was read. What then counts.
struct Overtaken {
    /// What to go on with, with the version to write over.
    AccountRecord record;
    /// What ends the refresh: the other program has done more. Otherwise this refresh writes its record again.
    std::optional<Happening> end;
    std::string reason;
};

/// Pure. `ours` is the record as it was read, `has_new_tokens` whether the refresh has its answer, `present` what is
/// stored now. Fails if what is stored counts and cannot be opened.
[[nodiscard]] Result<Overtaken> judge_overtaken(const Sealer& sealer, const AccountRecord& ours, bool has_new_tokens,
                                                const std::optional<StoredRow>& present);

}  // namespace agent
