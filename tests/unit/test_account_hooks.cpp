// SPDX-License-Identifier: Apache-2.0
#include "app/report/account_hooks.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "expect.h"
#include "fakes/fake_clock.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

struct AccountHooksStage {
    explicit AccountHooksStage(AccountHooks::Programs programs = {.on_login_required = {"/usr/bin/notify", "--urgent"},
                                                                  .on_needs_attention = {"/usr/bin/look"},
                                                                  .on_recovered = {"/usr/bin/relax"}})
        : hooks(
              events, timers,
              [this](const std::string& account) -> std::optional<AccountHooks::About> {
                  if (gone.contains(account)) return std::nullopt;
                  return AccountHooks::About{.app = "app of " + account,
                                             .next_step = "clioctl login " + account,
                                             .moved_away = moved_away.contains(account)};
              },
              [this](Program program) { run.push_back(std::move(program)); }, std::move(programs), "/run/agent.sock") {}

    void happens(EventKind kind, const std::string& account = "smith") {
        events.publish({.at = {}, .kind = kind, .account = account, .generation = 3, .detail = "why " + account});
    }
    void happens_and_is_told(EventKind kind, const std::string& account = "smith") {
        happens(kind, account);
        timers.advance(1s);
    }
    [[nodiscard]] bool tells(const std::string& variable) const {
        const auto& environment = run.back().environment;
        return std::find(environment.begin(), environment.end(), variable) != environment.end();
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    Events events;
    std::set<std::string> gone;
    std::set<std::string> moved_away;
    std::vector<Program> run;
    AccountHooks hooks;
};

}  // namespace

Test(account_hooks, tells_the_program_whom_it_is_about_and_why) {
    AccountHooksStage stage;
    stage.happens(EventKind::kLoginRequired);
    cr_expect(stage.run.empty(), "others may follow at once");
    stage.timers.advance(1s);
    cr_assert(stage.run.size() == 1);
    cr_expect((stage.run.front().arguments == std::vector<std::string>{"/usr/bin/notify", "--urgent"}));
    for (const char* variable : {"CLIO_EVENT=login_required", "CLIO_ACCOUNT=smith", "CLIO_ACCOUNTS=smith",
                                 "CLIO_COUNT=1", "CLIO_APP=app of smith", "CLIO_REASON=why smith",
                                 "CLIO_NEXT_STEP=clioctl login smith", "CLIO_AGENT_SOCK=/run/agent.sock"})
        cr_expect(stage.tells(variable), "%s", variable);
}

Test(account_hooks, has_a_program_for_each_event) {
    AccountHooksStage stage;
    stage.happens_and_is_told(EventKind::kNeedsAttention);
    EXPECT_TEXT(stage.run.back().arguments.front(), "/usr/bin/look");
    stage.happens_and_is_told(EventKind::kRecovered);
    EXPECT_TEXT(stage.run.back().arguments.front(), "/usr/bin/relax");
    cr_expect(stage.tells("CLIO_EVENT=recovered"));
    cr_expect(stage.run.size() == 2);
}

Test(account_hooks, one_program_hears_of_all_that_a_person_must_do) {
    AccountHooksStage stage({.on_login_required = {"/usr/bin/notify"}, .on_needs_attention = {}, .on_recovered = {}});
    stage.happens_and_is_told(EventKind::kNeedsAttention);
    cr_assert(stage.run.size() == 1);
    EXPECT_TEXT(stage.run.back().arguments.front(), "/usr/bin/notify");
    cr_expect(stage.tells("CLIO_EVENT=needs_attention"));
    stage.happens_and_is_told(EventKind::kRecovered);
    cr_expect(stage.run.size() == 1);
}

Test(account_hooks, runs_for_nothing_else) {
    AccountHooksStage stage;
    for (const EventKind kind : {EventKind::kLoggedIn, EventKind::kRefreshed, EventKind::kRefreshFailed,
                                 EventKind::kLoggedOut, EventKind::kLocked})
        stage.happens_and_is_told(kind);
    cr_expect(stage.run.empty());
}

