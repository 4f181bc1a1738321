// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_entropy.h"
#include "fakes/fake_http_client.h"
#include "fakes/fake_token_store.h"
#include "target.h"

namespace fuzz {

/// The key that everything is sealed with; the same in every run.
inline agent::Sealer make_sealer() {
    FUZZ_ASSERT(agent::init_sealing());
    const std::string raw(agent::SealingKey::kSize, 'k');
    return agent::Sealer(*agent::SealingKey::from_raw(agent::as_bytes(raw)));
}

/// The core among fakes, with one app, "firm".
struct CoreStage {
    using Duration = agent::Duration;
    static constexpr Duration kAMoment = std::chrono::milliseconds(20);  // longer than a turn in the queue takes

    explicit CoreStage(agent::Rotation rotation = agent::Rotation::kSingleUse)
        : apps(sealer, timers, store, one_app(rotation)),
          book({.clock = clock, .timers = timers, .entropy = entropy, .http = http, .store = store}, sealer, apps,
               events, {.at_fraction = 0.8, .pace = {.per_second = 1000.0, .max_parallel = 8}}) {}

    [[nodiscard]] agent::World world() { return {clock, timers, entropy, http, store}; }

    /// Tokens A1 and R1 for an hour, durable when this returns.
    void log_in(const std::string& account) {
        agent::Grant grant{.account = account,
                           .app = "firm",
                           .origin = {},
                           .tokens = {.access_token = agent::SecretString(std::string_view("A1")),
                                      .refresh_token = agent::SecretString(std::string_view("R1")),
                                      .expires_in = std::chrono::hours(1)},
                           .user = {}};
        const auto waiting = book.adopt(std::move(grant), [](const agent::Result<void>& done) { FUZZ_ASSERT(done); });
        timers.turn();
    }

    static std::vector<agent::App> one_app(agent::Rotation rotation) {
        agent::App app;
        app.name = "firm";
        app.client_id = "id";
        app.client_secret = agent::SecretString(std::string_view("s3cret"));
        app.redirect_uris = {"http://127.0.0.1:5678/callback"};
        app.rotation = rotation;
        app.endpoints = {.authorization = "https://as.example/authorize",
                         .token = "https://as.example/token",
                         .deauthorize = "https://as.example/end",
                         .api_base = "https://api.example",
                         .who_am_i = "https://api.example/who"};
        std::vector<agent::App> apps;
        apps.push_back(std::move(app));
        return apps;
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeEntropy entropy;
    fakes::FakeHttpClient http;
    fakes::FakeTokenStore store{timers};
    agent::Sealer sealer = make_sealer();
    agent::Events events;
    agent::AppRegistry apps;
    agent::AccountBook book;
};

}  // namespace fuzz
