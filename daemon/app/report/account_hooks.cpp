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

const std::vector<std::string>& AccountHooks::program_for(std::string_view event) const {
    if (event == "login_required") return programs_.on_login_required;
    if (event == "needs_attention") return programs_.on_needs_attention;
    if (event == "recovered") return programs_.on_recovered;
    return kNoProgram;
}

void AccountHooks::take(const Event& event) {
    if (program_for(event.name).empty()) return;
    gathered_[std::string(event.name)][event.account] = event.detail;
    if (!until_told_) until_told_ = timers_.after(kGatherFor, [this] { tell_all(); });
}

void AccountHooks::tell_all() {
    until_told_.reset();
    for (const auto& [event, reasons] : std::exchange(gathered_, {})) tell(event, reasons);
}

void AccountHooks::tell(const std::string& event, const std::map<std::string, std::string>& reasons) {
    struct Told {
        const std::string& account;
        const std::string& reason;
        About about;
    };
    std::vector<Told> told;
    for (const auto& [account, reason] : reasons) {
        auto about = ask_(account);
        if (about && !about->moved_away) told.push_back({account, reason, *std::move(about)});
    }
    if (told.size() <= kMostSingly) {
        for (const Told& one : told) run(event, one.account, 1, one.reason, one.about);
        return;
    }
    std::string accounts;
    for (std::size_t i = 0; i < told.size() && i < kMostNamed; ++i) accounts += (i == 0 ? "" : " ") + told[i].account;
    run(event, accounts, told.size(), told.front().reason, {.app = {}, .next_step = "clioctl list"});
}

void AccountHooks::run(const std::string& event, const std::string& accounts, std::size_t count,
                       const std::string& reason, const About& about) {
    Program program{.arguments = program_for(event), .environment = desktop_environment()};
    if (program.arguments.empty()) return;  // a reload has taken it away
    const auto tell = [&](const char* name, const std::string& value) {
        program.environment.push_back(std::string(name) + "=" + value);
    };
    tell("CLIO_EVENT", event);
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
