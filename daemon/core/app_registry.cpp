// SPDX-License-Identifier: Apache-2.0
#include "core/app_registry.h"

#include <utility>

#include "core/owed.h"
#include "core/seal_context.h"

namespace agent {

namespace {

constexpr std::string_view kRowPurpose = "app-record";
constexpr std::string_view kSecretPurpose = "app-secret";  // in memory only

Result<App> open_app(const Sealer& sealer, const StoredRow& row) {
    AGENT_TRY(const SecretString plain, sealer.open(row.sealed, seal_context(kRowPurpose, row.name, row.generation)));
    AGENT_TRY(const Json json, Json::parse(plain.reveal()));
    return app_from_json(row.name, json, [](const Json& value) -> Result<SecretString> {
        if (const auto text = value.string()) return SecretString(*text);
        return fail(Error::Code::kInternal, "stored app: client_secret is no string");
    });
}

StoredRow seal_app(const Sealer& sealer, const App& app, std::uint64_t generation) {
    JsonWriter out;
    write_app(out, app, /*with_secret=*/true);
    return {.kind = StoredRow::Kind::kApp,
            .name = app.name,
            .generation = generation,
            .sealed = sealer.seal(out.view(), seal_context(kRowPurpose, app.name, generation))};
}

Error configured_app(const std::string& name) {
    return {.code = Error::Code::kConflict,
            .message = "app " + name + ": comes from the configuration file; change it there and restart cliod"};
}

}  // namespace

AppRegistry::AppRegistry(const Sealer& sealer, Timers& timers, TokenStore& store, std::vector<App> configured)
    : sealer_(sealer), timers_(timers), store_(store) {
    for (App& app : configured) {
        const std::string name = app.name;
        apps_.insert_or_assign(name, make_entry(std::move(app), /*configured=*/true, /*generation=*/0));
    }
}

AppRegistry::Entry AppRegistry::make_entry(App app, bool configured, std::uint64_t generation) const {
    Bytes sealed = sealer_.seal(app.client_secret.reveal(), seal_context(kSecretPurpose, app.name, generation));
    app.client_secret = SecretString();
    return {
        .app = std::move(app), .sealed_secret = std::move(sealed), .configured = configured, .generation = generation};
}

Result<void> AppRegistry::restore(const StoredRow& row) {
    AGENT_TRY(App app, open_app(sealer_, row));
    if (apps_.contains(row.name)) {
        overridden_.insert_or_assign(row.name, row);
        return tl::unexpected(configured_app(row.name));
    }
    apps_.emplace(row.name, make_entry(std::move(app), /*configured=*/false, row.generation));
    return {};
}

const App* AppRegistry::find(std::string_view name) const {
    const auto found = apps_.find(name);
    return found == apps_.end() ? nullptr : &found->second.app;
}

Result<SecretString> AppRegistry::secret(const App& app) const {
    const Entry& entry = apps_.find(app.name)->second;
    return sealer_.open(entry.sealed_secret, seal_context(kSecretPurpose, app.name, entry.generation));
}

AppFacts AppRegistry::facts_of(const Entry& entry) const {
    return {.app = entry.app.clone(), .from_configuration = entry.configured, .accounts = users_(entry.app.name)};
}

std::vector<AppFacts> AppRegistry::list() const {
    std::vector<AppFacts> all;
    all.reserve(apps_.size());
    for (const auto& [name, entry] : apps_) all.push_back(facts_of(entry));
    return all;
}

Result<AppFacts> AppRegistry::facts(std::string_view name) const {
    const auto found = apps_.find(name);
    if (found == apps_.end()) return fail(Error::Code::kNotFound, "app " + std::string(name) + ": not registered");
    return facts_of(found->second);
}

std::unique_ptr<Waiting> AppRegistry::put(App app, Done done) {
    const auto found = apps_.find(app.name);
    if (found != apps_.end() && found->second.configured) return refuse(configured_app(app.name), std::move(done));
    const std::uint64_t present = found == apps_.end() ? 0 : found->second.generation;

    StoreChange change{.action = StoreChange::Action::kPut,
                       .row = seal_app(sealer_, app, present + 1),
                       .expected_generation = present};
    const auto kept = std::make_shared<Entry>(make_entry(std::move(app), /*configured=*/false, present + 1));
    return commit(
        std::move(change),
        [this, kept] {
            const std::string name = kept->app.name;
            apps_.insert_or_assign(name, std::move(*kept));
            changed_(name);
        },
        std::move(done));
}

std::unique_ptr<Waiting> AppRegistry::remove(std::string_view name, Done done) {
    const auto found = apps_.find(name);
    if (found == apps_.end())
        return refuse({.code = Error::Code::kNotFound, .message = "app " + std::string(name) + ": not registered"},
                      std::move(done));
    if (found->second.configured) return refuse(configured_app(found->first), std::move(done));
    if (const std::size_t users = users_(name); users > 0)
        return refuse({.code = Error::Code::kConflict,
                       .message = "app " + found->first + ": " + std::to_string(users) +
                                  " account(s) use it; log them out first"},
                      std::move(done));

    StoreChange change{.action = StoreChange::Action::kRemove,
                       .row = {.kind = StoredRow::Kind::kApp, .name = found->first, .generation = 0, .sealed = {}},
                       .expected_generation = found->second.generation};
    return commit(
        std::move(change),
        [this, gone = found->first] {
            apps_.erase(gone);
            changed_(gone);
        },
        std::move(done));
}

std::unique_ptr<Waiting> AppRegistry::reseal(const std::string& name, Done done) {
    const auto found = apps_.find(name);
    if (found == apps_.end())
        return refuse({.code = Error::Code::kNotFound, .message = "app " + name + ": not registered"}, std::move(done));
    Entry& entry = found->second;
    const auto again = [&]() -> Result<std::optional<StoredRow>> {
        AGENT_TRY(SecretString own_secret, secret(entry.app));
        App app = entry.app.clone();
        app.client_secret = std::move(own_secret);
        std::optional<StoredRow> row;
        if (!entry.configured) row = seal_app(sealer_, app, entry.generation);
        if (const auto stored = overridden_.find(name); stored != overridden_.end()) {
            AGENT_TRY(const App overridden, open_app(sealer_, stored->second));
            row = seal_app(sealer_, overridden, stored->second.generation);
            stored->second = *row;
        }
        entry = make_entry(std::move(app), entry.configured, entry.generation);
        return row;
    };
    auto row = again();
    if (!row) return refuse(std::move(row).error(), std::move(done));
    if (!*row) return answer_later<Result<void>>(timers_, {}, std::move(done));
    const std::uint64_t generation = (*row)->generation;
    return commit(
        {.action = StoreChange::Action::kPut, .row = **std::move(row), .expected_generation = generation}, [] {},
        std::move(done));
}

std::unique_ptr<Waiting> AppRegistry::commit(StoreChange change, std::function<void()> apply, Done done) {
    const Owed<Result<void>> owed(std::move(done));
    auto waiting = owed.waiting();
    commits_.start(store_, std::move(change), [apply = std::move(apply), owed](Result<void> result) {
        if (result) apply();
        owed.answer(std::move(result));
    });
    return waiting;
}

std::unique_ptr<Waiting> AppRegistry::refuse(Error error, Done done) {
    return answer_later<Result<void>>(timers_, tl::unexpected(std::move(error)), std::move(done));
}

}  // namespace agent
