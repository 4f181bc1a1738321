// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_path.h"

#include <map>
#include <set>
#include <string>

#include "expect.h"

namespace {

using agent::Surroundings;
using SocketPathVariables = std::map<std::string, std::string>;

constexpr uid_t kUid = 1000;
constexpr const char* kSystem = "/run/cliod/agent.sock";
constexpr const char* kOwn = "/run/user/1000/cliod/agent.sock";
constexpr const char* kElsewhere = "/tmp/run/cliod/agent.sock";

/// Root owns /run/user/0; all other folders that are there belong to the user.
Surroundings surroundings_of(const SocketPathVariables& variables, const std::set<std::string>& existing,
                             uid_t uid = kUid) {
    return {.variable =
                [&variables](const char* name) {
                    const auto found = variables.find(name);
                    return found == variables.end() ? nullptr : found->second.c_str();
                },
            .exists = [&existing](const std::string& path) { return existing.contains(path); },
            .owner = [uid](const std::string& folder) -> std::optional<uid_t> {
                if (folder == "/run/nowhere") return std::nullopt;
                return folder == "/run/user/0" ? 0 : uid;
            },
            .uid = uid};
}

const SocketPathVariables kSession{{"XDG_RUNTIME_DIR", "/run/user/1000"}};
const SocketPathVariables kOwnSession{{"XDG_RUNTIME_DIR", "/tmp/run"}};
const SocketPathVariables kRootsSession{{"XDG_RUNTIME_DIR", "/run/user/0"}};

struct SocketPathRow {
    const char* chosen;
    SocketPathVariables variables;
    std::set<std::string> existing;
    const char* expected;
};

}  // namespace

Test(socket_path, order) {
    const SocketPathRow rows[] = {
        {"/a", {{"CLIO_AGENT_SOCK", "/b"}}, {kSystem}, "/a"},
        {"", {{"CLIO_AGENT_SOCK", "/b"}, {"XDG_RUNTIME_DIR", "/run/user/1000"}}, {kOwn, kSystem}, "/b"},
        {"", kSession, {kOwn, kSystem}, kOwn},
        {"", kSession, {kOwn}, kOwn},
        {"", kSession, {kSystem}, kSystem},
        {"", kSession, {}, kOwn},
        {"", kOwnSession, {kElsewhere, kOwn, kSystem}, kElsewhere},
        {"", kOwnSession, {kOwn, kSystem}, kSystem},
        {"", {{"XDG_RUNTIME_DIR", "/run/nowhere"}}, {}, "/run/nowhere/cliod/agent.sock"},
    };
    for (const SocketPathRow& row : rows)
        EXPECT_TEXT(agent::find_socket(row.chosen, surroundings_of(row.variables, row.existing)), row.expected);
}

Test(socket_path, without_a_session) {
    const SocketPathRow rows[] = {
        {"", {}, {kOwn, kSystem}, kOwn},
        {"", {}, {kOwn}, kOwn},
        {"", {}, {kSystem}, kSystem},
        {"", {}, {}, kSystem},
        {"", {{"XDG_RUNTIME_DIR", ""}, {"CLIO_AGENT_SOCK", ""}}, {kOwn}, kOwn},
        {"", {{"XDG_RUNTIME_DIR", "relative"}}, {"relative/cliod/agent.sock"}, kSystem},
        // su: what it left of the caller's session is not this user's
        {"", kRootsSession, {"/run/user/0/cliod/agent.sock", kOwn}, kOwn},
        {"", kRootsSession, {"/run/user/0/cliod/agent.sock"}, kSystem},
    };
    for (const SocketPathRow& row : rows)
        EXPECT_TEXT(agent::find_socket(row.chosen, surroundings_of(row.variables, row.existing)), row.expected);
    const SocketPathVariables none;
    EXPECT_TEXT(agent::find_socket("", surroundings_of(none, {"/run/user/0/cliod/agent.sock", kSystem}, 0)),
                "/run/user/0/cliod/agent.sock");
}

Test(socket_path, advice) {
    const std::string places =
        "nobody listens at /run/user/1000/cliod/agent.sock or /run/cliod/agent.sock; start the agent with ";
    const std::string or_name_it = ", or name its socket in CLIO_AGENT_SOCK";
    const SocketPathVariables none;
    const SocketPathVariables named{{"CLIO_AGENT_SOCK", "/b"}};
    const std::set<std::string> nothing;
    const std::set<std::string> systemd{"/run/user/1000/systemd"};
    const auto advice = [](const char* path, const SocketPathVariables& variables,
                           const std::set<std::string>& existing, uid_t uid = kUid) {
        return agent::advice_without_agent(path, surroundings_of(variables, existing, uid));
    };
    EXPECT_TEXT(advice(kOwn, kSession, systemd), places + "'systemctl --user start cliod.socket'" + or_name_it);
    EXPECT_TEXT(advice(kSystem, none, systemd), places + "'systemctl --user start cliod.socket'" + or_name_it);
    EXPECT_TEXT(advice(kSystem, none, nothing), places + "'eval \"$(cliod --spawn)\"'" + or_name_it);
    EXPECT_CONTAINS(advice(kSystem, none, {"/run/systemd/system"}, 0),
                    "/run/user/0/cliod/agent.sock or /run/cliod/agent.sock; start the "
                    "agent with 'systemctl start cliod.socket'");
    EXPECT_CONTAINS(advice(kSystem, none, nothing, 0), "start the agent with 'eval \"$(cliod --spawn)\"'");
    EXPECT_TEXT(
        advice("/b", named, nothing),
        "nobody listens at /b, which CLIO_AGENT_SOCK names; unset it to use the usual places, or start an agent "
        "there with 'cliod --socket /b'");
    EXPECT_TEXT(advice("/c", named, nothing), "nobody listens at /c; start an agent there with 'cliod --socket /c'");
}
