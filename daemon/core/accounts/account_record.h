// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/crypto/sealing.h"
#include "core/accounts/account_life.h"
#include "core/accounts/accounts.h"
#include "core/oauth/token_response.h"
#include "core/refresh/token_set.h"
#include "ports/token_store.h"

namespace agent {

/// What is durable of an account. The token sets stay sealed in memory, too.
struct AccountRecord {
    std::string name;
    std::string app;
    /// Of the app that the grant came from (origin_of()). Empty when an older version wrote the record, until it is
    /// bound to the app that it has then.
    std::string origin;
    std::optional<ClioUser> user;
    /// Of its states only kReady and kLoginRequired are written down, with the reason; of its flags all
    /// but `answer_lost`, which an open intent implies.
    Life life;
    std::optional<WallTime> last_refresh;
    Bytes tokens;
    /// The token set before the present one, with its own generation; empty when there was none.
    Bytes previous_tokens;
    std::uint64_t previous_generation = 0;
    /// The backup that this token set was moved away with; empty when it was not.
    std::string moved_to;
    /// Of the stored row that this was read from or written as; 0 when it is not stored.
    std::uint64_t version = 0;
};

/// The whole record, sealed for its name and generation; a version of its own.
[[nodiscard]] StoredRow seal_account_record(const Sealer& sealer, const AccountRecord& record);
/// kInternal when the row was sealed by another key or for another account or generation, or was damaged.
[[nodiscard]] Result<AccountRecord> open_account_record(const Sealer& sealer, const StoredRow& row);
/// The row sealed with the sealer's present key, the token sets in it too; unchanged when that is so already. What is
/// in it need not make sense; a token set that does not open stays as it is. kInternal when the row itself does not
/// open.
[[nodiscard]] Result<StoredRow> reseal_account_row(const Sealer& sealer, StoredRow row);

/// What a token answer that was asked for at `asked_at` makes of `before`: its next generation. Without a new refresh
/// token in the answer the old one stays good (RFC 6749 section 6); with one, it is not needed.
[[nodiscard]] AccountRecord next_generation(const AccountRecord& before, TokenAnswer answer,
                                            SecretString old_refresh_token, WallTime asked_at, WallTime refresh_at,
                                            const Sealer& sealer);
/// Replaces the token sets of a record by `tokens` alone, sealed as generation `generation`.
void set_tokens(AccountRecord& record, const TokenSet& tokens, std::uint64_t generation, const Sealer& sealer);

}  // namespace agent
