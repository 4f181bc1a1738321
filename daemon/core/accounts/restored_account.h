// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/accounts/account.h"
#include "core/accounts/account_record.h"
#include "core/oauth/app.h"

namespace agent {

// What becomes of an account that a restart finds, that a backup brings, or an older store. Pure.

/// The record as its account goes on from there; `app` is null while it is unknown.
[[nodiscard]] AccountRecord as_found(AccountRecord stored, const App* app);

/// Why the account that is here is kept; nothing when the one of the backup takes its place. What is here gives way
/// only when it is damaged, or when it needs a login anyway and the backup has newer tokens of the same Clio user.
[[nodiscard]] std::optional<std::string> why_kept(const Account& present, const AccountRecord& brought);

/// The record to be kept. Only a person can tell whether a single-use refresh token was used after the backup was made:
/// such an account asks for one. One that `backup` moved goes on as it was, as long as its access token lives: by then
/// it has most likely gone on elsewhere. `rotation` is nothing while its app is unknown.
[[nodiscard]] AccountRecord as_restored(AccountRecord brought, const std::string& backup,
                                        std::optional<Rotation> rotation, WallTime now);

/// Has the account wait for a person: `why`, and what that person can do. One that needs a login anyway stays as it is.
void ask_a_person(AccountRecord& record, const std::string& why);

}  // namespace agent
