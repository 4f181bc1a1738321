// SPDX-License-Identifier: Apache-2.0
#include "app/agent.h"

#include <unistd.h>

#include <utility>

#include "app/keys/start_keys.h"
#include "app/report/account_log.h"
#include "app/report/status_line.h"
#include "app/start/places.h"
#include "base/log.h"
#include "io/process/process_end.h"
#include "io/server/peer_credentials.h"
#include "io/store/key_slot_table.h"
#include "io/systemd/kept_key.h"
#include "io/systemd/log_events.h"
#include "io/systemd/notify.h"
#include "version.h"

namespace agent {

namespace {

/// How long pending answers may take before the daemon ends.
constexpr Duration kStopGrace = std::chrono::seconds(5);
/// How long refreshes under way may then take; with tokens at stake they get longer (core/keys/lock.h).
constexpr Duration kRefreshGrace = std::chrono::seconds(10);

Result<std::optional<DataKeys>> open_at_start(StoreFile& store, const Config& config, const StateDir& state_dir,
                                              const Fd& kept) {
    AGENT_TRY(const KeySlots slots, read_key_slots(store));
    std::optional<Result<SealingKey>> kept_key;
    if (kept) kept_key = read_kept_key(kept);
    const auto add = [&](const SealingKey& data_key, const KeySlotFacts& facts, const SealingKey& slot_key) {
        const auto id = add_key_slot(store, data_key, facts, {}, slot_key);
        return id ? Result<void>() : tl::unexpected(id.error());
    };
    return keys_at_start(slots, add, config, state_dir.key_file(), std::move(kept_key), SystemClock().now());
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::start(EventLoop& loop, Config config, StateDir state_dir,
                                            const Options& options) {
    notify_extend_timeout(StoreFile::longest_opening(state_dir.store_file()));
    AGENT_TRY(StoreFile store, StoreFile::open(state_dir.store_file()));
    AGENT_TRY(Witness witness, Witness::open(config.witness.value_or(state_dir.witness_file()), store.id()));
    AGENT_TRY(auto passed, take_passed_descriptors());
    Fd kept = extract(passed, kKeptKeyName);
    if (kept && !config.lock.open_over_restart) {
        kept.reset();
        forget_kept_key();
    }
    AGENT_TRY(auto keys, open_at_start(store, config, state_dir, kept));
    AGENT_CHECK(check_peer_credentials());
    std::string path = options.socket_path.value_or("");
    if (path.empty() && passed.empty()) {
        AGENT_TRY(path, socket_place());
    }
    AGENT_TRY(ListenSocket socket, ListenSocket::open(path, std::move(passed)));

    std::unique_ptr<Agent> agent(new Agent(loop, config, std::move(state_dir), options, std::move(store),
                                           std::move(witness), std::move(socket)));
    if (options.trace) {
        AGENT_TRY(Fingerprint names, Fingerprint::make());
        agent->tracing_.emplace(agent->http_, agent->clock_, std::move(names));
    }
    agent->keeps_key_ = static_cast<bool>(kept);
    if (keys) {
        AGENT_CHECK(agent->unlock(*std::move(keys), std::move(config)));
        agent->lock_.opened();
    }
    agent->serve(loop);
    return agent;
}

Agent::Agent(EventLoop& loop, const Config& config, StateDir state_dir, const Options& options, StoreFile store,
             Witness witness, ListenSocket socket)
    : state_dir_(std::move(state_dir)),
      config_path_(options.config_path),
      key_(config.key),
      witness_path_(config.witness),
      wants_passphrase_(config.wants_passphrase),
      timers_(loop),
      children_(loop),
      http_(loop, clock_,
            {.user_agent = "clio-agent/" CLIO_AGENT_VERSION,
             .ca_file = config.tls.ca_file,
             .proxy = config.proxy.clone()}),
      store_(loop, std::move(store), std::move(witness)),
      key_store_(store_),
      worker_(loop),
      event_log_(events_, log_account_event),
      status_(events_, timers_, [this] { return status(); }),
      redirects_(loop),
      lock_(timers_, *this, [this](Lock::Done done) { keyring_.check_a_person_can_unlock(std::move(done)); }),
      keyring_(clock_, timers_, worker_, key_store_, *this, lock_),
      api_({.keyring = keyring_,
            .events = events_,
            .clock = clock_,
            .own_uid = geteuid(),
            .version = CLIO_AGENT_VERSION,
            .connections = [this] { return server_ ? server_->connections() : 0; },
            .room_for = [this](uid_t user) { return server_ ? server_->room_for(user) : Result<void>(); },
            .when_process_ends =
                [&loop](pid_t process, std::function<void()> ended) {
                    return when_process_ends(loop, process, std::move(ended));
                },
            .setting = [this] { return setting_; }}),
      auto_lock_(
          config.lock, clock_, timers_, [this] { return api_.last_used(); },
          [this](const char* why) { lock_by_itself(why); }),
      socket_(std::move(socket)),
      hook_runner_(children_, timers_),
      account_hooks_(
          events_, timers_, [this](const std::string& account) { return about(account); },
          [this](Program program) { hook_runner_.run(std::move(program)); }, config.hooks, socket_.path()) {
    note_setting(config);
}

std::optional<AccountHooks::About> Agent::about(const std::string& account) const {
    if (!unlocked_) return std::nullopt;
    auto facts = unlocked_->accounts().facts(account);
    if (!facts) return std::nullopt;
    return AccountHooks::About{.app = std::move(facts->app),
                               .next_step = std::move(facts->next_step),
                               .moved_away = !unlocked_->accounts().moved_to(account).empty()};
}

World Agent::world() {
    HttpClient& http = tracing_ ? static_cast<HttpClient&>(*tracing_) : http_;
    return {.clock = clock_, .timers = timers_, .entropy = entropy_, .http = http, .store = store_};
}

Result<void> Agent::unlock(DataKeys keys, Config config) {
    auto unlocked = std::make_unique<Unlocked>(world(), store_, key_store_, events_, redirects_, std::move(keys),
                                               std::move(config));
    AGENT_CHECK(unlocked->load());
    unlocked_ = std::move(unlocked);
    api_.unlock(unlocked_->parts());
    auto_lock_.begin();
    return {};
}

const SealingKey* Agent::data_key() const {
    return lock_.is_open() ? &unlocked_->data_key() : nullptr;
}

Result<void> Agent::open(DataKeys keys) {
    AGENT_TRY(Config config, Config::load(config_path_));
    AGENT_CHECK(may_take(config));
    take(config);
    keeps_key_ = config.lock.open_over_restart;
    if (keeps_key_) AGENT_CHECK(keep_key(keys.current));
    if (auto unlocked = unlock(std::move(keys), std::move(config)); !unlocked) {
        if (keeps_key_) forget_kept_key();
        return unlocked;
    }
    status_.set_remark({});  // what could not be reloaded before is now loaded
    publish(EventKind::kUnlocked, {});
    return {};
}

Result<void> Agent::may_close() const {
    if (unlocked_->has_unsaved_tokens())
        return fail(Error::Code::kTemporarilyUnavailable,
                    "lock: new tokens cannot be written to disk and would be lost; see clioctl status");
    return {};
}

void Agent::wind_down(std::function<void()> wound_down) {
    api_.lock();
    unlocked_->wind_down(std::move(wound_down));
}

bool Agent::has_tokens_at_stake() const {
    return unlocked_ && unlocked_->has_tokens_at_stake();
}

void Agent::end_later(Duration time) {
    constexpr Duration kMargin = std::chrono::seconds(10);  // until the manager is told again
    notify_extend_timeout(time + kMargin);
    notify_status("ends once new tokens are stored");
}

void Agent::resume() {
    unlocked_->resume();
    api_.unlock(unlocked_->parts());
}

void Agent::close() {
    auto_lock_.end();
    why_not_locked_.clear();
    unlocked_.reset();
    forget_kept_key();
    publish(EventKind::kLocked, {});
}

Result<void> Agent::rotate(SealingKey next) {
    auto kept = keeps_key_ ? keep_key(next) : Result<void>();
    // The key is in the slots, and records open with either key: if this fails, the next start continues.
    if (unlocked_) unlocked_->rotate(std::move(next));
    return kept;
}

std::optional<ResealingProgress> Agent::resealing() const {
    return unlocked_ ? unlocked_->resealing() : std::nullopt;
}

void Agent::key_slots_changed() {
    if (unlocked_) unlocked_->key_slots_changed();
}

void Agent::lock_by_itself(const char* why) {
    locking_ = keyring_.lock([this, why](const Result<void>& locked) {
        if (locked) return log(LogLevel::kNotice, "locked itself", {{"reason", why}});
        // It retries every minute; log each reason only once.
        if (std::exchange(why_not_locked_, locked.error().message) == locked.error().message) return;
        log(LogLevel::kError, log_event("not_locked"), "not locked", {{"reason", locked.error().message}});
    });
}

void Agent::publish(EventKind kind, std::string detail) {
    events_.publish({.at = clock_.now(), .kind = kind, .account = {}, .generation = 0, .detail = std::move(detail)});
}

void Agent::serve(EventLoop& loop) {
    server_ = std::make_unique<HttpServer>(
        loop, timers_, socket_.fd(),
        [this](const ApiRequest& request, ApiReply reply) { return api_.handle(request, std::move(reply)); });
    if (const auto interval = watchdog_interval())
        watchdog_.emplace(
            timers_, *interval, [this](TokenStore::Done done) { return store_.ping(std::move(done)); },
            [this] { return has_tokens_at_stake(); });
    log(LogLevel::kNotice, log_event("serving"), "serving", {{"socket", socket_.path()}, {"status", status()}});
}

void Agent::stop(std::function<void()> stopped) {
    auto_lock_.end();
    worker_.stop();
    if (unlocked_) unlocked_->stop_refreshes();
    server_->stop(kStopGrace, [this, stopped = std::move(stopped)] {
        lock_.stop(kRefreshGrace, [this, stopped] {
            if (has_tokens_at_stake())
                log(LogLevel::kError, "ended before new tokens were stored: an account may need a login");
            stopped();
        });
    });
}

void Agent::reload(Result<Config> config) {
    const auto reloaded = reconfigure(std::move(config));
    if (reloaded) {
        log(LogLevel::kNotice, log_event("reloaded"), "configuration reloaded");
    } else {
        log(LogLevel::kError, log_event("reload_failed"), "configuration not reloaded",
            {{"reason", reloaded.error().message}});
    }
    setting_.config_error = reloaded ? std::string() : reloaded.error().message;
    status_.set_remark(reloaded ? "" : "configuration not reloaded: " + setting_.config_error);
    status_.ready();
}

Result<void> Agent::may_take(const Config& config) const {
    if (config.key != key_ || config.wants_passphrase != wants_passphrase_)
        return fail(Error::Code::kBadRequest, "\"key\" cannot change without a restart of cliod");
    if (config.witness != witness_path_)
        return fail(Error::Code::kBadRequest, "\"witness\" cannot change without a restart of cliod");
    return {};
}

/// Everything that can fail comes first: a configuration is applied completely or not at all.
Result<void> Agent::reconfigure(Result<Config> config) {
    if (!config) return tl::unexpected(std::move(config).error());
    AGENT_CHECK(may_take(*config));
    if (unlocked_) AGENT_CHECK(unlocked_->may_reconfigure(*config));

    if (config->lock.open_over_restart && !keeps_key_ && lock_.is_open()) {
        AGENT_CHECK(keep_key(unlocked_->data_key()));
        keeps_key_ = true;
    }
    take(*config);
    if (!unlocked_) return {};  // the rest is read again after unlocking
    unlocked_->reconfigure(*std::move(config));
    auto_lock_.begin();
    return {};
}

void Agent::note_setting(const Config& config) {
    const char* const variable = config.proxy.url.empty() ? proxy_variable() : nullptr;
    setting_ = {.config_file = config.file.value_or(""),
                .config_error = {},
                .state_dir = state_dir_.path(),
                .proxy = config.proxy.url,
                .unused_proxy = variable == nullptr ? "" : variable};
}

/// The part of the configuration that also applies to a locked agent.
void Agent::take(const Config& config) {
    note_setting(config);
    http_.set_network(config.tls.ca_file, config.proxy.clone());
    account_hooks_.set_programs(config.hooks);
    auto_lock_.set(config.lock);
    if (keeps_key_ && !config.lock.open_over_restart) {
        keeps_key_ = false;
        forget_kept_key();
    }
}

std::string Agent::status() const {
    return unlocked_ ? status_line(unlocked_->accounts().status(), clock_.now()) : "locked";
}

}  // namespace agent
