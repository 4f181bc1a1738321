// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/events.h"
#include "io/process/start_program.h"
#include "ports/timers.h"

namespace agent {

/// Runs the operator's programs when an account starts to need a person, and when it does no more (cliod.json(5),
/// hooks). What happens to more than a few accounts within a second is told by one run: an app whose secret has changed
/// is one trouble, however many accounts it has.
class AccountHooks {
  public:
    /// A program and its arguments for each event; if empty, nothing is run.
    struct Programs {
        std::vector<std::string> on_login_required;
        std::vector<std::string> on_needs_attention;
        std::vector<std::string> on_recovered;
    };
    struct About {
        std::string app;
        std::string next_step;
        bool moved_away = false;  // by a backup: nobody is to log in here
    };
    /// Nullopt when there is no such account any more.
    using Ask = std::function<std::optional<About>(const std::string& account)>;

    using Run = std::function<void(Program program)>;

    AccountHooks(Events& events, Timers& timers, Ask ask, Run run, Programs programs, std::string socket_path);

    void set_programs(Programs programs) { programs_ = std::move(programs); }

  private:
    struct Told {
        std::string account;
        std::string reason;
        About about;
    };

    [[nodiscard]] const std::vector<std::string>& program_for(EventKind event) const;
    void take(const Event& event);
    void tell_all();
    void tell(EventKind event, const std::vector<Told>& told);
    void run(EventKind event, const std::string& accounts, std::size_t count, const std::string& reason,
             const About& about);

    Timers& timers_;
    Ask ask_;
    Run run_;
    Programs programs_;
    std::string socket_path_;
    /// The last event of each account since they were last told.
    std::map<std::string, Event> gathered_;
    std::unique_ptr<Timer> until_told_;
    Events::Subscription events_;
};

/// The variables of this process's environment that a desktop hook needs, and no others.
[[nodiscard]] std::vector<std::string> desktop_environment();

}  // namespace agent
