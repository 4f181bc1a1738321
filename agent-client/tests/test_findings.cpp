// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/findings.h"

#include <sys/stat.h>

#include <string>

#include "cli/doctor/places.h"

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

Test(findings, of_the_configuration_and_the_proxy) {
    const auto all = [](const std::string& members) {
        const std::string status = R"({"version":"1","locked":false,"store_error":"")" + members + "}";
        return render_table(findings_table(*judge_status(*Json::parse(status), "1")), false);
    };
    cr_expect(all("").find("configuration") == std::string::npos, "an older agent does not say");
    const std::string good =
        all(R"(,"config_file":"/etc/cliod/cliod.json","config_error":"","proxy":"http://p:1","unused_proxy":"")");
    EXPECT_CONTAINS(good, "good  configuration  /etc/cliod/cliod.json");
    EXPECT_CONTAINS(good, "good  proxy          http://p:1");
    const std::string bad =
        all(R"(,"config_file":"","config_error":"line 3: no","proxy":"","unused_proxy":"HTTPS_PROXY")");
    EXPECT_CONTAINS(bad, "bad     configuration  the last reload changed nothing: line 3: no");
    EXPECT_CONTAINS(bad, "advice  proxy          HTTPS_PROXY is set for the agent, but not used");
    EXPECT_CONTAINS(all(R"(,"config_file":"","config_error":"","proxy":"","unused_proxy":"")"),
                    "good  configuration  there is no file: all defaults");
}

Test(findings, of_the_group_of_the_socket) {
    const auto of = [](const SocketGroup& group, uid_t uid) { return shown(judge_group(group, uid)); };
    EXPECT_CONTAINS(of({.name = "clio", .user = "root"}, 0), "good  group  root needs none");
    EXPECT_CONTAINS(of({.name = "clio", .user = "jane", .is_listed = true, .is_in_force = true}, 7),
                    "good  group  you are in clio");
    EXPECT_CONTAINS(of({.name = "clio", .user = "jane", .is_listed = true}, 7), "do: log out and in again");
    EXPECT_CONTAINS(of({.name = "clio", .user = "jane"}, 7), "do: as root: usermod --append --groups clio jane");
    EXPECT_CONTAINS(of({.name = "clio", .user = ""}, 7), "usermod --append --groups clio USER");
}

Test(findings, of_places) {
    const auto of = [](const PrivatePlace& second, std::optional<uid_t> agent = 7) {
        return shown(judge_places({{.path = "/s", .owner = 7, .mode = S_IFDIR | 0700}, second}, agent));
    };
    EXPECT_CONTAINS(of({.path = "/s/key", .owner = 7, .mode = S_IFREG | 0600}),
                    "good  places  /s is the agent's alone");
    const std::string open = of({.path = "/s/it's", .owner = 7, .mode = S_IFREG | 0640});
    EXPECT_CONTAINS(open, "bad  places  /s/it's: others can use it");
    EXPECT_CONTAINS(open, "do: chmod go= '/s/it'\\''s'");
    const std::string foreign = of({.path = "/s/store.db", .owner = 0, .mode = S_IFREG | 0600});
    EXPECT_CONTAINS(foreign, "/s/store.db: belongs to user 0, the agent runs as user 7");
    EXPECT_CONTAINS(foreign, "do: chown 7 '/s/store.db'");
    EXPECT_CONTAINS(of({.path = "/s/store.db", .owner = 0, .mode = S_IFREG | 0600}, std::nullopt), "good  places");
    EXPECT_CONTAINS(of({.path = "/s/link", .owner = 7, .mode = S_IFLNK | 0777}), "good  places");
}

Test(findings, of_checks_with_a_line_of_their_own) {
    const Json answer = parsed(R"({"checks":[{"check":"authorization","verdict":"good","detail":"one"},
        {"check":"clock","verdict":"bad","detail":"behind"},{"check":"redirect_port","verdict":"unknown","detail":"taken"}]})");
    EXPECT_CONTAINS(shown(judge_app("firm", answer)), "good  app firm");
    EXPECT_CONTAINS(shown(*judge_check(kClock, "clock", "firm", answer)), "bad  clock  behind");
    EXPECT_CONTAINS(shown(*judge_check(kRedirectPort, "redirect port of firm", "firm", answer)),
                    "advice  redirect port of firm  taken");
    cr_expect_not(judge_check("another", "x", "firm", answer));
    cr_expect_not(judge_check(kClock, "x", "firm", parsed("{}")));
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
