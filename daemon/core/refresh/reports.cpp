// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/reports.h"

#include <string>
#include <utility>

namespace agent {

Reports::Reports(World world, const AccountAnswers& answers, Refresher& refresher, Events& events,
                 std::function<void(Account&)> changed)
    : world_(world), answers_(answers), refresher_(refresher), events_(events), changed_(std::move(changed)) {}

Result<ReportOutcome> Reports::take(Account& account, std::uint64_t generation, int status, std::uint32_t user) {
    constexpr int kUnauthorized = 401;  // a 403 speaks of permissions, which no refresh changes
    const Life& life = account.record.life;
    if (generation > life.generation)
        return fail(Error::Code::kBadRequest, "generation " + std::to_string(generation) + ": account " +
                                                  account.record.name + " is only at " +
                                                  std::to_string(life.generation));
    if (generation < life.generation) return ReportOutcome::kNewerExists;
    // Once a person must log in there is no newer token to come, and one caller's word takes the last one from nobody.
    if (status != kUnauthorized || life.state == State::kLoginRequired) return ReportOutcome::kIgnored;
    return take_refusal(account, user);
}

Result<ReportOutcome> Reports::take_refusal(Account& account, std::uint32_t user) {
    Refusals& refusals = account.refusals;
    const Life& life = account.record.life;
    const BootTime now = world_.clock.boot_now();
    const bool first = !refusals.noted(life.generation);
    const auto refresh_comes = [&] { return awaits_refresh(account) || account.attempt; };
    if (refresh_comes()) {
        refusals.note(life.generation);
        return ReportOutcome::kRefreshing;
    }
    // The next attempt comes when it comes.
    if (life.state != State::kReady) return ReportOutcome::kIgnored;
    if (refusals.too_soon(now)) {
        note_persistence(account);
        return ReportOutcome::kIgnored;
    }
    if (!first) return ReportOutcome::kIgnored;
    AGENT_CHECK(budget_.pay(user, now));
    refusals.note(life.generation);
    refusals.cause_refresh(now);
    events_.publish(account_event(account, EventKind::kReported, world_.clock.now()));
    refresher_.want(account, Pacer::Priority::kAsked, "a caller reports that the token is refused");
    return refresh_comes() ? ReportOutcome::kRefreshing : ReportOutcome::kIgnored;
}

/// The token is one that a report has brought: refreshing does not help.
void Reports::note_persistence(Account& account) {
    const BootTime now = world_.clock.boot_now();
    if (account.refusals.persist_for(now) == Duration::zero())
        events_.publish(
            account_event(account, EventKind::kReported, world_.clock.now(), answers_.refused_again(account)));
    account.refusals.persist(now);
    log_refresh(account, "is not wanted", "a caller reports a 401, but a report has caused one shortly before");
    await_end(account);
}

void Reports::await_end(Account& account) {
    const Duration left = account.refusals.persist_for(world_.clock.boot_now());
    const auto look_again = [this, &account] { await_end(account); };
    account.refusals_over = left > Duration::zero() ? world_.timers.after(left, look_again) : nullptr;
    changed_(account);
}

}  // namespace agent