Test(account_hooks, runs_nothing_without_a_program) {
    AccountHooksStage stage{AccountHooks::Programs()};
    stage.happens_and_is_told(EventKind::kLoginRequired);
    cr_expect(stage.run.empty());
}

Test(account_hooks, takes_new_programs) {
    AccountHooksStage stage;
    stage.hooks.set_programs({.on_login_required = {"/usr/bin/mail"}, .on_needs_attention = {}, .on_recovered = {}});
    stage.happens_and_is_told(EventKind::kLoginRequired);
    cr_assert(stage.run.size() == 1);
    EXPECT_TEXT(stage.run.front().arguments.front(), "/usr/bin/mail");
    stage.happens(EventKind::kLoginRequired);
    stage.hooks.set_programs({});
    stage.timers.advance(1s);
    stage.happens_and_is_told(EventKind::kLoginRequired);
    cr_expect(stage.run.size() == 1);
}

Test(account_hooks, tells_of_a_few_one_by_one) {
    AccountHooksStage stage;
    for (const char* account : {"a", "b", "c"}) stage.happens(EventKind::kLoginRequired, account);
    stage.happens(EventKind::kLoginRequired, "a");
    stage.happens(EventKind::kRecovered, "d");
    stage.timers.advance(1s);
    cr_expect(stage.run.size() == 4);
}

Test(account_hooks, tells_of_many_in_one_run) {
    AccountHooksStage stage;
    stage.gone = {"b"};
    stage.moved_away = {"c"};
    for (const char* account : {"f", "a", "b", "c", "d", "e"}) stage.happens(EventKind::kNeedsAttention, account);
    stage.timers.advance(1s);
    cr_assert(stage.run.size() == 1);
    for (const char* variable : {"CLIO_ACCOUNT=", "CLIO_ACCOUNTS=a d e f", "CLIO_COUNT=4",
                                 "CLIO_APP=", "CLIO_REASON=why a", "CLIO_NEXT_STEP=clioctl list"})
        cr_expect(stage.tells(variable), "%s", variable);
}

Test(account_hooks, tells_the_last_word_only) {
    AccountHooksStage stage;
    stage.happens(EventKind::kRecovered);
    stage.happens(EventKind::kNeedsAttention);
    stage.happens(EventKind::kNeedsAttention, "jones");
    stage.happens(EventKind::kRecovered, "jones");
    stage.timers.advance(1s);
    cr_assert(stage.run.size() == 2);
    cr_expect(stage.run.front().arguments.front() == "/usr/bin/look" && stage.tells("CLIO_ACCOUNT=jones"));
    cr_expect(stage.tells("CLIO_EVENT=recovered"));
}

Test(account_hooks, names_no_more_than_an_environment_holds) {
    AccountHooksStage stage;
    for (int i = 0; i < 5000; ++i)
        stage.happens(EventKind::kNeedsAttention, std::string(60, 'x') + std::to_string(10'000 + i));
    stage.timers.advance(1s);
    cr_assert(stage.run.size() == 1);
    cr_expect(stage.tells("CLIO_COUNT=5000"));
    const auto& environment = stage.run.back().environment;
    const auto longest = std::max_element(environment.begin(), environment.end(),
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    cr_expect(longest->size() < 8192 && longest->starts_with("CLIO_ACCOUNTS="));
}

Test(account_hooks, disturbs_nobody_about_what_was_moved_away) {
    AccountHooksStage stage;
    stage.moved_away = {"smith"};
    stage.happens_and_is_told(EventKind::kLoginRequired);
    stage.gone = {"jones"};
    stage.happens_and_is_told(EventKind::kLoginRequired, "jones");
    cr_expect(stage.run.empty());
}

Test(account_hooks, passes_on_only_what_a_desktop_needs) {
    ::setenv("DISPLAY", ":7", 1);
    ::setenv("PATH", "/somewhere", 1);
    ::setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    AccountHooksStage stage;
    stage.happens_and_is_told(EventKind::kLoginRequired);
    cr_expect(stage.tells("DISPLAY=:7"));
    cr_expect(stage.tells("PATH=/usr/local/bin:/usr/bin:/bin"));
    cr_expect(!stage.tells("SSLKEYLOGFILE=/tmp/keys"));
}
