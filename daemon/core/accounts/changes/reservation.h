// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "core/accounts/account.h"
#include "core/owed.h"
#include "core/refresh/refresher.h"
#include "core/store/commits.h"
#include "ports/world.h"

namespace agent {

class Reservations;

/// One change has an account to itself: meanwhile no refresh of it begins, and no other change. Ends once, with end(),
/// save(), remove() or release(). Copies stand for the same reservation.
class Reservation {
  public:
    using Answer = Owed<Result<void>>;

    Reservation(Reservations& of, std::string name, Answer answer)
        : of_(&of), name_(std::move(name)), answer_(std::move(answer)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Null while there is no account of this name.
    [[nodiscard]] Account* account() const;

    /// Ends it with the account as it is now, and answers.
    void end(Result<void> outcome) const;
    /// Stores `after` as the account's record. When it is durable, calls `saved` to bring it into the account, which
    /// it makes if there is none. Then, or when the store refuses, ends the reservation and answers: kConflict when
    /// another program wrote the record meanwhile, which the account then has.
    void save(AccountRecord after, std::function<void(Account&, AccountRecord)> saved) const;
    /// Removes the account's record from the store. When that is durable, calls `removed` to take the account out of
    /// the book; when the store refuses, the account stays. Then ends the reservation and answers.
    void remove(std::function<void()> removed) const;
    /// Ends it without an answer, which the caller still owes.
    Answer release() const;

  private:
    void take_present(const std::optional<StoredRow>& present) const;

    Reservations* of_;
    std::string name_;
    Answer answer_;
};

/// Gives each account to one change at a time, and stores what the change makes of it.
class Reservations {
  public:
    struct Hooks {
        /// The account was reserved: it is not refreshed for now.
        std::function<void(Account&)> reserved;
        /// The account is free again, and may be another than before; null when there is none of the name.
        std::function<void(Account*)> released;
    };
    using Change = std::function<void(const Reservation&)>;

    Reservations(World world, const Sealer& sealer, AccountMap& accounts, Refresher& refresher, Hooks hooks);
    Reservations(const Reservations&) = delete;
    Reservations& operator=(const Reservations&) = delete;

    /// Runs `change` with the account reserved, once no other change has it and no refresh of it is under way; a
    /// refresh that waits for its turn is put off until the account is free. Changes come in the order in which they
    /// were asked for. Answers kNotFound for no such account. May run `change` before it returns.
    void reserve(const std::string& name, const Reservation::Answer& answer, const Change& change);
    /// As reserve(), but for no such account runs `change` with its name reserved.
    void reserve_or_add(const std::string& name, const Reservation::Answer& answer, const Change& change);

    /// Whether a change is being stored, or adds an account. Other reservations show in Account::reserved.
    [[nodiscard]] bool storing() const noexcept { return !commits_.empty() || !new_names_.empty(); }

  private:
    friend class Reservation;

    void reserve(const std::string& name, const Reservation::Answer& answer, const Change& change, bool may_add);
    void release(const std::string& name);

    World world_;
    const Sealer& sealer_;
    AccountMap& accounts_;
    Refresher& refresher_;
    Hooks hooks_;
    Commits commits_;
    /// The names of accounts that a change is about to add.
    std::set<std::string> new_names_;
    /// Changes that wait for the end of the one that has the account, by its name.
    std::map<std::string, std::vector<std::function<void()>>> waiting_;
};

}  // namespace agent
