// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/crypto/sealing.h"
#include "core/accounts/account.h"
#include "core/apps/app_registry.h"
#include "core/events.h"
#include "core/oauth/token_response.h"
#include "core/refresh/pacer.h"
#include "ports/world.h"

namespace agent {

/// The lane of the Pacer in which requests for this app go: its client_id at the host of its token endpoint.
[[nodiscard]] std::string pacer_lane(const App& app);

/// Logs, for somebody who looks for a fault, what was decided about a refresh: "is wanted", "waits".
void log_refresh(const Account& account, std::string_view decision, std::string_view why);

/// Does what the life of an account asks for: runs refreshes from their turn in the queue to the durable token set.
///
/// The order is what makes rotation safe: intent durable → request → answer sealed → token set durable → settled. Only
/// then does anybody who waits hear of it.
class Refresher {
  public:
    /// `settled` is called when an attempt is over, successful or not: those who wait can be answered from the
    /// account's life.
    Refresher(World world, const Sealer& sealer, const AppRegistry& apps, Pacer& pacer, Events& events,
              double at_fraction, std::function<void(Account&)> settled);

    /// For the token sets that come from now on: when each is refreshed is drawn once, and stored.
    void set_fraction(double at_fraction) noexcept { at_fraction_ = at_fraction; }

    /// Has the account refreshed when its turn comes, one that is urgent or about to expire as such; shares the attempt
    /// that waits or runs. Does nothing if there is nothing to refresh with. Puts it off while the account is reserved,
    /// and after stop(). Never settles the account before it returns. `why` is for the log.
    void want(Account& account, Pacer::Priority priority, std::string_view why);
    /// Saves the tokens that the disk has refused again, now.
    void save_unsaved(AccountMap& accounts);

    /// Begins no refresh from here on until resume(). Those under way go on, and what they bring is saved.
    void stop() noexcept { stopped_ = true; }
    void resume() noexcept { stopped_ = false; }

    /// Gives up an attempt that only waits for its turn.
    void withdraw(Account& account);
    /// As withdraw(), until want_again().
    void put_off(Account& account);
    /// Wants the refresh that was put off, unless the account has a newer token by now, or was set aside.
    void want_again(Account& account);

    /// When a token set that is obtained at `now` is to be refreshed.
    [[nodiscard]] WallTime draw_refresh_at(WallTime asked_at, Duration lifetime);
    /// When the tokens of `answer` were asked for, by the wall clock as it is now: their lifetime counts from then.
    [[nodiscard]] WallTime asked_at(const TokenAnswer& answer) const;

    /// What the machine is told when the token set of `record` is durable.
    [[nodiscard]] Circumstances circumstances_of(const AccountRecord& record);

    /// Another program wrote the record of an account that is not being refreshed. What is stored counts, unless it is
    /// older than what the account has: that is then to be written over it.
    void take_present(Account& account, const std::optional<StoredRow>& present);

  private:
    [[nodiscard]] Pacer::Priority own_priority(const Life& life) const;
    void step(Account& account, Happening happening, Circumstances with);
    void perform(Account& account, Action action);
    void commit(Account& account, const AccountRecord& record, std::function<void()> saved);
    void look_again(Account& account);
    void overtaken(Account& account, const std::optional<StoredRow>& present);
    void save_intent(Account& account);
    void send_request(Account& account);
    void take_answer(Account& account, const tl::expected<HttpResponse, HttpFailure>& outcome,
                     std::span<const SecretString> sent);
    void note_clock(Account& account, const HttpResponse& answer);
    void note_repaired(const AccountRecord& record, const std::string& repaired);
    void hold_others(const Account& account, const TokenFailure& failure);
    void save_tokens(Account& account);
    void save_verdict(Account& account);
    void verdict_overtaken(Account& account);
    void settle(Account& account);

    [[nodiscard]] Circumstances circumstances(std::string reason = {}, std::optional<Duration> retry_after = {});
    void publish(const Account& account, Happening happening);

    World world_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    Pacer& pacer_;
    Events& events_;
    double at_fraction_;
    std::function<void(Account&)> settled_;
    bool stopped_ = false;
    std::set<std::string> noted_repairs_;
};

}  // namespace agent
