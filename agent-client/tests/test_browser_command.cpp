// SPDX-License-Identifier: Apache-2.0
#include "cli/login/browser_command.h"

#include <string>

#include "expect.h"

using namespace agent;

namespace {

/// "[firefox][--new] | [xdg-open]".
std::string read(const char* variable) {
    const auto is_program = [](const std::string& path) { return path == "/mnt/c/Program Files/browser.exe"; };
    std::string shown;
    for (const Words& words : browser_commands(variable, is_program)) {
        if (!shown.empty()) shown += " | ";
        for (const std::string& word : words) shown += '[' + word + ']';
    }
    return shown;
}

}  // namespace

Test(browser_command, is_read_as_a_shell_reads_it) {
    struct Row {
        const char* variable;
        const char* expected;
    };
    for (const Row& row : {
             Row{"", ""},
             Row{"firefox", "[firefox]"},
             Row{"  firefox \t --new  %s ", "[firefox][--new][%s]"},
             Row{"firefox:xdg-open", "[firefox] | [xdg-open]"},
             Row{":firefox::xdg-open:", "[firefox] | [xdg-open]"},
             Row{"\"/opt/My Browser/run\" --new", "[/opt/My Browser/run][--new]"},
             Row{"'/opt/My Browser/run' %s", "[/opt/My Browser/run][%s]"},
             Row{"/opt/My\\ Browser/run", "[/opt/My Browser/run]"},
             Row{"'a:b' c:d", "[a:b][c] | [d]"},
             Row{"a\\:b", "[a:b]"},
             Row{"one\"two\"'three'", "[onetwothree]"},
             Row{"\"\\\"\\$\\a\"", "[\"$\\a]"},
             Row{"'\\'", "[\\]"},
             Row{"run ''", "[run][]"},
             Row{"'never ends", "[never ends]"},
             Row{"\"never ends", "[never ends]"},
             Row{"ends with \\", "[ends][with][\\]"},
             Row{"$(touch x) `y`", "[$(touch][x)][`y`]"},
             Row{"/mnt/c/Program Files/browser.exe", "[/mnt/c/Program Files/browser.exe]"},
             Row{"broken:/mnt/c/Program Files/browser.exe", "[broken] | [/mnt/c/Program Files/browser.exe]"},
         })
        EXPECT_TEXT(read(row.variable), row.expected);
}

Test(browser_command, the_url_takes_its_place) {
    const auto shown = [](Words words) {
        std::string text;
        for (const std::string& word : with_url(std::move(words), "https://x/?a=%s")) text += '[' + word + ']';
        return text;
    };
    EXPECT_TEXT(shown({"b"}), "[b][https://x/?a=%s]");
    EXPECT_TEXT(shown({"b", "--url=%s", "-n"}), "[b][--url=https://x/?a=%s][-n]");
    EXPECT_TEXT(shown({"b", "%s%s"}), "[b][https://x/?a=%shttps://x/?a=%s]");
}
