// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/oauth/app.h"
#include "ports/http_client.h"
#include "simulation/faults.h"
#include "simulation/sim_time.h"
#include "simulation/token_name.h"

namespace agent::sim {

/// How an authorization server treats one of its clients.
struct ServerPolicy {
    Rotation rotation = Rotation::kReusable;
    bool reuse_ends_grant = false;           // a spent refresh token that comes again ends the grant (RFC 9700, 4.14.2)
    Duration grace{0};                       // but not this soon after its first use: it is then accepted again
    bool refresh_ends_access_token = false;  // the previous access token dies with a refresh
    bool repeats_refresh_token = false;      // each answer has a reusable one
    Duration lifetime = std::chrono::hours(24);
};

/// What a request is about.
struct Asked {
    enum class What { kRefresh, kExchange, kEndGrant, kWhoAmI };
    What what = What::kRefresh;
    TokenName token;
};

/// A person's permission, and the tokens made from it.
struct ServerGrant {
    enum class Ended { kNo, kByPerson, kByAgent, kByReuse };

    int app = 0;
    std::string account;  // for which the person gave it
    Ended ended = Ended::kNo;
    bool exchanged = false;
    BootTime code_expires_at;
    /// The first use of each refresh token; the last one of a single-use grant is unused.
    std::vector<std::optional<BootTime>> refresh_tokens;
    std::vector<BootTime> access_tokens;  // when each expires

    [[nodiscard]] int newest_refresh_token() const { return static_cast<int>(refresh_tokens.size()) - 1; }
};

/// The authorization servers of all apps, and their API. Always right; what goes wrong is between here and the agent.
class SimServer {
  public:
    struct Answer {
        HttpResponse response;
        /// The refresh token in it that did not exist before.
        std::optional<TokenName> rotated;
    };

    SimServer(const EventQueue& events, std::vector<ServerPolicy> policies)
        : events_(events), policies_(std::move(policies)) {}

    /// A person agrees in the browser: the code for the redirect.
    [[nodiscard]] TokenName authorize(int app, const std::string& account);
    /// A person withdraws it at Clio.
    void end_by_person(int grant) { grants_.at(static_cast<std::size_t>(grant)).ended = ServerGrant::Ended::kByPerson; }

    [[nodiscard]] static Asked read(const HttpRequest& request);
    [[nodiscard]] Answer answer(const Asked& asked, Fault fault);

    /// What the API says to a bearer.
    [[nodiscard]] bool accepts(std::string_view access_token) const;
    /// Whether a refresh with this token would succeed now, as far as the grant goes.
    [[nodiscard]] bool would_refresh(const TokenName& refresh_token) const;

    [[nodiscard]] const ServerGrant& grant(int number) const { return grants_.at(static_cast<std::size_t>(number)); }
    [[nodiscard]] const ServerPolicy& policy(int app) const { return policies_.at(static_cast<std::size_t>(app)); }
    /// For a while tokens live shorter than the policy says; nothing ends that.
    void shorten_lives(std::optional<Duration> lifetime) { short_lifetime_ = lifetime; }

  private:
    [[nodiscard]] Answer refresh(const TokenName& token, bool leave_out_refresh_token);
    [[nodiscard]] Answer exchange(const TokenName& code);
    [[nodiscard]] Answer end_grant(const TokenName& token);
    [[nodiscard]] Answer who_am_i(const TokenName& access_token) const;
    [[nodiscard]] Answer tokens(int grant, std::optional<TokenName> refresh_token);

    const EventQueue& events_;
    std::vector<ServerPolicy> policies_;
    std::vector<ServerGrant> grants_;
    std::optional<Duration> short_lifetime_;
};

}  // namespace agent::sim
