// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "simulation/sim_entropy.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

/// Enough for the busiest seed by far; more means that something goes round in circles.
constexpr std::uint64_t kMostEvents = 20'000'000;

Random stream(const RunOptions& options, Stream which) {
    return {options.seed, which};
}

World sabotaged(World world, const Sabotage* sabotage, const Sealer& sealer, std::vector<std::shared_ptr<void>>& keep) {
    return sabotage == nullptr || !sabotage->apply ? world : sabotage->apply(world, sealer, keep);
}

KeyStore& sabotaged(KeyStore& store, World world, const Sabotage* sabotage, std::vector<std::shared_ptr<void>>& keep) {
    return sabotage == nullptr || !sabotage->apply_to_keys ? store : sabotage->apply_to_keys(store, world, keep);
}

Sealer make_sealer() {
    const std::array<std::byte, SealingKey::kSize> key{};
    return Sealer(*SealingKey::from_raw(key));
}

std::vector<ServerPolicy> policies(const Scenario& scenario) {
    std::vector<ServerPolicy> all;
    for (const AppPlan& app : scenario.apps) all.push_back(app.policy);
    return all;
}

}  // namespace

Simulation::Simulation(const RunOptions& options)
    : crashes_(stream(options, Stream::kCrashes)),
      bustle_(stream(options, Stream::kBustle)),
      trace_(options.trace),
      scenario_(draw_scenario(options.seed, options.days)),
      stored_keys_(make_sealer()),
      sealer_(make_sealer()),
      events_(stream(options, Stream::kOrder), trace_),
      clock_(events_),
      timers_(events_, stream(options, Stream::kTimers)),
      entropy_(stream(options, Stream::kAgent)),
      server_(events_, policies(scenario_)),
      faults_(scenario_.faults, stream(options, Stream::kNetwork)),
      invariants_(events_, clock_, server_, stored_keys_, scenario_.options.pace, faults_.plan(), statistics_, trace_),
      network_(events_, faults_, server_, invariants_),
      store_(events_, stream(options, Stream::kStore), scenario_.disk,
             [this](const StoreChange& change) {
                 invariants_.became_durable(change);
                 if (change.row.kind == StoredRow::Kind::kApp) callers_.app_registered(change.row);
             }),
      key_store_(store_, stored_keys_, invariants_.findings()),
      waits_(events_, stream(options, Stream::kWaits), statistics_, invariants_.findings()),
      world_(sabotaged({.clock = clock_, .timers = timers_, .entropy = entropy_, .http = network_, .store = store_},
                       options.sabotage, sealer_, sabotaged_)),
      around_{.events = events_,
              .server = server_,
              .invariants = invariants_,
              .waits = waits_,
              .scenario = scenario_,
              .statistics = statistics_,
              .trace = trace_,
              .clock = clock_,
              .daemon = [this] { return locking_.is_open() ? daemon_.get() : nullptr; },
              .rotate_soon =
                  [this] {
                      holders_.rotate_soon();
                      deposits_.change_soon();
                  }},
      callers_(around_, stream(options, Stream::kCallers)),
      people_(around_, stream(options, Stream::kPeople)),
      deposits_(around_, invariants_.findings(), stream(options, Stream::kDeposits)),
      sabotaged_keys_(sabotaged(key_store_, world_, options.sabotage, sabotaged_)),
      rotation_(around_, timers_, sabotaged_keys_, sealer_, [this] { deposits_.check(*daemon_); }),
      holders_(around_, invariants_.findings(), stream(options, Stream::kKeys), key_store_,
               [this] { return locking_.keyring(); }),
      locking_(around_, clock_, timers_, sabotaged_keys_, holders_, invariants_.findings(),
               stream(options, Stream::kLocking),
               {.unlock = [this](DataKeys keys) { return unlock(std::move(keys)); },
                .cut_off =
                    [this] {
                        waits_.abandon_all();
                        rotation_.stop();
                    },
                .daemon = [this]() -> Daemon& { return *daemon_; },
                .resumed = [this] { rotation_.go_on(*daemon_); },
                .shut =
                    [this] {
                        rotation_.stop();
                        daemon_.reset();
                        invariants_.locked();
                    },
                .key = [this]() -> const SealingKey& { return sealer_.key(); },
                .rotate = [this](SealingKey next) { rotate(std::move(next)); },
                .slots_changed =
                    [this] {
                        if (daemon_) daemon_->revised().advance([](const Result<void>&) {});
                    },
                .ended = [this](Duration took) { end(took); }}),
      is_hasty_(options.sabotage != nullptr && options.sabotage->ends_hastily) {}

Simulation::~Simulation() {
    end_process(/*breaks_off=*/true);
}

