// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/config.h"
#include "app/keys/store_keyring.h"
#include "app/lock/auto_lock.h"
#include "app/lock/unlocked.h"
#include "app/options.h"
#include "app/report/account_hooks.h"
#include "app/report/status_report.h"
#include "app/report/watchdog.h"
#include "app/start/state_dir.h"
#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/events.h"
#include "core/keys/lock.h"
#include "io/api/api.h"
#include "io/loop/derivations.h"
#include "io/loop/event_loop.h"
#include "io/loop/sodium_entropy.h"
#include "io/loop/system_clock.h"
#include "io/loop/timerfd_timers.h"
#include "io/process/children.h"
#include "io/process/hook_runner.h"
#include "io/provider/curl_http_client.h"
#include "io/provider/tracing_http_client.h"
#include "io/redirect/loopback_redirect_listener.h"
#include "io/server/http_server.h"
#include "io/server/listen_socket.h"
#include "io/store/sqlite_key_store.h"
#include "io/store/sqlite_token_store.h"

namespace agent {

/// Assembles the whole daemon: the one class that knows all others. Each member may depend on those declared before it;
/// they are destroyed in reverse order.
class Agent : private Vault {
  public:
    /// Opens state, store and socket, and serves; starts locked if only a person can open the store. If any of them
    /// fails, fails and leaves nothing behind.
    [[nodiscard]] static Result<std::unique_ptr<Agent>> start(EventLoop& loop, Config config, StateDir state_dir,
                                                              const Options& options);
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Begins no refresh any more, sends pending answers, and lets refreshes under way end, each within a time limit;
    /// then calls `stopped`.
    void stop(std::function<void()> stopped);

    [[nodiscard]] const std::string& socket_path() const noexcept { return socket_.path(); }
    /// Applies a new configuration, or keeps the old one if that fails; notifies the service manager.
    void reload(Result<Config> config);

    /// Tells the service manager that the agent is serving, and keeps reporting its state.
    void ready() { status_.ready(); }

  private:
    Agent(EventLoop& loop, const Config& config, StateDir state_dir, const Options& options, StoreFile store,
          Witness witness, ListenSocket socket);

    [[nodiscard]] const SealingKey* data_key() const override;
    [[nodiscard]] Result<void> open(DataKeys keys) override;
    [[nodiscard]] Result<void> may_close() const override;
    void wind_down(std::function<void()> wound_down) override;
    [[nodiscard]] bool has_tokens_at_stake() const override;
    void end_later(Duration time) override;
    void resume() override;
    void close() override;
    [[nodiscard]] Result<void> rotate(SealingKey next) override;
    [[nodiscard]] std::optional<ResealingProgress> resealing() const override;
    void key_slots_changed() override;

    [[nodiscard]] World world();
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::optional<AccountHooks::About> about(const std::string& account) const;
    [[nodiscard]] Result<void> unlock(DataKeys keys, Config config);
    /// Fails for what only a restart of cliod can change.
    [[nodiscard]] Result<void> may_take(const Config& config) const;
    [[nodiscard]] Result<void> reconfigure(Result<Config> config);
    void take(const Config& config);
    void note_setting(const Config& config);
    void lock_by_itself(const char* why);
    void publish(EventKind kind, std::string detail);
    void serve(EventLoop& loop);

    StateDir state_dir_;
    std::optional<std::string> config_path_;  // read the configuration again when the agent is unlocked
    AgentSetting setting_;
    std::optional<SecretReference> key_;
    std::optional<std::string> witness_path_;
    bool wants_passphrase_;
    bool keeps_key_ = false;  // over a restart
    SystemClock clock_;
    TimerfdTimers timers_;
    Children children_;
    SodiumEntropy entropy_;
    CurlHttpClient http_;
    std::optional<TracingHttpClient> tracing_;  // with --trace
    SqliteTokenStore store_;
    SqliteKeyStore key_store_;
    Derivations worker_;
    Events events_;
    Events::Subscription event_log_;
    StatusReport status_;
    LoopbackRedirectListener redirects_;
    std::unique_ptr<Unlocked> unlocked_;
    Lock lock_;
    StoreKeyring keyring_;
    Api api_;
    AutoLock auto_lock_;
    ListenSocket socket_;
    HookRunner hook_runner_;
    AccountHooks account_hooks_;
    std::unique_ptr<HttpServer> server_;
    std::optional<Watchdog> watchdog_;

    std::unique_ptr<Waiting> locking_;  // by itself
    std::string why_not_locked_;        // the last one logged
};

}  // namespace agent
