// SPDX-License-Identifier: Apache-2.0
#include "io/process/hook_runner.h"

#include <sys/wait.h>

#include <csignal>
#include <utility>

#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

void log_failure(const std::string& program, std::string reason) {
    log(LogLevel::kWarning, log_event("hook_failed"), "hook failed",
        {{"program", program}, {"reason", std::move(reason)}});
}

/// Empty for success.
std::string failure_of(int status) {
    if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
    if (WEXITSTATUS(status) != 0) return "exit status " + std::to_string(WEXITSTATUS(status));
    return {};
}

}  // namespace

HookRunner::HookRunner(Children& children, Timers& timers, Limits limits)
    : children_(children), timers_(timers), limits_(limits) {}

HookRunner::~HookRunner() {
    if (running_ == 0) return;
    children_.forget(running_);
    signal_group(SIGTERM);
}

void HookRunner::run(Program program) {
    if (running_ != 0 && waiting_.size() >= limits_.waiting) {
        ++not_run_;
        return;
    }
    waiting_.push_back(std::move(program));
    if (running_ == 0) start_next();
}

void HookRunner::start_next() {
    if (const std::size_t count = std::exchange(not_run_, 0); count > 0) {
        log(LogLevel::kWarning, log_event("hook_failed"), "hook not run: too many are waiting",
            {{"times", std::to_string(count)}});
    }
    while (running_ == 0 && !waiting_.empty()) {
        const Program program = std::move(waiting_.front());
        waiting_.pop_front();
        const auto started = start_program(program);
        if (!started) {
            log_failure(program.arguments.front(), started.error().message);
            continue;
        }
        running_ = *started;
        running_name_ = program.arguments.front();
        children_.watch(running_, [this](int status) { ended(status); });
        start_deadline();
    }
}

void HookRunner::start_deadline() {
    late_ = false;
    timer_ = timers_.after(limits_.deadline, [this] {
        late_ = true;
        signal_group(SIGTERM);
        timer_ = timers_.after(limits_.grace, [this] { signal_group(SIGKILL); });
    });
}

void HookRunner::ended(int status) {
    running_ = 0;
    timer_.reset();
    const std::string failure = late_ ? "did not end in time" : failure_of(status);
    if (!failure.empty()) log_failure(running_name_, failure);
    start_next();
}

void HookRunner::signal_group(int signal) const {
    ::kill(-running_, signal);
}

}  // namespace agent
