// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/notify.h"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

namespace agent {

namespace {

// A line break would start another assignment, so send only the first line of a status.
std::string status_line(std::string_view status) {
    return "STATUS=" + std::string(status.substr(0, status.find('\n')));
}

// Ignore the result: serving matters more than notifying the manager.
void notify(const std::string& state) {
    static_cast<void>(::sd_notify(/*unset_environment=*/0, state.c_str()));
}

}  // namespace

void notify_ready(std::string_view status) {
    notify("READY=1\n" + status_line(status));
}

void notify_status(std::string_view status) {
    notify(status_line(status));
}

void notify_reloading() {
    // In one datagram, so that the manager learns of the reload and its time together.
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto since_boot = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot / std::chrono::microseconds(1)));
}

void notify_stopping() {
    notify("STOPPING=1");
}

void notify_extend_timeout(Duration at_least) {
    notify("EXTEND_TIMEOUT_USEC=" + std::to_string(at_least / std::chrono::microseconds(1)));
}

void notify_alive() {
    notify("WATCHDOG=1");
}

std::optional<Duration> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(/*unset_environment=*/0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds));
}

}  // namespace agent
