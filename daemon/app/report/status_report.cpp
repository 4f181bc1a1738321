// SPDX-License-Identifier: Apache-2.0
#include "app/report/status_report.h"

#include <utility>

#include "io/systemd/notify.h"

namespace agent {

namespace {

constexpr Duration kSoon = std::chrono::seconds(1);
constexpr Duration kOften = std::chrono::minutes(1);

}  // namespace

StatusReport::StatusReport(Events& events, Timers& timers, std::function<std::string()> line)
    : timers_(timers), line_(std::move(line)), events_(events, [this](const Event&) {
          if (timer_ && !std::exchange(event_seen_, true)) tell_after(kSoon);
      }) {}

void StatusReport::ready() {
    sent_ = text();
    notify_ready(sent_);
    tell_after(kOften);
}

std::string StatusReport::text() const {
    std::string text = line_();
    if (!remark_.empty()) text += "; " + remark_;
    return text;
}

void StatusReport::tell_after(Duration delay) {
    timer_ = timers_.after(delay, [this] {
        event_seen_ = false;
        std::string now = text();
        if (now != sent_) notify_status(now);
        sent_ = std::move(now);
        tell_after(kOften);
    });
}

}  // namespace agent
