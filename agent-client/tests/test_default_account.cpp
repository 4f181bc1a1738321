// SPDX-License-Identifier: Apache-2.0
#include "lib/default_account.h"

#include <filesystem>
#include <map>
#include <string>

#include "expect.h"
#include "unit/temp_dir.h"

using namespace agent;

namespace {

using DefaultAccountVariables = std::map<std::string, std::string>;

Surroundings with(const DefaultAccountVariables& variables) {
    return {.variable = [&variables](const char* name) -> const char* {
                const auto found = variables.find(name);
                return found == variables.end() ? nullptr : found->second.c_str();
            },
            .exists = [](const std::string&) { return false; },
            .owner = [](const std::string&) { return std::nullopt; }};
}

std::string account_of(const DefaultAccountVariables& variables) {
    return default_account(with(variables)).value_or("none");
}

}  // namespace

Test(default_account, where_the_choice_is_kept) {
    const auto file = [](const DefaultAccountVariables& variables) { return default_account_file(with(variables)); };
    EXPECT_TEXT(file({{"HOME", "/jane"}}), "/jane/.config/clio-agent/account");
    EXPECT_TEXT(file({{"HOME", "/jane"}, {"XDG_CONFIG_HOME", "/c"}}), "/c/clio-agent/account");
    EXPECT_TEXT(file({{"HOME", "/jane"}, {"XDG_CONFIG_HOME", "c"}}), "/jane/.config/clio-agent/account");
    EXPECT_TEXT(file({{"HOME", ""}}), "");
    EXPECT_TEXT(file({}), "");
}

Test(default_account, the_variable_comes_before_the_choice) {
    const TempDir dir;
    const std::string config = dir / "config";
    std::filesystem::create_directories(config + "/clio-agent");
    const auto choose = [&](std::string_view text) { dir.write("config/clio-agent/account", text); };
    const DefaultAccountVariables none{{"XDG_CONFIG_HOME", config}};
    EXPECT_TEXT(account_of(none), "none");
    choose("jones\n");
    EXPECT_TEXT(account_of(none), "jones");
    EXPECT_TEXT(account_of({{"XDG_CONFIG_HOME", config}, {"CLIO_ACCOUNT", "smith-law"}}), "smith-law");
    EXPECT_TEXT(account_of({{"XDG_CONFIG_HOME", config}, {"CLIO_ACCOUNT", ""}}), "jones");
    for (const char* text : {"", "\n", "\r\n"}) {
        choose(text);
        EXPECT_TEXT(account_of(none), "none");
    }
    choose("no line end");
    EXPECT_TEXT(account_of(none), "no line end");
}