std::optional<std::string> Simulation::run() {
    boot();
    callers_.start();
    people_.start();
    locking_.start(is_hasty_);
    holders_.start();
    deposits_.start();
    schedule_upsets();
    invariants_.on_refresh([this](const std::string& account) {
        if (bustle_.chance(scenario_.bustle)) callers_.disturb(account);
        if (bustle_.chance(scenario_.bustle / 8)) people_.disturb(account);
        if (bustle_.chance(scenario_.bustle / 8)) around_.rotate_soon();
    });
    while (events_.step(scenario_.end)) {
        if (daemon_) invariants_.after_step(daemon_->accounts());
        if (++statistics_[Count::kEvents] > kMostEvents) invariants_.findings().violated("no end in sight");
        if (invariants_.findings().first()) break;
        maybe_crash();
    }
    statistics_[Count::kSeeds] = 1;
    statistics_[Count::kSeconds] =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(events_.now().time_since_epoch()).count());
    statistics_[Count::kDiskRefusals] = store_.refusals();
    return invariants_.findings().first();
}

void Simulation::boot() {
    trace_.say("the agent starts");
    build(key_store_.open_with_file());
    locking_.booted();
    holders_.check_any();
}

void Simulation::rotate(SealingKey next) {
    if (!daemon_) return;
    sealer_.rotate(std::move(next));
    rotation_.go_on(*daemon_);
}

Result<void> Simulation::unlock(DataKeys keys) {
    if (fingerprint(keys.current) != fingerprint(stored_keys_.key())) {
        const std::string what = "the agent was unlocked with another data key than the store has";
        invariants_.findings().violated(what);
        return fail(Error::Code::kInternal, what);
    }
    build(std::move(keys));
    return {};
}

void Simulation::build(DataKeys keys) {
    sealer_ = Sealer(std::move(keys.current), std::move(keys.previous));
    daemon_ = std::make_unique<Daemon>(world_, sealer_, listener_, scenario_.options, trace_);
    invariants_.restarted(daemon_->accounts());
    deposits_.check(*daemon_);
    rotation_.go_on(*daemon_);
}

void Simulation::maybe_crash() {
    const BootTime now = events_.now();
    if (!daemon_ || now < kFaultsFrom || now >= scenario_.faults.end) return;
    const bool busy = network_.under_way() > 0 || !store_.idle();
    if (crashes_.chance(scenario_.crash_rate * (busy ? 8.0 : 1.0))) crash();
}

void Simulation::crash() {
    trace_.say("the agent dies");
    ++statistics_[Count::kCrashes];
    end_process(/*breaks_off=*/true);
    store_.crash();
    invariants_.crashed();
    boot_after(crashes_.chance(0.8) ? crashes_.magnitude(10ms, 10s) : crashes_.magnitude(10s, 12h));
}

/// After its grace, what is under way may be lost as in a crash; what is at stake only after a longer one.
void Simulation::end(Duration took) {
    trace_.say("the agent ends");
    ++statistics_[Count::kStops];
    const bool lost_patience = took >= Locking::kRefreshGrace;
    const bool at_stake = daemon_ && daemon_->has_tokens_at_stake();
    if (at_stake && took < Locking::kRefreshGrace + Lock::kLongestDelay)
        invariants_.findings().violated("the agent ended while a grant was at stake");
    end_process(lost_patience);
    store_.end();
    lost_patience ? invariants_.crashed() : invariants_.locked();
    boot_after(crashes_.magnitude(10ms, 10min));
}

/// An answer that comes later is excused as lost when the process breaks off what it has begun.
void Simulation::end_process(bool breaks_off) {
    waits_.abandon_all();
    locking_.gone();
    rotation_.stop();
    daemon_.reset();
    if (breaks_off) network_.crash();
}

void Simulation::boot_after(Duration down) {
    const Duration left = std::max(Duration(scenario_.faults.end - events_.now()), Duration(0));
    events_.add(std::min(down, left), EventQueue::Place::kMachine, [this] { boot(); });
}

void Simulation::schedule_upsets() {
    // A separate step, after which every account is checked.
    events_.add(scenario_.faults.end - events_.now(), EventQueue::Place::kWorld, [this] { trace_.say("all is well"); });
    for (const Upset& upset : scenario_.upsets)
        events_.add(upset.at - events_.now(), EventQueue::Place::kMachine, [this, &upset] { happen(upset); });
    if (!scenario_.short_lives) return;
    const Spell& spell = *scenario_.short_lives;
    events_.add(spell.from - events_.now(), EventQueue::Place::kWorld,
                [this] { server_.shorten_lives(scenario_.short_lifetime); });
    events_.add(spell.to - events_.now(), EventQueue::Place::kWorld, [this] { server_.shorten_lives(std::nullopt); });
}

void Simulation::happen(const Upset& upset) {
    if (upset.what == Upset::What::kSleep) {
        const Duration length = std::min(upset.by, Duration(scenario_.faults.end - events_.now()));
        trace_.say("the machine sleeps for ", length.count(), " ms");
        ++statistics_[Count::kSleeps];
        events_.sleep(length);
    } else {
        ++statistics_[Count::kClockSteps];
        if (upset.what == Upset::What::kStepClock)
            clock_.step_by(upset.by);
        else
            clock_.set_right();
        trace_.say("the wall clock is set to ", clock_.now().time_since_epoch().count());
    }
    // When the machine is awake (again).
    events_.add(0ms, EventQueue::Place::kMachine, [this] {
        invariants_.requests().clock_stepped();
        timers_.clock_stepped();
    });
}

}  // namespace agent::sim
