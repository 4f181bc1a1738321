// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/accounts.h"
#include "core/apps/apps.h"
#include "core/backup/backups.h"
#include "core/events.h"
#include "core/keys/keyring.h"
#include "core/keys/proofs.h"
#include "core/login/logins.h"
#include "io/api/handlers/event_counts.h"
#include "io/api/line_limit.h"
#include "io/api/reply.h"
#include "io/api/request.h"
#include "io/server/fair_share.h"
#include "ports/clock.h"
#include "protocol/limits.h"

namespace agent {

struct Route;

/// What the local protocol serves while the agent is not locked.
struct ApiParts {
    Accounts& accounts;
    Logins& logins;
    Apps& apps;
    Backups& backups;
};

/// How the agent is set up, for somebody who looks what is wrong. Paths and places, no secret.
struct AgentSetting {
    std::string config_file;   // empty: none
    std::string config_error;  // why the last reload changed nothing; empty if it did
    std::string state_dir;
    std::string proxy;         // "http://host:port"; empty: none
    std::string unused_proxy;  // the variable of the environment that names one which is not used
};

/// What it always needs. Everything here outlives the Api.
struct ApiContext {
    Keyring& keyring;
    Events& events;
    const Clock& clock;
    /// The user that the daemon runs as. This user and root may manage it.
    uid_t own_uid = 0;
    std::string version;
    /// The number of connected peers.
    std::function<std::size_t()> connections;
    /// Whether there is locked memory for another answer to this user; the error says what to do.
    std::function<Result<void>(uid_t user)> room_for;
    /// Calls `ended` once when that process has ended, unless the wait is given up first. Null if that cannot be told.
    std::function<std::unique_ptr<Waiting>(pid_t, std::function<void()> ended)> when_process_ends;
    std::function<AgentSetting()> setting;
};

/// The local protocol of daemon/openapi.yaml, independent of its transport. Locked at first: requests that need the
/// store get kLocked. Outlives every wait that it returned: it is declared before the HttpServer.
class Api {
  public:
    explicit Api(ApiContext context);

    /// Answers `reply` before this returns, or later; then it returns the wait for the answer, to be destroyed when the
    /// peer disconnects.
    [[nodiscard]] std::unique_ptr<Waiting> handle(const ApiRequest& request, ApiReply reply);

    /// From now on requests go to `parts`, which must live until lock() has returned.
    void unlock(ApiParts parts);
    /// Answers pending and all later requests for the parts with kLocked.
    void lock();
    /// When a request last used the parts; if never, the start of the clock.
    [[nodiscard]] BootTime last_used() const noexcept { return last_used_; }
    /// Null while locked.
    [[nodiscard]] const ApiParts* parts() const noexcept { return parts_ ? &*parts_ : nullptr; }
    // Only for routes that need the parts.
    [[nodiscard]] Accounts& accounts() const noexcept { return parts_->accounts; }
    [[nodiscard]] Logins& logins() const noexcept { return parts_->logins; }
    [[nodiscard]] Apps& apps() const noexcept { return parts_->apps; }
    [[nodiscard]] Backups& backups() const noexcept { return parts_->backups; }

    /// Of people who have typed a passphrase or recovery key.
    [[nodiscard]] Proofs& proofs() noexcept { return proofs_; }
    [[nodiscard]] const ApiContext& context() const noexcept { return context_; }
    [[nodiscard]] Duration uptime() const { return context_.clock.boot_now() - started_; }
    /// The text of GET /v1/metrics.
    [[nodiscard]] std::string metrics() const;
    /// The number of open event streams; each counts itself.
    [[nodiscard]] FairShare& event_streams() noexcept { return event_streams_; }

  private:
    class PartsWait;

    [[nodiscard]] std::function<void(int)> note_of(const Peer& peer, const Route* route, std::string parameter) const;
    void log_forbidden(const ApiRequest& request, const Route& route);
    [[nodiscard]] Result<std::unique_ptr<Waiting>> dispatch(const ApiRequest& request, ApiReply& reply);

    ApiContext context_;
    std::optional<ApiParts> parts_;
    BootTime last_used_;
    std::list<PartsWait*> waits_;  // for the parts
    std::shared_ptr<Error> why_dropped_ = std::make_shared<Error>(unanswered());
    BootTime started_;
    FairShare event_streams_{limits::kEventStreams, limits::kEventStreamsForManagers};
    Proofs proofs_;
    LineLimit forbidden_;
    std::vector<std::shared_ptr<StatusCounts>> answers_;  // of each route, and of requests without a route
    EventCounts events_;
};

}  // namespace agent
