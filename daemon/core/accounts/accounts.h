// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret/secret.h"
#include "base/time.h"
#include "core/accounts/account_state.h"
#include "core/waiting.h"

namespace agent {

/// What a caller gets.
struct IssuedToken {
    std::string account;
    SecretString access_token;
    WallTime expires_at;
    std::uint64_t generation = 0;
    std::string api_base;
    /// False when the token lives shorter than was asked for, and this is the best there is.
    bool min_ttl_met = true;
    AccountState state = AccountState::kReady;  // of the account
    std::string reason;
};

/// The Clio user whose grant it is; id 0 when Clio did not tell.
struct ClioUser {
    std::int64_t id = 0;
    std::string name;
    std::string email;
};

/// Whether Clio has told who it is.
[[nodiscard]] inline bool is_known(const std::optional<ClioUser>& user) noexcept {
    return user && user->id != 0;
}
/// Whether they are certainly not the same. Unknown is not another.
[[nodiscard]] inline bool is_other_user(const std::optional<ClioUser>& one, const std::optional<ClioUser>& other) {
    return is_known(one) && is_known(other) && one->id != other->id;
}
/// With its texts cut to 200 bytes: they come from outside, and stand in every list and record.
[[nodiscard]] ClioUser clio_user(std::int64_t id, std::string_view name, std::string_view email);

/// The public facts of an account; never a token.
struct AccountFacts {
    std::string name;
    std::string app;
    AccountState state = AccountState::kReady;
    std::string reason;     // why, where the state needs one; may be empty
    std::string next_step;  // the command that a person may want to run then; may be empty
    std::uint64_t generation = 0;
    WallTime expires_at;
    std::optional<WallTime> refresh_at;  // when the agent acts next; nothing while a person must
    std::optional<WallTime> last_refresh;
    std::optional<ClioUser> user;
};

/// What became of a caller's word that a token was refused.
enum class ReportOutcome {
    kNewerExists,  // ask for the token again
    kRefreshing,   // a refresh is under way or waits for its turn
    kIgnored,      // a status that no refresh can cure, a person must log in, the last refresh failed and the next one
                   // comes at its time, or a report has caused a refresh a short while ago; the account's reason then
                   // tells what to check
};

struct AgentStatus {
    std::size_t accounts = 0;
    std::size_t login_required = 0;
    std::size_t needs_attention = 0;
    std::size_t stale = 0;
    std::size_t refreshing = 0;
    std::size_t queued = 0;                // refreshes that wait for their turn
    std::optional<WallTime> next_refresh;  // of any account
    std::string store_error;               // empty while the store takes commits
};

/// Every account of the agent: serves its tokens and keeps them fresh. The whole of what the local protocol can ask of
/// accounts; implemented by AccountBook, faked in tests of the protocol.
///
/// Errors common to all: kNotFound for an unknown account, kLocked while the store is locked.
class Accounts {
  public:
    using TokenDone = std::function<void(Result<IssuedToken>)>;
    using Done = std::function<void(Result<void>)>;
    using FactsDone = std::function<void(Result<AccountFacts>)>;

    virtual ~Accounts() = default;

    /// The name of the only account. kNotFound when there is none, kAccountAmbiguous when there are several.
    [[nodiscard]] virtual Result<std::string> only_account() const = 0;

    [[nodiscard]] virtual std::vector<AccountFacts> list() const = 0;
    [[nodiscard]] virtual Result<AccountFacts> facts(std::string_view account) const = 0;
    [[nodiscard]] virtual AgentStatus status() const = 0;

    /// The token that can be given out at once, or the error that is already certain. Empty if a refresh must be
    /// awaited first. Starts none.
    [[nodiscard]] virtual std::optional<Result<IssuedToken>> token_now(std::string_view account, Duration min_ttl) = 0;

    /// Waits for the refresh that token_now() found to be needed, starting it if none is under way. When it fails, or
    /// `patience` runs out, `done` gets the best there is: a token that still lives, else kTemporarilyUnavailable
    /// with retry_after, kLoginRequired or kNeedsAttention. Never calls `done` before it returns.
    [[nodiscard]] virtual std::unique_ptr<Waiting> await_token(std::string_view account, Duration min_ttl,
                                                               Duration patience, TokenDone done) = 0;

    /// Refreshes now, sharing any refresh under way, and tells the account's facts afterwards, or why it failed. Never
    /// calls `done` before it returns.
    [[nodiscard]] virtual std::unique_ptr<Waiting> refresh(std::string_view account, Duration patience,
                                                           FactsDone done) = 0;

    /// As refresh(), and also for an account that asks for a login: tries the refresh token that was refused once more.
    [[nodiscard]] virtual std::unique_ptr<Waiting> revive(std::string_view account, Duration patience,
                                                          FactsDone done) = 0;

    /// A caller's word that `generation` was answered with `status`. Only 401 leads to a refresh, at most one for each
    /// generation, and none within report_pause() of the last that a report has caused. `user` is the caller's;
    /// kTemporarilyUnavailable when that user has caused too many (ReportBudget).
    [[nodiscard]] virtual Result<ReportOutcome> report(std::string_view account, std::uint64_t generation, int status,
                                                       std::uint32_t user) = 0;

    /// With `revoke`, ends the grant at Clio first, and keeps the account when that fails. Then forgets it durably.
    /// kTemporarilyUnavailable when `patience` runs out before it begins to forget: the account is then kept, and
    /// nothing more happens to it. Never calls `done` before it returns; the removal goes on when the wait is given up.
    [[nodiscard]] virtual std::unique_ptr<Waiting> remove(std::string_view account, bool revoke, Duration patience,
                                                          Done done) = 0;
};

}  // namespace agent
