// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line/arguments.h"

#include <string>
#include <vector>

#include "cli/command_line/command.h"
#include "expect.h"

using namespace agent;

namespace {

/// What main() would be given.
class CommandLine {
  public:
    CommandLine(std::initializer_list<const char*> words) : texts_(words.begin(), words.end()) {
        for (std::string& text : texts_) pointers_.push_back(text.data());
    }
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    [[nodiscard]] std::span<char* const> span() const { return pointers_; }

  private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

std::string failure_of(const CommandLine& words) {
    const auto arguments = parse_arguments(words.span());
    if (arguments) return "none";
    EXPECT_TEXT(arguments.error().code, kUsage);
    return arguments.error().detail;
}

std::string command_of(const CommandLine& words) {
    const auto arguments = parse_arguments(words.span());
    if (!arguments) return arguments.error().detail;
    return arguments->command == nullptr ? "none" : std::string(arguments->command->name);
}

}  // namespace

Test(arguments, commands) {
    EXPECT_TEXT(command_of({"token"}), "token");
    EXPECT_TEXT(command_of({"app", "list"}), "app list");
    EXPECT_TEXT(command_of({"--socket", "/s", "app", "remove", "x"}), "app remove");
    EXPECT_TEXT(command_of({}), "none");
    EXPECT_TEXT(command_of({"--help"}), "none");
    EXPECT_TEXT(command_of({"app", "--help"}), "none");
    EXPECT_TEXT(command_of({"--version"}), "none");
    EXPECT_TEXT(command_of({"list", "--version"}), "list");
    EXPECT_TEXT(command_of({"login", "--help"}), "login");
}

Test(arguments, options_stand_anywhere) {
    const CommandLine words{"--socket=/a", "token", "--min-ttl", "90", "smith-law", "--json", "--socket", "/b"};
    const auto arguments = parse_arguments(words.span());
    cr_assert(arguments.has_value());
    EXPECT_TEXT(arguments->value("socket").value_or("none"), "/b");
    EXPECT_TEXT(arguments->value("min-ttl").value_or("none"), "90");
    cr_expect(arguments->has("json") && !arguments->has("header"));
    cr_assert(arguments->words.size() == 1);
    EXPECT_TEXT(arguments->words[0], "smith-law");
}

Test(arguments, repeated_options) {
    const CommandLine words{"app", "add", "x", "--endpoint", "token=a=b", "--endpoint=api_base=c"};
    const auto arguments = parse_arguments(words.span());
    cr_assert(arguments.has_value());
    const auto endpoints = arguments->values("endpoint");
    cr_assert(endpoints.size() == 2);
    EXPECT_TEXT(endpoints[0], "token=a=b");
    EXPECT_TEXT(endpoints[1], "api_base=c");
}

Test(arguments, double_dash) {
    const CommandLine run{"run", "smith-law", "--", "env", "--json"};
    const auto program = parse_arguments(run.span());
    cr_assert(program.has_value());
    cr_assert(program->program.size() == 2);
    EXPECT_TEXT(program->program[1], "--json");
    cr_expect(!program->has("json"));

    const CommandLine show{"show", "--", "--account"};
    const auto account = parse_arguments(show.span());
    cr_assert(account.has_value());
    EXPECT_TEXT(account->words.front(), "--account");
}

Test(arguments, options_before_the_command) {
    const CommandLine words{"--json", "--min-ttl", "90", "token", "smith-law"};
    const auto arguments = parse_arguments(words.span());
    cr_assert(arguments.has_value());
    EXPECT_TEXT(arguments->command->name, "token");
    EXPECT_TEXT(arguments->value("min-ttl").value_or("none"), "90");
    cr_expect(arguments->has("json"));
    EXPECT_TEXT(command_of({"app", "--json", "list"}), "app list");
    EXPECT_TEXT(command_of({"--app", "firm", "login", "x"}), "login");
    EXPECT_TEXT(failure_of({"--app", "firm", "token"}), "token: unknown option --app; try 'clioctl token --help'");
    EXPECT_TEXT(failure_of({"--wait", "list"}), "list: unknown option --wait; try 'clioctl list --help'");
}

Test(arguments, what_cannot_be_understood) {
    EXPECT_TEXT(failure_of({"frobnicate"}), "unknown command 'frobnicate'; try 'clioctl --help'");
    EXPECT_TEXT(failure_of({"app"}), "app needs one of: list, show, add, check, remove; try 'clioctl --help'");
    EXPECT_TEXT(failure_of({"app", "frobnicate"}),
                "app needs one of: list, show, add, check, remove; try 'clioctl --help'");
    EXPECT_TEXT(failure_of({"token", "-j"}), "token: unknown option -j; did you mean --json?");
    EXPECT_TEXT(failure_of({"token", "-X"}),
                "token: unknown option -X (a name that begins with - goes after --); try 'clioctl token --help'");
    EXPECT_TEXT(failure_of({"token", "--json=1"}), "token: --json takes no value; try 'clioctl token --help'");
    EXPECT_TEXT(failure_of({"token", "--min-ttl"}), "token: --min-ttl needs a value; try 'clioctl token --help'");
    EXPECT_TEXT(failure_of({"token", "a", "b"}), "token: too many arguments; try 'clioctl token --help'");
    EXPECT_TEXT(failure_of({"app", "add"}), "app add: NAME is missing; try 'clioctl app add --help'");
    EXPECT_TEXT(failure_of({"run", "a"}), "run: -- COMMAND is missing; try 'clioctl run --help'");
    EXPECT_TEXT(failure_of({"run", "a", "--"}), "run: -- COMMAND is missing; try 'clioctl run --help'");
    EXPECT_TEXT(failure_of({"--", "token"}), "no command before --; try 'clioctl --help'");
}

Test(arguments, what_may_have_been_meant) {
    EXPECT_TEXT(failure_of({"tokne"}), "unknown command 'tokne'; did you mean token?");
    EXPECT_TEXT(failure_of({"tok"}), "unknown command 'tok'; did you mean token?");
    EXPECT_TEXT(failure_of({"LIST"}), "unknown command 'LIST'; did you mean list?");
    EXPECT_TEXT(failure_of({"app", "lst"}), "unknown command 'app lst'; did you mean app list?");
    EXPECT_TEXT(failure_of({"token", "--jso"}), "token: unknown option --jso; did you mean --json?");
    EXPECT_TEXT(failure_of({"token", "--min-tll", "9"}), "token: unknown option --min-tll; did you mean --min-ttl?");
    EXPECT_TEXT(failure_of({"token", "-json"}), "token: unknown option -json; did you mean --json?");
}

Test(arguments, a_program_without_the_double_dash) {
    const std::string missing = "run: -- is missing before the command to run, as in: clioctl run ";
    EXPECT_TEXT(failure_of({"run", "smith-law", "ls", "-la"}), missing + "smith-law -- ls ...");
    EXPECT_TEXT(failure_of({"run", "smith-law", "ls", "/tmp"}), missing + "smith-law -- ls ...");
    EXPECT_TEXT(failure_of({"run", "smith-law", "curl", "--json"}), missing + "smith-law -- curl ...");
    EXPECT_TEXT(failure_of({"run", "ls", "-la"}), missing + "-- ls ...");
}

Test(arguments, values_that_are_not_allowed) {
    EXPECT_TEXT(failure_of({"app", "add", "x", "--region", "US"}),
                "app add: --region: \"US\" is not one of us, eu, ca, au; try 'clioctl app add --help'");
    EXPECT_TEXT(failure_of({"--rotation=once", "app", "add", "x"}),
                "app add: --rotation: \"once\" is not one of reusable, single_use; try 'clioctl app add --help'");
    EXPECT_TEXT(command_of({"app", "add", "x", "--product", "platform", "--region", "au"}), "app add");
}

Test(arguments, numbers) {
    const CommandLine good{"token", "--min-ttl", "0"};
    const auto arguments = parse_arguments(good.span());
    cr_assert(arguments.has_value());
    cr_expect(arguments->number("min-ttl", 0, 10).value() == 0);
    cr_expect(!arguments->number("timeout", 1, 10).value().has_value());
    for (const char* bad : {"", "x", "1x", "-1", "11", "1.5", "99999999999999999999"}) {
        const CommandLine words{"token", "--min-ttl", bad};
        const auto number = parse_arguments(words.span())->number("min-ttl", 0, 10);
        cr_assert(!number.has_value(), "<%s>", bad);
        EXPECT_CONTAINS(number.error().detail, "--min-ttl takes a whole number from 0 to 10");
    }
}
