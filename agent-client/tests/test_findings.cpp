// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/findings.h"

#include <string>

#include "expect.h"

using namespace agent;

namespace {

std::string shown(const Reply<Finding>& found) {
    cr_assert(found.has_value(), "%s", found ? "" : found.error().detail.c_str());
    return render_table(findings_table({*found}), false);
}

Json parsed(const char* text) {
    return *Json::parse(text);
}

}  // namespace

Test(findings, of_the_status) {
    const auto all = [](const char* status) {
        return render_table(findings_table(*judge_status(parsed(status), "1.2.3")), false);
    };
    EXPECT_TEXT(all(R"({"version":"1.2.3","locked":false,"store_error":""})"),
                "good  agent  it answers; version 1.2.3\ngood  store  it takes writes\n");
    const std::string bad = all(R"({"version":"1.2.2","locked":true,"store_error":"no space"})");
    for (const char* part :
         {"advice  agent", "version 1.2.2, clioctl 1.2.3", "bad     store  no space", "clioctl unlock"})
        EXPECT_CONTAINS(bad, part);
    cr_expect(!judge_status(parsed("{}"), "1").has_value());
}

Test(findings, of_the_keys) {
    EXPECT_CONTAINS(shown(judge_keys(parsed(R"({"slots":[{"id":1,"kind":"file","opens":true,"detail":""},
        {"id":2,"kind":"recovery","opens":null,"detail":""}]})"))),
                    "good  key slots");
    EXPECT_CONTAINS(shown(judge_keys(parsed(R"({"slots":[{"id":1,"kind":"file","opens":true,"detail":""}]})"))),
                    "do: clioctl key add recovery");
    EXPECT_CONTAINS(shown(judge_keys(parsed(R"({"slots":[{"id":7,"kind":"file","opens":false,"detail":"gone"}]})"))),
                    "bad  key slots  slot 7 (file) does not open: gone");
}

Test(findings, of_an_app_is_the_worst_check) {
    const auto of = [](const char* first, const char* second) {
        const std::string text = std::string(R"({"checks":[{"check":"a","verdict":")") + first +
                                 R"(","detail":"one"},{"check":"b","verdict":")" + second + R"(","detail":"two"}]})";
        return shown(judge_app("firm", parsed(text.c_str())));
    };
    EXPECT_CONTAINS(of("good", "good"), "good  app firm");
    EXPECT_CONTAINS(of("unknown", "good"), "advice  app firm  one");
    EXPECT_CONTAINS(of("unknown", "bad"), "bad  app firm  two");
    EXPECT_CONTAINS(of("bad", "unknown"), "do: clioctl app check firm");
}

Test(findings, of_accounts) {
    const auto of = [](const char* state, const char* reason, const char* next_step = "") {
        const std::string text = std::string(R"({"name":"a","state":")") + state + R"(","reason":")" + reason +
                                 R"(","next_step":")" + next_step + "\"}";
        return shown(judge_account(parsed(text.c_str())));
    };
    EXPECT_CONTAINS(of("ready", ""), "good  account a  ready");
    EXPECT_CONTAINS(of("refreshing", ""), "good");
    EXPECT_CONTAINS(of("ready", "its app is not registered"), "bad  account a  ready: its app is not registered");
    EXPECT_CONTAINS(of("stale", "time-out"), "advice");
    EXPECT_CONTAINS(of("login_required", "revoked", "clioctl login a"), "do: clioctl login a");
    EXPECT_CONTAINS(of("of_a_newer_agent", ""), "bad");
}

Test(findings, of_the_unit) {
    const auto of = [](const char* cgroup, bool lingers) { return shown(judge_unit(cgroup, lingers)); };
    EXPECT_CONTAINS(of("0::/system.slice/cliod.service\n", false), "good");
    EXPECT_CONTAINS(of("0::/user.slice/user-1000.slice/user@1000.service/app.slice/cliod.service\n", true), "good");
    EXPECT_CONTAINS(of("0::/user.slice/user-1000.slice/user@1000.service/app.slice/cliod.service\n", false),
                    "loginctl enable-linger");
    EXPECT_CONTAINS(of("0::/user.slice/user-1000.slice/session-2.scope\n", true), "advice");
}

Test(findings, as_json_and_in_sum) {
    const std::vector<Finding> good{{.subject = "a", .detail = "fine", .next = {}}};
    EXPECT_TEXT(findings_json(good), R"({"findings":[{"subject":"a","verdict":"good","detail":"fine","next":""}]})");
    cr_expect(!any_bad(good));
    cr_expect(any_bad({not_found_out("b", Failure("internal", "x"))}));
    cr_expect(!any_bad({not_found_out("b", Failure("forbidden", "x"))}));
}
