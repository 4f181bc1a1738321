// SPDX-License-Identifier: Apache-2.0
#include "io/notify.h"

#include <systemd/sd-daemon.h>

#include <string>

namespace agent {

namespace {

// A line break would begin another assignment: only the first line of a status is sent.
std::string status_line(std::string_view status) {
    return "STATUS=" + std::string(status.substr(0, status.find('\n')));
}

// The result is not looked at: a manager that cannot be told is no reason to stop serving.
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

void notify_stopping() {
    notify("STOPPING=1");
}

}  // namespace agent
