// SPDX-License-Identifier: Apache-2.0
#include "app/agent.h"

#include <unistd.h>

#include <utility>

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
/// And then those of the authorization server, which hold the only good refresh token if they are single-use.
constexpr Duration kRefreshGrace = std::chrono::seconds(10);

Result<SealingKey> slot_key(const Config& config, const StateDir& state_dir) {
    if (config.key) return read_key(*config.key);
    return state_key(state_dir);
}

std::string_view slot_kind(const Config& config) {
    return config.key && config.key->guard != Guard::kFileMode ? "credential" : "file";
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::start(EventLoop& loop, Config config, StateDir state_dir,
                                            const std::string& socket_path) {
    AGENT_TRY(const SealingKey key, slot_key(config, state_dir));
    AGENT_TRY(StoreFile store, StoreFile::open(state_dir.store_file()));
    AGENT_TRY(SealingKey data_key, open_data_key(store, slot_kind(config), key));
    AGENT_CHECK(check_peer_credentials());
    AGENT_TRY(ListenSocket socket, ListenSocket::open(socket_path));

    std::unique_ptr<Agent> agent(new Agent(loop, config, std::move(state_dir), std::move(store), std::move(socket)));
    AGENT_CHECK(agent->unlock(std::move(data_key), std::move(config)));
    agent->serve(loop);
    return agent;
}

Agent::Agent(EventLoop& loop, const Config& config, StateDir state_dir, StoreFile store, ListenSocket socket)
    : state_dir_(std::move(state_dir)),
      timers_(loop),
      http_(loop, clock_, {.user_agent = "clio-agent/" CLIO_AGENT_VERSION, .ca_file = config.tls.ca_file}),
      store_(loop, std::move(store)),
      event_log_(events_, [this](const Event& event) { log_event(event); }),
      redirects_(loop),
      api_({.events = events_,
            .clock = clock_,
            .own_uid = geteuid(),
            .version = CLIO_AGENT_VERSION,
            .connections = [this] { return server_ ? server_->connections() : 0; }}),
      socket_(std::move(socket)) {}

World Agent::world() {
    return {.clock = clock_, .timers = timers_, .entropy = entropy_, .http = http_, .store = store_};
}

Result<void> Agent::unlock(SealingKey data_key, Config config) {
    auto unlocked =
        std::make_unique<Unlocked>(world(), events_, redirects_, Sealer(std::move(data_key)), std::move(config));
    AGENT_CHECK(unlocked->restore());
    unlocked_ = std::move(unlocked);
    api_.unlock(unlocked_->parts());
    return {};
}

void Agent::serve(EventLoop& loop) {
    server_ = std::make_unique<HttpServer>(
        loop, timers_, socket_.fd(),
        [this](const ApiRequest& request, ApiReply reply) { return api_.handle(request, std::move(reply)); });
    log(LogLevel::kNotice, "serving",
        {{"socket", socket_.path()}, {"accounts", std::to_string(unlocked_->accounts().status().accounts)}});
}

void Agent::stop(std::function<void()> stopped) {
    server_->stop(kStopGrace, [this, stopped = std::move(stopped)] {
        if (!unlocked_) return stopped();
        unlocked_->accounts().wind_down(stopped);
        stop_timer_ = timers_.after(kRefreshGrace, stopped);
    });
}

std::string Agent::status_line() const {
    const AgentStatus status = unlocked_->accounts().status();
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
