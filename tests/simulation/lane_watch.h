// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/refresh/pacer.h"
#include "simulation/findings.h"
#include "simulation/sim_server.h"
#include "simulation/sim_time.h"

namespace agent::sim {

/// Looks at the requests to each token endpoint as they leave the agent, and sees to it that
/// - they never pass their bucket nor their number at once;
/// - nothing is sent while the server has asked for a pause.
class LaneWatch {
  public:
    LaneWatch(const EventQueue& events, Pacer::Limits limits, Findings& findings)
        : events_(events), limits_(limits), findings_(findings) {}

    void sent(int app);
    void over(int app) { --lanes_[app].under_way; }
    void told_to_wait(int app, Duration wait);
    /// An app was registered (again), and may be another one: pauses are over.
    void app_changed(int app) { lanes_[app].silent_until = {}; }
    /// A new agent begins with full buckets, and knows of no pause.
    void restarted() { lanes_.clear(); }

  private:
    struct Lane {
        double bucket = 1.0;
        BootTime filled_at;
        unsigned under_way = 0;
        BootTime silent_from;
        BootTime silent_until;
    };

    void violated(int app, const std::string& what) { findings_.violated("app " + std::to_string(app) + ": " + what); }

    const EventQueue& events_;
    Pacer::Limits limits_;
    Findings& findings_;
    std::map<int, Lane> lanes_;
};

}  // namespace agent::sim
