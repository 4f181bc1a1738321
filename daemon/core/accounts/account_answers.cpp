// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_answers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/accounts/grant_app.h"
#include "core/refresh/refresh_timing.h"
#include "core/refresh/refresher.h"
#include "protocol/names.h"

namespace agent {

namespace {

// Clio's tokens live for days; a difference that a person would call none must not alarm anybody.
constexpr Duration kMostClockDifference = std::chrono::minutes(5);

std::string in_words(Duration difference) {
    using namespace std::chrono_literals;
    if (difference < 2h) return std::to_string(difference / 1min) + " minutes";
    if (difference < 48h) return std::to_string(difference / 1h) + " hours";
    return std::to_string(difference / 24h) + " days";
}

std::chrono::seconds whole_seconds(Duration d) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(d), std::chrono::seconds(1));
}

}  // namespace

/// By how much the clock of this machine is ahead of the server's now; zero when the server has not told its time.
Duration AccountAnswers::clock_ahead(const Account& account) const {
    if (!account.booted_at) return Duration::zero();
    return clock_.now() - (*account.booted_at + clock_.boot_now().time_since_epoch());
}

/// By the account's life; else by the first thing beside it that needs a person.
AccountAnswers::Standing AccountAnswers::standing(const Account& account) const {
    const AccountRecord& record = account.record;
    const Life& life = record.life;
    const auto log_in = [&] { return "clioctl login " + as_operand(record.name); };
    const auto take_back = [&] { return "clioctl refresh --revive " + as_operand(record.name); };
    const auto check_app = [&] { return "clioctl app check " + as_operand(record.app); };

    if (life.state == State::kLoginRequired)
        return {AccountState::kLoginRequired, life.reason, record.moved_to.empty() ? log_in() : take_back()};
    if (app_for(apps_, record) == nullptr) {
        const std::string why = no_app_for(apps_, record).message;
        if (has_other_app(apps_, record)) return {AccountState::kLoginRequired, why, log_in()};
        return {AccountState::kNeedsAttention, why, "clioctl app add " + as_operand(record.app)};
    }
    if (life.state == State::kNeedsAttention) return {AccountState::kNeedsAttention, life.reason, check_app()};
    if (!life.reason.empty()) return {public_state(life.state), life.reason, {}};
    if (account.refusals.persist_for(clock_.boot_now()) > Duration::zero())
        return {AccountState::kNeedsAttention, refused_again(account), check_app()};
    if (const Duration ahead = clock_ahead(account); std::chrono::abs(ahead) > kMostClockDifference) {
        return {AccountState::kNeedsAttention,
                "the clock of this machine is " + in_words(std::chrono::abs(ahead)) +
                    (ahead > Duration::zero() ? " ahead of" : " behind") +
                    " Clio's: tokens seem to expire too early or too late",
                "timedatectl set-ntp true"};
    }
    return {public_state(life.state), {}, {}};
}

AccountState AccountAnswers::state(const Account& account) const {
    return standing(account).state;
}

AccountFacts AccountAnswers::facts(const Account& account) const {
    const AccountRecord& record = account.record;
    Standing standing = this->standing(account);
    return {.name = record.name,
            .app = record.app,
            .state = standing.state,
            .reason = std::move(standing.reason),
            .next_step = std::move(standing.next_step),
            .generation = record.life.generation,
            .expires_at = record.life.expires_at,
            .refresh_at = wake_at(record.life, clock_.now()),
            .last_refresh = record.last_refresh,
            .user = record.user};
}

std::string AccountAnswers::refused_again(const Account& account) const {
    const AccountRecord& record = account.record;
    const App* const app = apps_.find(record.app);
    return "callers report that the API refuses its tokens (401), also after a refresh: check that app " + record.app +
           " has the region and api_base" + (app == nullptr ? "" : " " + app->endpoints.api_base) +
           " of the account, and its permissions at Clio; to refresh anyway: clioctl refresh " +
           as_operand(record.name);
}

Result<IssuedToken> AccountAnswers::issue(const Account& account, bool min_ttl_met) const {
    const AccountRecord& record = account.record;
    const App* const app = app_for(apps_, record);
    if (app == nullptr) return tl::unexpected(no_app_for(apps_, record));
    AGENT_TRY(TokenSet tokens, open_token_set(sealer_, record.tokens, record.name, record.life.generation));
    Standing standing = this->standing(account);
    return IssuedToken{.account = record.name,
                       .access_token = std::move(tokens.access_token),
                       .expires_at = record.life.expires_at,
                       .generation = record.life.generation,
                       .api_base = app->endpoints.api_base,
                       .min_ttl_met = min_ttl_met,
                       .state = standing.state,
                       .reason = std::move(standing.reason)};
}

