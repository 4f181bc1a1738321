// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/events.h"
#include "ports/timers.h"

namespace agent {

/// Keeps the line that the service manager shows (sd_notify(3), STATUS=) current to within a minute, and to within a
/// second after an event. Sends it only when it changes, and does not compute it more often.
class StatusReport {
  public:
    StatusReport(Events& events, Timers& timers, std::function<std::string()> line);
    StatusReport(const StatusReport&) = delete;
    StatusReport& operator=(const StatusReport&) = delete;

    /// Sends READY=1 with the line, and keeps it current from then on.
    void ready();
    /// Sets the end of the line, for a lasting problem; may be empty.
    void set_remark(std::string remark) { remark_ = std::move(remark); }

  private:
    [[nodiscard]] std::string text() const;
    void tell_after(Duration delay);

    Timers& timers_;
    std::function<std::string()> line_;
    std::string remark_;
    std::string sent_;
    bool event_seen_ = false;  // since the line was last computed
    std::unique_ptr<Timer> timer_;
    Events::Subscription events_;
};

}  // namespace agent
