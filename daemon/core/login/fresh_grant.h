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
/// Clio that does not say who logged in has not said that it is somebody else, nor that it is the same: an account that
/// has a known user is then left as it is until a person says so, or Clio does. Any other gets its tokens all the same.
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
        std::string error;  // "user_mismatch", "user_unknown", "app_changed" or "store_failed"
        std::string detail;
    };
    struct Hooks {
        /// Why it takes some seconds more, for the person who waits.
        std::function<void(std::string)> tell;
        /// The same when nobody knows how long: somebody has to make room for the tokens.
        std::function<void(std::string)> tell_stuck;
        /// Clio does not say whose they are: a person has to, by accept_unknown_user(). May be called again.
        std::function<void(std::string)> ask_a_person;
        /// Called once, at the end. May destroy this.
        std::function<void(const tl::expected<Kept, Dropped>&)> ended;
    };

    /// `apps`, `book` and what `world` refers to outlive it.
    FreshGrant(World world, const AppRegistry& apps, AccountBook& book, Grant grant, bool accepts_unknown_user,
               Hooks hooks);

    /// Begins. May end it before this returns.
    void start() { ask(); }
    /// If Clio does not say whose they are, they are those of the account's user.
    void accept_unknown_user();
    /// Stores the tokens now, or drops them, without asking anybody any further.
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
    void await_person(const ClioUser& user_before);
    [[nodiscard]] std::string remarks() const;
    void drop(std::string error, std::string detail);

    World world_;
    const AppRegistry& apps_;
    AccountBook& book_;
    Grant grant_;
    Hooks hooks_;
    std::size_t times_asked_ = 0;
    std::string why_unknown_;  // who logged in
    bool accepts_unknown_user_;
    bool awaits_person_ = false;
    std::int64_t asked_about_ = 0;  // the Clio user of the account, when a person was asked
    bool hurried_ = false;
    bool stuck_ = false;
    bool last_try_ = false;
    std::optional<AccountFacts> before_;  // of the account, when it is stored over
    std::unique_ptr<Timer> pause_;
    std::unique_ptr<HttpCall> call_;
    std::unique_ptr<Waiting> storing_;
};

}  // namespace agent
