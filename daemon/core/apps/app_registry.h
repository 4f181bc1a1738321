// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/crypto/sealing.h"
#include "core/apps/apps.h"
#include "core/store/commits.h"
#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

/// An app as it is stored, with its secret, sealed for its name and generation. kInternal when the row cannot be
/// opened.
[[nodiscard]] StoredRow seal_app(const Sealer& sealer, const App& app, std::uint64_t generation);
[[nodiscard]] Result<App> open_app(const Sealer& sealer, const StoredRow& row);
/// The row sealed with the sealer's present key; what is in it need not make sense. kInternal when it does not open.
[[nodiscard]] Result<StoredRow> reseal_app_row(const Sealer& sealer, StoredRow row);

class AppRegistry : public Apps {
  public:
    /// `configured` come from the configuration and cannot be changed by put() and remove().
    AppRegistry(const Sealer& sealer, Timers& timers, TokenStore& store, std::vector<App> configured);

    /// Takes in an app that was stored. kInternal when the row cannot be opened: then the app is unreadable() until it
    /// is replaced or removed. kConflict when the configuration has an app of that name, which then counts.
    Result<void> load(const StoredRow& row);

    /// Why there is no app `name`, and which one may have been meant.
    [[nodiscard]] Error not_registered(std::string_view name) const;
    /// Seals what is kept of an app, in memory and durably, with the sealer's present key. kNotFound for no such app.
    [[nodiscard]] std::unique_ptr<Waiting> reseal(const std::string& name, Done done);

    /// The names of stored apps after `after`, in order, `most` of them at most.
    [[nodiscard]] std::vector<std::string> stored_after(std::string_view after, std::size_t most) const;
    /// A stored app with its secret, sealed with another key.
    [[nodiscard]] Result<StoredRow> copy(const std::string& name, const Sealer& with) const;

    /// From now on the apps of the configuration are these. A stored app whose name one of them takes is left aside,
    /// and is back when the configuration gives the name up.
    void reconfigure(std::vector<App> configured);

    /// Called with the name after an app has been added, replaced or removed, and it is not as it was.
    void on_change(std::function<void(const std::string&)> changed) { changed_ = std::move(changed); }
    /// How many accounts use each app; none of an app that is not in it.
    using Users = std::map<std::string, std::size_t, std::less<>>;
    void count_users_with(std::function<Users()> users) { users_ = std::move(users); }

    /// The names of the accounts whose grants, as far as they live, are of this app with another origin.
    using GrantsOfOthers = std::function<std::vector<std::string>(std::string_view app, std::string_view origin)>;
    void find_grants_with(GrantsOfOthers grants) { grants_of_others_ = std::move(grants); }
    /// Whether reconfigure() would leave no grant without its app. kConflict, with the names of the accounts.
    [[nodiscard]] Result<void> may_reconfigure(const std::vector<App>& configured) const;

    /// Without its secret; null when there is no such app. Valid until the apps change.
    [[nodiscard]] const App* find(std::string_view name) const;
    /// The same; null also when it has another origin (origin_of()). An empty one fits any.
    [[nodiscard]] const App* find(std::string_view name, std::string_view origin) const;
    /// The secret of an app that find() found.
    [[nodiscard]] Result<SecretString> secret(const App& app) const;

    [[nodiscard]] std::vector<AppFacts> list() const override;
    [[nodiscard]] std::vector<UnreadableApp> unreadable() const override;
    [[nodiscard]] Result<AppFacts> facts(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<Waiting> put(App app, bool replace_grants, Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> remove(std::string_view name, Done done) override;

  private:
    struct Entry {
        App app;  // its client_secret is empty
        std::string origin;
        Bytes sealed_secret;
        std::uint64_t generation = 0;  // of the stored row, as is the version; 0 for one of the configuration
        std::uint64_t version = 0;
    };
    using Entries = std::map<std::string, Entry, std::less<>>;
    struct Unreadable {
        std::uint64_t generation = 0;
        std::uint64_t version = 0;
        std::string reason;
    };
    /// A row as it was read or written last; all 0 when there is none.
    struct Stored {
        std::uint64_t generation = 0;
        std::uint64_t version = 0;
    };

    Entry make_entry(App app, Stored row) const;
    Entries make_entries(std::vector<App> configured) const;
    [[nodiscard]] const Entry* find_entry(std::string_view name) const;
    [[nodiscard]] Stored stored_row(std::string_view name) const;
    /// Another program wrote the row of an app.
    void take_present(const std::string& name, const std::optional<StoredRow>& present);
    /// Fails with kConflict when living grants came from another origin than `app` has.
    [[nodiscard]] Result<void> keeps_grants(const App& app) const;
    [[nodiscard]] Result<SecretString> open_secret(const Entry& entry) const;
    /// With its secret.
    [[nodiscard]] Result<App> whole_app(const Entry& entry) const;
    [[nodiscard]] bool same(const Entry* one, const Entry* other) const;
    [[nodiscard]] AppFacts facts_of(const Entry& entry, const Users& users) const;
    std::unique_ptr<Waiting> commit(StoreChange change, std::function<void()> apply, Done done);
    std::unique_ptr<Waiting> refuse(Error error, Done done);

    const Sealer& sealer_;
    Timers& timers_;
    TokenStore& store_;
    Entries configured_;
    Entries stored_;
    std::map<std::string, Unreadable, std::less<>> unreadable_;  // never a name that stored_ has
    std::function<void(const std::string&)> changed_ = [](const std::string&) {};
    std::function<Users()> users_ = [] { return Users(); };
    GrantsOfOthers grants_of_others_ = [](std::string_view, std::string_view) { return std::vector<std::string>(); };
    Commits commits_;
};

}  // namespace agent
