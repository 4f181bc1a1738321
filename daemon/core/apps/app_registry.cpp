// SPDX-License-Identifier: Apache-2.0
#include "core/apps/app_registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text/nearest.h"
#include "core/owed.h"
#include "core/store/seal_context.h"

namespace agent {

namespace {

constexpr std::string_view kRowPurpose = "app-record";
constexpr std::string_view kSecretPurpose = "app-secret";  // in memory only

Error configured_app(const std::string& name) {
    return {.code = Error::Code::kConflict,
            .message = "app " + name + ": comes from the configuration file; change it there and reload cliod"};
}

std::size_t of(const AppRegistry::Users& users, std::string_view app) {
    const auto found = users.find(app);
    return found == users.end() ? 0 : found->second;
}

}  // namespace

StoredRow seal_app(const Sealer& sealer, const App& app, std::uint64_t generation) {
    JsonWriter out;
    write_app(out, app, /*with_secret=*/true);
    return {.kind = StoredRow::Kind::kApp,
            .name = app.name,
            .generation = generation,
            .sealed = sealer.seal(out.view(), seal_context(kRowPurpose, app.name, generation)),
            .version = random_number()};
}

Result<App> open_app(const Sealer& sealer, const StoredRow& row) {
    AGENT_TRY(const SecretString plain, sealer.open(row.sealed, seal_context(kRowPurpose, row.name, row.generation)));
    AGENT_TRY(const Json json, Json::parse(plain.reveal()));
    return app_from_json(row.name, json, [](const Json& value) -> Result<SecretString> {
        if (const auto text = value.string()) return SecretString(*text);
        return fail(Error::Code::kInternal, "stored app: client_secret is not a string");
    });
}

Result<StoredRow> reseal_app_row(const Sealer& sealer, StoredRow row) {
    AGENT_TRY(row.sealed, sealer.resealed(row.sealed, seal_context(kRowPurpose, row.name, row.generation)));
    return row;
}

AppRegistry::AppRegistry(const Sealer& sealer, Timers& timers, TokenStore& store, std::vector<App> configured)
    : sealer_(sealer), timers_(timers), store_(store), configured_(make_entries(std::move(configured))) {}

AppRegistry::Entry AppRegistry::make_entry(App app, Stored row) const {
    Bytes sealed = sealer_.seal(app.client_secret.reveal(), seal_context(kSecretPurpose, app.name, row.generation));
    app.client_secret = SecretString();
    std::string origin = origin_of(app);
    return {.app = std::move(app),
            .origin = std::move(origin),
            .sealed_secret = std::move(sealed),
            .generation = row.generation,
            .version = row.version};
}

AppRegistry::Entries AppRegistry::make_entries(std::vector<App> configured) const {
    Entries entries;
    for (App& app : configured) {
        const std::string name = app.name;
        entries.insert_or_assign(name, make_entry(std::move(app), Stored{}));
    }
    return entries;
}

Result<void> AppRegistry::load(const StoredRow& row) {
    auto app = open_app(sealer_, row);
    if (!app) {
        unreadable_.insert_or_assign(
            row.name, Unreadable{.generation = row.generation, .version = row.version, .reason = app.error().message});
        return tl::unexpected(std::move(app).error());
    }
    stored_.insert_or_assign(row.name,
                             make_entry(*std::move(app), {.generation = row.generation, .version = row.version}));
    if (configured_.contains(row.name)) return tl::unexpected(configured_app(row.name));
    return {};
}

void AppRegistry::reconfigure(std::vector<App> configured) {
    const Entries before = std::exchange(configured_, make_entries(std::move(configured)));
    std::set<std::string> names;
    for (const Entries* const entries : {&before, &std::as_const(configured_)}) {
        for (const auto& [name, entry] : *entries) names.insert(name);
    }
    for (const std::string& name : names) {
        const auto was = before.find(name);
        const auto stored = stored_.find(name);
        const Entry* const aside = stored == stored_.end() ? nullptr : &stored->second;
        if (!same(was == before.end() ? aside : &was->second, find_entry(name))) changed_(name);
    }
}

const AppRegistry::Entry* AppRegistry::find_entry(std::string_view name) const {
    if (const auto found = configured_.find(name); found != configured_.end()) return &found->second;
    const auto found = stored_.find(name);
    return found == stored_.end() ? nullptr : &found->second;
}

/// Whether they are described in the same words and have the same secret. Null is the same as null alone.
bool AppRegistry::same(const Entry* one, const Entry* other) const {
    if (one == nullptr || other == nullptr) return one == other;
    JsonWriter words_of_one;
    JsonWriter words_of_other;
    write_app(words_of_one, one->app, /*with_secret=*/false);
    write_app(words_of_other, other->app, /*with_secret=*/false);
    const auto secret = open_secret(*one);
    const auto other_secret = open_secret(*other);
    return words_of_one.view() == words_of_other.view() && secret && other_secret &&
           secret->reveal() == other_secret->reveal();
}

const App* AppRegistry::find(std::string_view name) const {
    const Entry* const entry = find_entry(name);
    return entry == nullptr ? nullptr : &entry->app;
}

const App* AppRegistry::find(std::string_view name, std::string_view origin) const {
    const Entry* const entry = find_entry(name);
    return entry != nullptr && (origin.empty() || entry->origin == origin) ? &entry->app : nullptr;
}

Result<SecretString> AppRegistry::secret(const App& app) const {
    return open_secret(*find_entry(app.name));
}

Result<SecretString> AppRegistry::open_secret(const Entry& entry) const {
    return sealer_.open(entry.sealed_secret, seal_context(kSecretPurpose, entry.app.name, entry.generation));
}

AppFacts AppRegistry::facts_of(const Entry& entry, const Users& users) const {
    return {.app = entry.app.clone(),
            .from_configuration = configured_.contains(entry.app.name),
            .accounts = of(users, entry.app.name)};
}

std::vector<AppFacts> AppRegistry::list() const {
    std::map<std::string_view, const Entry*> by_name;
    for (const auto& [name, entry] : configured_) by_name.emplace(name, &entry);
    for (const auto& [name, entry] : stored_) by_name.emplace(name, &entry);
    const Users users = users_();
    std::vector<AppFacts> all;
    all.reserve(by_name.size());
    for (const auto& [name, entry] : by_name) all.push_back(facts_of(*entry, users));
    return all;
}

std::vector<UnreadableApp> AppRegistry::unreadable() const {
    std::vector<UnreadableApp> all;
    for (const auto& [name, row] : unreadable_) all.push_back({.name = name, .reason = row.reason});
    return all;
}

Result<AppFacts> AppRegistry::facts(std::string_view name) const {
    const Entry* const entry = find_entry(name);
    if (entry == nullptr) return tl::unexpected(not_registered(name));
    return facts_of(*entry, users_());
}

AppRegistry::Stored AppRegistry::stored_row(std::string_view name) const {
    if (const auto found = stored_.find(name); found != stored_.end())
        return {.generation = found->second.generation, .version = found->second.version};
    const auto found = unreadable_.find(name);
    if (found == unreadable_.end()) return {};
    return {.generation = found->second.generation, .version = found->second.version};
}

void AppRegistry::take_present(const std::string& name, const std::optional<StoredRow>& present) {
    if (present && open_app(sealer_, *present)) {
        unreadable_.erase(name);
        static_cast<void>(load(*present));
        return changed_(name);
    }
    // A row that is gone, or that does not open, gives way to what is known here.
    if (const auto known = stored_.find(name); known != stored_.end()) {
        known->second.version = present ? present->version : 0;
    } else if (present) {
        static_cast<void>(load(*present));
    } else {
        unreadable_.erase(name);
    }
}

Error AppRegistry::not_registered(std::string_view name) const {
    std::string why = ": not registered";
    if (const auto found = unreadable_.find(name); found != unreadable_.end()) {
        why = ": its stored record " + found->second.reason + "; add the app again";
    } else {
        std::vector<std::string_view> names;
        for (const Entries* const entries : {&configured_, &stored_})
            for (const auto& [known, entry] : *entries) names.push_back(known);
        const std::string meant = did_you_mean(name, names);
        why += meant.empty() ? "; clioctl app list names those there are" : meant;
    }
    return {.code = Error::Code::kNotFound, .message = "app " + std::string(name) + why};
}

Result<void> AppRegistry::keeps_grants(const App& app) const {
    constexpr std::size_t kMostNamed = 5;
    const std::vector<std::string> accounts = grants_of_others_(app.name, origin_of(app));
    if (accounts.empty()) return {};
    std::string names;
    for (std::size_t i = 0; i < std::min(accounts.size(), kMostNamed); ++i)
        names.append(names.empty() ? "" : ", ").append(accounts[i]);
    if (accounts.size() > kMostNamed) names += " and " + std::to_string(accounts.size() - kMostNamed) + " more";
    return fail(Error::Code::kConflict,
                "app " + app.name + ": its product, client id, region or endpoints would change under the grants of " +
                    names +
                    "; log them out first, choose another name for the app, or have them "
                    "log in again: clioctl app add --replace-grants");
}

Result<void> AppRegistry::may_reconfigure(const std::vector<App>& configured) const {
    for (const App& app : configured) AGENT_CHECK(keeps_grants(app));
    return {};
}

std::unique_ptr<Waiting> AppRegistry::put(App app, bool replace_grants, Done done) {
    if (configured_.contains(app.name)) return refuse(configured_app(app.name), std::move(done));
    if (auto kept = keeps_grants(app); !kept && !replace_grants)
        return refuse(std::move(kept).error(), std::move(done));
    const Stored present = stored_row(app.name);

    StoreChange change{.action = StoreChange::Action::kPut,
                       .row = seal_app(sealer_, app, present.generation + 1),
                       .expected_version = present.version};
    const auto kept = std::make_shared<Entry>(
        make_entry(std::move(app), {.generation = change.row.generation, .version = change.row.version}));
    return commit(
        std::move(change),
        [this, kept] {
            const std::string name = kept->app.name;
            stored_.insert_or_assign(name, std::move(*kept));
            unreadable_.erase(name);
            changed_(name);
        },
        std::move(done));
}

std::unique_ptr<Waiting> AppRegistry::remove(std::string_view name, Done done) {
    if (configured_.contains(name)) return refuse(configured_app(std::string(name)), std::move(done));
    const Stored present = stored_row(name);
    if (present.generation == 0) return refuse(not_registered(name), std::move(done));
    const std::string app(name);
    if (const std::size_t users = of(users_(), name); users > 0)
        return refuse(
            {.code = Error::Code::kConflict,
             .message = "app " + app + ": " + std::to_string(users) + " account(s) use it; log them out first"},
            std::move(done));

    StoreChange change{.action = StoreChange::Action::kRemove,
                       .row = {.kind = StoredRow::Kind::kApp, .name = app, .generation = 0, .sealed = {}},
                       .expected_version = present.version};
    return commit(
        std::move(change),
        [this, app] {
            stored_.erase(app);
            unreadable_.erase(app);
            changed_(app);
        },
        std::move(done));
}

std::vector<std::string> AppRegistry::stored_after(std::string_view after, std::size_t most) const {
    std::vector<std::string> names;
    for (auto at = stored_.upper_bound(after); at != stored_.end() && names.size() < most; ++at)
        names.push_back(at->first);
    return names;
}

Result<StoredRow> AppRegistry::copy(const std::string& name, const Sealer& with) const {
    const auto found = stored_.find(name);
    if (found == stored_.end()) return tl::unexpected(not_registered(name));
    AGENT_TRY(const App app, whole_app(found->second));
    return seal_app(with, app, found->second.generation);
}

Result<App> AppRegistry::whole_app(const Entry& entry) const {
    AGENT_TRY(SecretString secret, open_secret(entry));
    App app = entry.app.clone();
    app.client_secret = std::move(secret);
    return app;
}

std::unique_ptr<Waiting> AppRegistry::reseal(const std::string& name, Done done) {
    if (find_entry(name) == nullptr) return refuse(not_registered(name), std::move(done));
    std::optional<StoredRow> row;
    for (Entries* const entries : {&configured_, &stored_}) {
        const auto found = entries->find(name);
        if (found == entries->end()) continue;
        Entry& entry = found->second;
        auto app = whole_app(entry);
        if (!app) return refuse(std::move(app).error(), std::move(done));
        if (entries == &stored_) row = seal_app(sealer_, *app, entry.generation);
        entry = make_entry(*std::move(app), {.generation = entry.generation, .version = entry.version});
    }
    if (!row) return answer_later<Result<void>>(timers_, {}, std::move(done));
    const std::uint64_t expected = stored_row(name).version;
    const std::uint64_t version = row->version;
    return commit(
        {.action = StoreChange::Action::kPut, .row = *std::move(row), .expected_version = expected},
        [this, name, version] {
            if (const auto found = stored_.find(name); found != stored_.end()) found->second.version = version;
        },
        std::move(done));
}

std::unique_ptr<Waiting> AppRegistry::commit(StoreChange change, std::function<void()> apply, Done done) {
    const Owed<Result<void>> owed(std::move(done));
    auto waiting = owed.waiting();
    const std::string name = change.row.name;
    commits_.start(
        store_, std::move(change),
        [this, name](const std::optional<StoredRow>& present) { take_present(name, present); },
        [apply = std::move(apply), owed](Result<void> result) {
            if (result) apply();
            owed.answer(std::move(result));
        });
    return waiting;
}

std::unique_ptr<Waiting> AppRegistry::refuse(Error error, Done done) {
    return answer_later<Result<void>>(timers_, tl::unexpected(std::move(error)), std::move(done));
}

}  // namespace agent