Duration AccountAnswers::held_for(const Account& account) const {
    const App* const app = app_for(apps_, account.record);
    const bool waits_for_none = app == nullptr || account.record.life.urgent;
    return waits_for_none ? Duration::zero() : pacer_.held_for(pacer_lane(*app));
}

std::string AccountAnswers::why_not_yet(const Account& account) const {
    const App* const app = app_for(apps_, account.record);
    std::string reason = app == nullptr ? std::string() : pacer_.held_because(pacer_lane(*app));
    if (reason.empty()) reason = account.record.life.reason;
    return reason.empty() ? "no answer yet" : reason;
}

std::chrono::seconds AccountAnswers::retry_after(const Account& account) const {
    const WallTime now = clock_.now();
    return whole_seconds(std::max(wake_at(account.record.life, now).value_or(now) - now, held_for(account)));
}

Error AccountAnswers::try_again_later(const Account& account, std::string_view what) const {
    return {.code = Error::Code::kTemporarilyUnavailable,
            .message = "account " + account.record.name + ": " + std::string(what) + ": " + why_not_yet(account),
            .retry_after = retry_after(account)};
}

Error AccountAnswers::why_not_refreshed(const Account& account) const {
    const AccountRecord& record = account.record;
    if (record.life.state == State::kLoginRequired)
        return {.code = Error::Code::kLoginRequired,
                .message =
                    "account " + record.name + ": " + record.life.reason +
                    (record.moved_to.empty() ? "; log in again with: clioctl login " + as_operand(record.name) : "")};
    if (app_for(apps_, record) == nullptr) return no_app_for(apps_, record);
    if (record.life.state == State::kNeedsAttention)
        return {
            .code = Error::Code::kNeedsAttention,
            .message = "account " + record.name + ": " + record.life.reason + "; next: " + standing(account).next_step};
    return try_again_later(account, "not refreshed");
}

Error AccountAnswers::why_attempt_failed(const Account& account) const {
    const AccountRecord& record = account.record;
    if (record.life.revival_failed.empty()) return why_not_refreshed(account);
    return {.code = Error::Code::kTemporarilyUnavailable,
            .message = "account " + record.name + ": not refreshed: " + record.life.revival_failed +
                       "; the account is as it was: " + record.life.reason,
            .retry_after = retry_after(account)};
}

Error AccountAnswers::why_no_token(const Account& account) const {
    Error why = why_not_refreshed(account);
    if (why.code != Error::Code::kTemporarilyUnavailable) return why;
    return try_again_later(account, "the access token has expired and was not refreshed");
}

Result<IssuedToken> AccountAnswers::best_token(const Account& account, Duration min_ttl) const {
    const Life& life = account.record.life;
    const bool refused = life.state == State::kLoginRequired && account.refusals.noted(life.generation);
    const Duration left = remaining(life, clock_.now());
    if (!account.damage.empty() || refused || left <= Duration::zero()) return tl::unexpected(why_no_token(account));
    return issue(account, left >= min_ttl);
}

std::optional<Result<IssuedToken>> AccountAnswers::token_now(const Account& account, Duration min_ttl) const {
    const Life& life = account.record.life;
    const WallTime now = clock_.now();
    const Duration left = remaining(life, now);
    const Duration lifetime = life.expires_at - life.obtained_at;
    const bool newer_is_coming = account.refusals.noted(life.generation) && account.attempt != nullptr;

    if (life.state == State::kLoginRequired || app_for(apps_, account.record) == nullptr)
        return best_token(account, min_ttl);
    if (newer_is_coming) return std::nullopt;
    if (left >= attainable_min_ttl(min_ttl, lifetime)) return issue(account, left >= min_ttl);
    if (left <= Duration::zero()) return std::nullopt;
    // A refresh would not give much more, was tried just now, or waits for the disk.
    const bool young = now - life.obtained_at < lifetime / kYoungPart;
    const bool waits_to_retry = !is_refreshing(life.state) && life.state != State::kReady && life.retry_at > now;
    if (young || waits_to_retry) return issue(account, /*min_ttl_met=*/false);
    return std::nullopt;
}

}  // namespace agent
