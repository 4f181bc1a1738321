// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_path.h"

#include <map>
#include <set>
#include <string>

#include "expect.h"

namespace {

struct Row {
    const char* chosen;
    std::map<std::string, std::string> variables;
    std::set<std::string> existing;
    const char* expected;
};

agent::Surroundings surroundings_of(const Row& row) {
    return {.variable =
                [&row](const char* name) {
                    const auto found = row.variables.find(name);
                    return found == row.variables.end() ? nullptr : found->second.c_str();
                },
            .exists = [&row](const std::string& path) { return row.existing.contains(path); }};
}

constexpr const char* kSystem = "/run/cliod/agent.sock";
constexpr const char* kOwn = "/run/user/1000/cliod/agent.sock";

const std::map<std::string, std::string> kSession{{"XDG_RUNTIME_DIR", "/run/user/1000"}};

}  // namespace

Test(socket_path, order) {
    const Row rows[] = {
        {"/a", {{"CLIO_AGENT_SOCK", "/b"}}, {kSystem}, "/a"},
        {"", {{"CLIO_AGENT_SOCK", "/b"}, {"XDG_RUNTIME_DIR", "/run/user/1000"}}, {kOwn, kSystem}, "/b"},
        {"", kSession, {kOwn, kSystem}, kOwn},
        {"", kSession, {kOwn}, kOwn},
        {"", kSession, {kSystem}, kSystem},
        {"", kSession, {}, kOwn},
        {"", {}, {}, kSystem},
        {"", {{"XDG_RUNTIME_DIR", ""}, {"CLIO_AGENT_SOCK", ""}}, {}, kSystem},
        {"", {{"XDG_RUNTIME_DIR", "relative"}}, {"relative/cliod/agent.sock"}, kSystem},
    };
    for (const Row& row : rows) EXPECT_TEXT(agent::find_socket(row.chosen, surroundings_of(row)), row.expected);
}
