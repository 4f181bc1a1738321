// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/events.h"
#include "ports/timers.h"

namespace agent {

/// Keeps the line that the service manager shows (sd_notify(3), STATUS=) true within a minute, and within a second
/// after an event; and tells it only when it has changed. The line is not asked for more often than that.
class StatusReport {
  public:
    StatusReport(Events& events, Timers& timers, std::function<std::string()> line);
    StatusReport(const StatusReport&) = delete;
    StatusReport& operator=(const StatusReport&) = delete;

    /// READY=1 with the line; from then on it is kept true.
    void ready();
    /// What the line ends with from now on, for a trouble that lasts; may be empty.
    void set_remark(std::string remark) { remark_ = std::move(remark); }

  private:
    [[nodiscard]] std::string text() const;
    void tell_after(Duration delay);

    Timers& timers_;
    std::function<std::string()> line_;
    std::string remark_;
    std::string told_;
    bool event_seen_ = false;  // since the line was last looked at
    std::unique_ptr<Timer> timer_;
    Events::Subscription events_;
};

}  // namespace agent
