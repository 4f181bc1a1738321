// SPDX-License-Identifier: Apache-2.0
#include "app/report/login_hook.h"

#include <algorithm>
#include <cstdlib>

#include "expect.h"

using namespace agent;

namespace {

struct Stage {
    explicit Stage(std::vector<std::string> arguments = {"/usr/bin/notify", "--urgent"})
        : hook(
              events, [](const std::string& account) { return "app of " + account; },
              [this](Program program) { run.push_back(std::move(program)); }, std::move(arguments), "/run/agent.sock") {
    }

    void happens(EventKind kind) {
        events.publish({.at = {}, .kind = kind, .account = "smith", .generation = 3, .detail = "revoked"});
    }
    [[nodiscard]] bool tells(const std::string& variable) const {
        const auto& environment = run.back().environment;
        return std::find(environment.begin(), environment.end(), variable) != environment.end();
    }

    Events events;
    std::vector<Program> run;
    LoginHook hook;
};

}  // namespace

Test(login_hook, tells_the_program_who_must_log_in_and_why) {
    Stage stage;
    stage.happens(EventKind::kLoginRequired);
    cr_assert(stage.run.size() == 1);
    cr_expect((stage.run.front().arguments == std::vector<std::string>{"/usr/bin/notify", "--urgent"}));
    for (const char* variable :
         {"CLIO_EVENT=login_required", "CLIO_ACCOUNT=smith", "CLIO_APP=app of smith", "CLIO_REASON=revoked",
          "CLIO_NEXT_STEP=clioctl login smith", "CLIO_AGENT_SOCK=/run/agent.sock"})
        cr_expect(stage.tells(variable), "%s", variable);
}

Test(login_hook, runs_for_nothing_else) {
    Stage stage;
    for (const auto& [word, kind] : kEventKinds) {
        if (kind != EventKind::kLoginRequired) stage.happens(kind);
    }
    cr_expect(stage.run.empty());
}

Test(login_hook, runs_nothing_without_a_program) {
    Stage stage{std::vector<std::string>()};
    stage.happens(EventKind::kLoginRequired);
    cr_expect(stage.run.empty());
}

Test(login_hook, takes_a_new_program) {
    Stage stage;
    stage.hook.set_program({"/usr/bin/mail"});
    stage.happens(EventKind::kLoginRequired);
    cr_assert(stage.run.size() == 1);
    EXPECT_TEXT(stage.run.front().arguments.front(), "/usr/bin/mail");
    stage.hook.set_program({});
    stage.happens(EventKind::kLoginRequired);
    cr_expect(stage.run.size() == 1);
}

Test(login_hook, passes_on_only_what_a_desktop_needs) {
    ::setenv("DISPLAY", ":7", 1);
    ::setenv("PATH", "/somewhere", 1);
    ::setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    Stage stage;
    stage.happens(EventKind::kLoginRequired);
    cr_expect(stage.tells("DISPLAY=:7"));
    cr_expect(stage.tells("PATH=/usr/local/bin:/usr/bin:/bin"));
    cr_expect(!stage.tells("SSLKEYLOGFILE=/tmp/keys"));
}
