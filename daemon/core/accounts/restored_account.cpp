// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/restored_account.h"

#include <utility>

#include "core/oauth/token_response.h"
#include "protocol/names.h"

namespace agent {

namespace {

std::string generations(const Life& here, const Life& there) {
    return "generation " + std::to_string(here.generation) + " here, " + std::to_string(there.generation) +
           " in the backup";
}

}  // namespace

AccountRecord after_restart(AccountRecord stored, const App* app) {
    stored.life = life_after_restart(std::move(stored.life), rotation_of(app));
    if (stored.origin.empty() && app != nullptr) stored.origin = origin_of(*app);
    return stored;
}

std::optional<std::string> why_kept(const Account& present, const AccountRecord& brought) {
    if (!present.damage.empty()) return std::nullopt;
    const Life& here = present.record.life;
    const Life& there = brought.life;
    const std::string instead =
        "; to use the one in the backup, first run: clioctl logout --local " + as_operand(brought.name);
    if (is_other_user(present.record.user, brought.user))
        return "the account here belongs to another Clio user" + instead;
    if (here.state != State::kLoginRequired) return "it works here (" + generations(here, there) + ")" + instead;
    if (there.generation <= here.generation || there.obtained_at <= here.obtained_at)
        return "the backup's is not newer (" + generations(here, there) + ")";
    return std::nullopt;
}

Result<void> check_brought(const AccountRecord& brought, const TokenSet& tokens, WallTime now) {
    const Life& life = brought.life;
    const Duration lifetime = life.expires_at - life.obtained_at;
    const char* const wrong = !is_valid_name(brought.app)                             ? "its app has no valid name"
                              : !is_usable_access_token(tokens.access_token.reveal()) ? "its access token is not usable"
                              : tokens.refresh_token.empty()                          ? "it has no refresh token"
                              : lifetime < Duration::zero() || lifetime > kLongestLifetime
                                  ? "its lifetime is impossible"
                              : life.expires_at - now > kLongestLifetime ? "it expires too far in the future"
                              : life.refresh_at < life.obtained_at || life.refresh_at > life.expires_at + lifetime
                                  ? "its time to refresh is impossible"
                                  : nullptr;
    if (wrong == nullptr) return {};
    return fail(Error::Code::kInternal, "account " + brought.name + ": " + wrong);
}

AccountRecord as_restored(AccountRecord brought, const std::string& backup, Rotation rotation, WallTime now) {
    Life& life = brought.life;
    const bool moved = brought.moved_to == backup;
    if (moved) {  // which is why it was set aside
        brought.moved_to.clear();
        life.state = State::kReady;
        life.reason.clear();
    }
    const bool goes_on = moved && remaining(life, now) > Duration::zero();
    if (!goes_on && rotation != Rotation::kReusable)
        require_login(brought, "restored from a backup: its refresh token works once, and may have been used since");
    return brought;
}

void require_login(AccountRecord& record, const std::string& why) {
    Life& life = record.life;
    if (life.state == State::kLoginRequired) return;
    life.state = State::kLoginRequired;
    life.reason = why + "; to try it all the same: clioctl refresh --revive " + as_operand(record.name);
}

}  // namespace agent
