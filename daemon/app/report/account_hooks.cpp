// SPDX-License-Identifier: Apache-2.0
#include "app/report/account_hooks.h"

#include <cstdlib>
#include <utility>

namespace agent {

namespace {

constexpr Duration kGatherFor = std::chrono::seconds(1);
constexpr std::size_t kMostSingly = 3;
constexpr std::size_t kMostNamed = 100;  // execve(2) limits what an environment can hold

const std::vector<std::string> kNoProgram;

}  // namespace

AccountHooks::AccountHooks(Events& events, Timers& timers, Ask ask, Run run, Programs programs, std::string socket_path)
    : timers_(timers),
      ask_(std::move(ask)),
      run_(std::move(run)),
      programs_(std::move(programs)),
      socket_path_(std::move(socket_path)),
      events_(events, [this](const Event& event) { take(event); }) {}

const std::vector<std::string>& AccountHooks::program_for(EventKind event) const {
    switch (event) {
        case EventKind::kLoginRequired:
            return programs_.on_login_required;
        case EventKind::kNeedsAttention:
            // A person must act in both: who has named one program only wants to hear of it.
            return programs_.on_needs_attention.empty() ? programs_.on_login_required : programs_.on_needs_attention;
        case EventKind::kRecovered:
            return programs_.on_recovered;
        default:
            return kNoProgram;
    }
}

void AccountHooks::take(const Event& event) {
    const bool is_ours = event.kind == EventKind::kLoginRequired || event.kind == EventKind::kNeedsAttention ||
                         event.kind == EventKind::kRecovered;
    if (!is_ours) return;
    gathered_.insert_or_assign(event.account, event);
    if (!until_told_) until_told_ = timers_.after(kGatherFor, [this] { tell_all(); });
}

void AccountHooks::tell_all() {
    until_told_.reset();
    std::map<EventKind, std::vector<Told>> told;
    for (auto& [account, event] : std::exchange(gathered_, {})) {
        auto about = ask_(account);
        if (about && !about->moved_away) told[event.kind].push_back({account, event.detail, *std::move(about)});
    }
    for (const auto& [event, accounts] : told) tell(event, accounts);
}

void AccountHooks::tell(EventKind event, const std::vector<Told>& told) {
    if (told.size() <= kMostSingly) {
        for (const Told& one : told) run(event, one.account, 1, one.reason, one.about);
        return;
    }
    std::string accounts;
    for (std::size_t i = 0; i < told.size() && i < kMostNamed; ++i) accounts += (i == 0 ? "" : " ") + told[i].account;
    run(event, accounts, told.size(), told.front().reason, {.app = {}, .next_step = "clioctl list"});
}

void AccountHooks::run(EventKind event, const std::string& accounts, std::size_t count, const std::string& reason,
                       const About& about) {
    Program program{.arguments = program_for(event), .environment = desktop_environment()};
    if (program.arguments.empty()) return;  // a reload has taken it away
    const auto tell = [&](const char* name, const std::string& value) {
        program.environment.push_back(std::string(name) + "=" + value);
    };
    tell("CLIO_EVENT", std::string(word_of(kEventKinds, event)));
    tell("CLIO_ACCOUNT", count == 1 ? accounts : std::string());
    tell("CLIO_ACCOUNTS", accounts);
    tell("CLIO_COUNT", std::to_string(count));
    tell("CLIO_APP", about.app);
    tell("CLIO_REASON", reason);
    tell("CLIO_NEXT_STEP", about.next_step);
    tell("CLIO_AGENT_SOCK", socket_path_);
    run_(std::move(program));
}

std::vector<std::string> desktop_environment() {
    std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    for (const char* name : {"HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_MESSAGES", "XDG_RUNTIME_DIR",
                             "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"}) {
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

}  // namespace agent
