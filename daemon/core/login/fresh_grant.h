// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "ports/world.h"

namespace agent {

/// The tokens of a login from their arrival until they are durable: asks Clio whose they are, then stores them, and
/// tries again whatever fails. The only copy of a grant that a person has just given, so nothing but that person's own
/// word, or a Clio user who is certainly another, makes it be dropped.
///
/// Clio that does not say who logged in has not said that it is somebody else: after a few times the tokens are stored
/// all the same, and the account still counts as the user's whose it was.
///
/// The grant that the account had before is not ended. Nobody knows whether a deauthorization ends one token or all
/// that the user has given this application (RFC 7009 section 2.1 allows both), and an agent that finds out by losing
/// the new grant has found out too late. So the person is told that it lives on, and how to end it.
class FreshGrant {
  public:
    struct Kept {
        std::string user;    // who signed in; empty when Clio did not say
        std::string detail;  // what the person should know; may be empty
    };
    struct Dropped {
        std::string error;  // "user_mismatch", "app_changed" or "store_failed"
        std::string detail;
    };
    struct Hooks {
        /// Why it takes some seconds more, for the person who waits.
        std::function<void(std::string)> tell;
        /// The same when nobody knows how long: somebody has to make room for the tokens.
        std::function<void(std::string)> tell_stuck;
        /// Called once, at the end. May destroy this.
        std::function<void(const tl::expected<Kept, Dropped>&)> ended;
    };

    /// `apps`, `book` and what `world` refers to outlive it.
    FreshGrant(World world, const AppRegistry& apps, AccountBook& book, Grant grant, Hooks hooks);

    /// Begins. May end it before this returns.
    void start() { ask(); }
    /// Stores the tokens now, without asking Clio any further.
    void hurry();
    /// As hurry(), and tries to store them only once more.
    void try_once_more();
    /// Whether the disk has them already, and only its answer is awaited.
    [[nodiscard]] bool is_being_stored() const noexcept { return storing_ != nullptr; }
    /// Whether the store has refused them.
    [[nodiscard]] bool is_stuck() const noexcept { return stuck_; }

  private:
    /// Null when it is not registered any more, or is another by now.
    [[nodiscard]] const App* app() const { return apps_.find(grant_.app, grant_.origin); }
    [[nodiscard]] std::optional<Duration> pause_before_asking_again(const Error& why) const;
    void ask();
    void take_user(Result<ClioUser> user);
    void store();
    void take_outcome(const Result<void>& stored);
    [[nodiscard]] std::string remarks() const;
    void drop(std::string error, std::string detail);

    World world_;
    const AppRegistry& apps_;
    AccountBook& book_;
    Grant grant_;
    Hooks hooks_;
    std::size_t times_asked_ = 0;
    std::string why_unknown_;  // who logged in
    bool stuck_ = false;
    bool last_try_ = false;
    std::optional<AccountFacts> before_;  // of the account, when it is stored over
    std::unique_ptr<Timer> pause_;
    std::unique_ptr<HttpCall> call_;
    std::unique_ptr<Waiting> storing_;
};

}  // namespace agent
