// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ports/http_client.h"
#include "simulation/random.h"

namespace agent::sim {

/// What can go wrong with one request. The comments say what the authorization server does meanwhile.
enum class Fault : std::uint8_t {
    kNone,
    kUnresolved,      // nothing: the host name is not found
    kRefused,         // nothing: the connection is refused
    kTlsFailed,       // nothing
    kLostRequest,     // nothing: it never got there
    kLostAnswer,      // acts; the connection is cut, or silent until the time is up
    kCutAnswer,       // acts; part of the body is taken for the whole
    kSlowAnswer,      // acts; the answer takes nearly all of the time there is
    kTooSlow,         // acts long after the agent has given up
    kInternalError,   // 500, acts or not
    kUnavailable,     // 503, does not act
    kGateway,         // 502 or 504, acts or not
    kHtmlOk,          // 200 from a captive portal: does not act
    kHtmlForbidden,   // 403 from a firewall: does not act
    kThrottled,       // 429 with or without Retry-After
    kInvalidClient,   // refuses the client
    kNoRefreshToken,  // acts; a single-use token is not rotated this once, and the answer holds none
    kCount,
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kCount);

[[nodiscard]] std::string_view to_string(Fault fault);

/// What becomes of one request, all its legs drawn in advance.
struct Course {
    Fault fault = Fault::kNone;
    bool reaches_server = true;
    Duration there{0};
    Duration back{0};
    /// What the agent gets instead of the server's answer.
    std::optional<HttpFailure> failure;
    std::optional<HttpResponse> instead;
};

/// A time in which something is wrong.
struct Spell {
    BootTime from;
    BootTime to;
    Fault fault = Fault::kNone;
    int app = -1;           // whose token endpoint; -1 for all
    double strength = 1.0;  // what share of the requests it hits
    [[nodiscard]] bool covers(BootTime at) const { return from <= at && at < to; }
};

/// What the network and the servers are like at a time.
class Faults {
  public:
    struct Plan {
        std::vector<Spell> spells;
        double rate = 0.0;  // the share of requests that something happens to outside of spells
        BootTime end;       // from here on all is well
    };

    Faults(Plan plan, Random random) : plan_(std::move(plan)), random_(random) {}

    [[nodiscard]] const Plan& plan() const { return plan_; }
    /// After `patience` the agent has an answer or a failure.
    [[nodiscard]] Course course_of_request(BootTime now, int app, Duration patience);

  private:
    [[nodiscard]] Fault draw(BootTime now, int app);
    [[nodiscard]] HttpFailure failure(HttpFailure::Kind kind, bool may_have_been_sent) const;

    Plan plan_;
    Random random_;
};

}  // namespace agent::sim
