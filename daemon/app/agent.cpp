// SPDX-License-Identifier: Apache-2.0
#include "app/agent.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "app/key_file.h"
#include "base/log.h"
#include "io/key_slots.h"
#include "io/notify.h"
#include "io/peer_credentials.h"
#include "version.h"

namespace agent {

namespace {

/// Answers that are owed may take this long to go out before the daemon ends.
constexpr Duration kStopGrace = std::chrono::seconds(5);

Result<SealingKey> slot_key(const Config& config, const StateDir& state_dir) {
    if (config.key) return read_key(*config.key);
    return state_key(state_dir);
}

std::string_view slot_kind(const Config& config) {
    return config.key && config.key->guard != Guard::kFileMode ? "credential" : "file";
}

World make_world(const Clock& clock, Timers& timers, Entropy& entropy, HttpClient& http, TokenStore& store) {
    return {.clock = clock, .timers = timers, .entropy = entropy, .http = http, .store = store};
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::start(EventLoop& loop, Config config, StateDir state_dir,
                                            const std::string& socket_path) {
    AGENT_TRY(const SealingKey key, slot_key(config, state_dir));
    AGENT_TRY(StoreFile store, StoreFile::open(state_dir.store_file()));
    AGENT_TRY(SealingKey data_key, open_data_key(store, slot_kind(config), key));
    AGENT_CHECK(check_peer_credentials());
    AGENT_TRY(ListenSocket socket, ListenSocket::open(socket_path));

    std::unique_ptr<Agent> agent(new Agent(loop, std::move(config), std::move(state_dir), std::move(store),
                                           std::move(data_key), std::move(socket)));
    AGENT_CHECK(agent->restore());
    agent->serve(loop);
    return agent;
}

Agent::Agent(EventLoop& loop, Config config, StateDir state_dir, StoreFile store, SealingKey data_key,
             ListenSocket socket)
    : state_dir_(std::move(state_dir)),
      timers_(loop),
      http_(loop, clock_, {.user_agent = "clio-agent/" CLIO_AGENT_VERSION, .ca_file = config.tls.ca_file}),
      store_(loop, std::move(store)),
      sealer_(std::move(data_key)),
      event_log_(events_, [this](const Event& event) { log_event(event); }),
      apps_(sealer_, timers_, store_, std::move(config.apps)),
      accounts_(make_world(clock_, timers_, entropy_, http_, store_), sealer_, apps_, events_,
                {.at_fraction = config.refresh.at_fraction,
                 .pace = {.per_second = config.refresh.max_per_second, .max_parallel = config.refresh.max_parallel}}),
      redirects_(loop),
      logins_(make_world(clock_, timers_, entropy_, http_, store_), redirects_, apps_, accounts_),
      api_({.accounts = accounts_,
            .logins = logins_,
            .apps = apps_,
            .events = events_,
            .clock = clock_,
            .own_uid = geteuid(),
            .version = CLIO_AGENT_VERSION,
            .connections = [this] { return server_ ? server_->connections() : 0; }}),
      socket_(std::move(socket)) {}

Result<void> Agent::restore() {
    std::vector<StoredRow> accounts;  // they need their apps
    AGENT_CHECK(store_.load([&](StoredRow row) {
        if (row.kind == StoredRow::Kind::kAccount) {
            accounts.push_back(std::move(row));
        } else if (const auto restored = apps_.restore(row); !restored) {
            log(LogLevel::kError, "stored app is left aside",
                {{"app", row.name}, {"reason", restored.error().message}});
        }
    }));
    for (const StoredRow& row : accounts) accounts_.restore(row);
    for (const AccountFacts& account : accounts_.list()) {
        if (account.state == "login_required")
            log(LogLevel::kWarning, "login required", {{"account", account.name}, {"reason", account.reason}});
    }
    accounts_.start();
    return {};
}

void Agent::serve(EventLoop& loop) {
    server_ = std::make_unique<HttpServer>(
        loop, timers_, socket_.fd(),
        [this](const ApiRequest& request, ApiReply reply) { return api_.handle(request, std::move(reply)); });
    log(LogLevel::kNotice, "serving",
        {{"socket", socket_.path()}, {"accounts", std::to_string(accounts_.status().accounts)}});
}

void Agent::stop(std::function<void()> stopped) {
    server_->stop(kStopGrace, std::move(stopped));
}

std::string Agent::status_line() const {
    const AgentStatus status = accounts_.status();
    std::string line = std::to_string(status.accounts) + (status.accounts == 1 ? " account" : " accounts");
    if (status.login_required > 0) line += ", " + std::to_string(status.login_required) + " login required";
    return line;
}

void Agent::log_event(const Event& event) const {
    const bool bad = event.name == "refresh_failed" || event.name == "login_required";
    const LogLevel level = bad ? LogLevel::kWarning : LogLevel::kInfo;
    const std::string generation = std::to_string(event.generation);
    if (event.detail.empty())
        log(level, event.name, {{"account", event.account}, {"generation", generation}});
    else
        log(level, event.name, {{"account", event.account}, {"generation", generation}, {"detail", event.detail}});
    notify_status(status_line());
}

}  // namespace agent
