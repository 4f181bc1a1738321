// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/accounts/account.h"
#include "core/accounts/account_record.h"
#include "core/oauth/app.h"

namespace agent {

// What becomes of an account after a restart, from a backup, or in an older store that was put back. Pure.

/// The record as its account goes on from there; `app` is null while it is unknown.
[[nodiscard]] AccountRecord after_restart(AccountRecord stored, const App* app);

/// Why the account that is here is kept; empty if that of the backup replaces it. It is replaced only when it is
/// damaged, or when it needs a login anyway and the backup has newer tokens of the same Clio user.
[[nodiscard]] std::optional<std::string> why_kept(const Account& present, const AccountRecord& brought);

/// Whether a record of a backup could have come from a login here: the same is asked of it as of a token answer.
[[nodiscard]] Result<void> check_brought(const AccountRecord& brought, const TokenSet& tokens, WallTime now);

/// The record to be kept. Only a person can tell whether a single-use refresh token was used after the backup was made:
/// such an account asks for a login. An account that was moved with `backup` goes on as it was while its access token
/// lives; later it has most likely gone on elsewhere.
[[nodiscard]] AccountRecord as_restored(AccountRecord brought, const std::string& backup, Rotation rotation,
                                        WallTime now);

/// Has the account ask for a login, and tells `why` and what else a person can try. One that asks already stays as it
/// is.
void require_login(AccountRecord& record, const std::string& why);

}  // namespace agent
