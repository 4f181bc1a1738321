// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario.h"

#include <algorithm>
#include <array>

#include "core/oauth/app_presets.h"
#include "simulation/account_watch.h"
#include "simulation/token_requests.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr BootTime kBegin{};
// Long enough for every account to recover, and then for some refreshes of tokens that live for hours.
constexpr Duration kCalm = kRecovery + 12h;

Duration draw_lifetime(Random& random) {
    // Mostly as Clio's: long. Each hour-long life costs a thousand refreshes in a simulated month.
    const double draw = random.unit();
    return draw < 0.35 ? 24h * 30 : draw < 0.65 ? 24h * 7 : draw < 0.9 ? 24h : draw < 0.98 ? 6h : 1h;
}

AppPlan draw_app(Random& random, std::size_t number) {
    constexpr std::array kGraces = {Duration(0), Duration(0), Duration(10s), Duration(1min)};
    ServerPolicy policy;
    policy.rotation = random.chance(0.7) ? Rotation::kSingleUse : Rotation::kReusable;
    policy.reuse_ends_grant = random.chance(0.5);
    policy.grace = random.one_of(kGraces);
    policy.refresh_ends_access_token = random.chance(0.4);
    policy.repeats_refresh_token = random.chance(0.3);
    policy.lifetime = draw_lifetime(random);
    return {.name = "app-" + std::to_string(number),
            .product = random.chance(0.5) ? Product::kManage : Product::kPlatform,
            .region = random.chance(0.5) ? Region::kUs : Region::kEu,
            .client_auth = random.chance(0.8) ? ClientAuth::kBody : ClientAuth::kBasic,
            .policy = policy};
}

void draw_accounts(Random& random, Scenario& scenario) {
    const std::size_t apps = 1 + random.below(3);
    const std::size_t accounts = random.chance(0.04) ? 10 + random.below(30) : 1 + random.below(4);
    for (std::size_t i = 0; i < apps; ++i) {
        AppPlan app = draw_app(random, i);
        if (accounts >= 10) app.policy.lifetime = std::max<Duration>(app.policy.lifetime, 24h * 7);
        scenario.apps.push_back(std::move(app));
    }
    for (std::size_t i = 0; i < accounts; ++i)
        scenario.accounts.push_back({.name = "user-" + std::to_string(i), .app = static_cast<int>(random.below(apps))});
}

BootTime draw_time(Random& random, BootTime end) {
    return kFaultsFrom + random.between(0ms, end - kFaultsFrom);
}

Spell draw_spell(Random& random, BootTime end, std::size_t apps, Duration length) {
    const BootTime from = draw_time(random, end);
    return {.from = from,
            .to = std::min(from + length, end),
            .fault = static_cast<Fault>(1 + random.below(kFaults - 1)),
            .app = random.chance(0.5) ? -1 : static_cast<int>(random.below(apps)),
            .strength = random.chance(0.5) ? 1.0 : 0.6};
}

void draw_faults(Random& random, Scenario& scenario) {
    constexpr std::array kRates = {0.0, 0.01, 0.05, 0.25};
    const BootTime end = scenario.faults.end;
    scenario.faults.rate = random.one_of(kRates);
    if (random.chance(0.04)) {  // first, so that no other spell comes in between
        Spell dead = draw_spell(random, end, scenario.apps.size(), kDeadWeek);
        constexpr std::array kDead = {Fault::kRefused, Fault::kLostRequest, Fault::kUnavailable, Fault::kHtmlForbidden,
                                      Fault::kInvalidClient};
        dead.fault = random.one_of(kDead);
        dead.strength = 1.0;
        scenario.faults.spells.push_back(dead);
    }
    for (std::uint64_t left = random.below(7); left > 0; --left)
        scenario.faults.spells.push_back(draw_spell(random, end, scenario.apps.size(), random.magnitude(1min, 12h)));

    for (std::uint64_t left = random.below(4); left > 0; --left) {
        const BootTime from = draw_time(random, end);
        DiskSpell spell{.from = from, .to = std::min(from + random.magnitude(1min, 12h), end)};
        if (random.chance(0.5))
            spell.full = true;
        else
            spell.slowness = random.magnitude(1s, 2min);
        scenario.disk.push_back(spell);
    }
}

void draw_upsets(Random& random, Scenario& scenario) {
    for (std::uint64_t left = random.below(6); left > 0; --left) {
        Upset upset{.at = draw_time(random, scenario.faults.end)};
        const double what = random.unit();
        if (what < 0.4) {
            upset.what = Upset::What::kSleep;
            upset.by = std::min(random.magnitude(1min, 48h), Duration(scenario.faults.end - upset.at));
        } else if (what < 0.8) {
            upset.what = Upset::What::kStepClock;
            upset.by = random.magnitude(1s, 24h * 365) * (random.chance(0.5) ? 1 : -1);
        } else {
            upset.what = Upset::What::kSetClockRight;
        }
        scenario.upsets.push_back(upset);
    }
}

Habits draw_habits(Random& random) {
    return {.call = random.magnitude(30min, 12h),
            .burst = random.magnitude(24h, 24h * 20),
            .refresh = random.magnitude(24h, 24h * 20),
            .put_app = 24h * 15,
            .look = random.magnitude(10min, 12h),
            .login = random.magnitude(24h * 2, 24h * 40),
            .logout = random.magnitude(24h * 4, 24h * 80),
            .withdraw = random.magnitude(24h * 4, 24h * 80)};
}

}  // namespace

App AppPlan::app() const {
    App app;
    app.name = name;
    app.product = product;
    app.region = region;
    app.client_id = "client-" + name;
    app.client_secret = SecretString("secret-" + name);
    app.redirect_uris = {"https://app.clio.com/oauth/approval"};  // the code is pasted
    app.scope = product == Product::kPlatform ? "openid" : "";
    app.rotation = policy.rotation;
    app.client_auth = client_auth;
    app.endpoints = clio_endpoints(product, region);
    return app;
}

Scenario draw_scenario(std::uint64_t seed, int days) {
    constexpr std::array kCrashRates = {0.0, 0.0003, 0.001, 0.005};
    constexpr std::array kBustles = {0.0, 0.01, 0.1};
    constexpr std::array kPaces = {0.5, 2.0, 3.0};
    constexpr std::array kCaps = {1U, 2U, 8U};
    Random random(seed, Stream::kScenario);

    Scenario scenario;
    scenario.end = kBegin + 24h * days;
    scenario.faults.end = std::max(scenario.end - kCalm, kFaultsFrom + 1min);
    draw_accounts(random, scenario);
    draw_faults(random, scenario);
    draw_upsets(random, scenario);
    if (random.chance(0.1)) {
        scenario.short_lives = draw_spell(random, scenario.faults.end, 1, random.magnitude(10min, 2h));
        scenario.short_lifetime = random.magnitude(1min, 10min);
    }
    scenario.crash_rate = random.one_of(kCrashRates);
    scenario.habits = draw_habits(random);
    scenario.bustle = random.one_of(kBustles);
    scenario.options.pace = {.per_second = random.one_of(kPaces), .max_parallel = random.one_of(kCaps)};
    return scenario;
}

}  // namespace agent::sim
