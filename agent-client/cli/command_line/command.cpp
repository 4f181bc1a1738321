// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line/command.h"

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"

namespace agent {

namespace {

constexpr Option kJson{"json", "", "print the agent's JSON on one line; errors too"};
constexpr Option kStdin{"stdin", "", "read a line of standard input, even from a terminal"};
constexpr Option kAskPassword{"ask-password", "", "let systemd-ask-password(1) ask"};
constexpr Option kAcceptCost{"accept-cost", "",
                             "try the passphrase even if that takes more time or memory than this program asks for"};
constexpr Option kAcceptWeak{"accept-weak", "", "take a new passphrase that is short or easy to guess"};
constexpr Option kMinTtl{"min-ttl", "S", "get a token valid for at least S more seconds (60)"};

constexpr std::array<std::string_view, 2> kProducts{"manage", "platform"};
constexpr std::array<std::string_view, 4> kRegions{"us", "eu", "ca", "au"};
constexpr std::array<std::string_view, 2> kRotations{"reusable", "single_use"};
constexpr std::array<std::string_view, 2> kClientAuths{"body", "basic"};

constexpr std::array<std::string_view, 6> kStates{"ready",           "refreshing",     "stale",
                                                  "needs_attention", "login_required", "unknown_outcome"};
constexpr std::array<std::string_view, 4> kSortKeys{"name", "app", "state", "expiry"};

constexpr std::array kCommonOptions{
    Option{"socket", "PATH", "the agent's socket"},
    Option{"timeout", "S", "wait at most S seconds for each of the agent's answers (40)"},
    Option{"help", "", "print this help"},
    Option{"version", "", "print the version"},
};
constexpr std::array kOnlyJson{kJson};
constexpr std::array kLoginOptions{
    Option{"app", "APP", "log in through this app; needed when there are several"},
    Option{"no-browser", "", "print the page's address instead of opening it"},
    Option{"paste", "", "read the address where the browser ended up; for a browser on another machine"},
    Option{"replace-user", "", "allow a different Clio user than before, or one who is not known"},
    Option{"accept-unknown-user", "",
           "keep the user of ACCOUNT if Clio does not say who logs in; also for an open login"},
    Option{"list", "", "list the logins that are open, and begin none"},
    Option{"cancel", "", "cancel the open login of ACCOUNT, or all that are open, and begin none"},
    kJson,
};
constexpr std::array kTokenOptions{
    kMinTtl,
    kJson,
    Option{"header", "", "print it as a header line"},
    Option{"curl", "", "print it as a configuration of curl, to pipe to curl -K -"},
};
constexpr std::array kRunOptions{kMinTtl};
constexpr std::array kReportOptions{
    Option{"generation", "N", "the refused token's generation, as token --json has it (that of the present token)"},
    Option{"status", "CODE", "the HTTP status that Clio answered (401)"},
    kJson,
};
constexpr std::array kDefaultOptions{
    Option{"clear", "", "choose no account"},
    kJson,
};
constexpr Option kAll{"all", "", "do it for every account"};
constexpr std::array kListOptions{
    Option{"state", "STATE",
           "only accounts that are ready, refreshing, stale, needs_attention, login_required or unknown_outcome",
           kStates},
    Option{"app", "APP", "only accounts of this app"},
    Option{"sort", "KEY", "by name, app, state or expiry", kSortKeys},
    kJson,
};
constexpr std::array kEventOptions{
    Option{"account", "ACCOUNT", "only events of this account"},
    Option{"since", "WHEN", "begin with those since WHEN: 2h, 10:00 or '2026-11-27 10:00'"},
    kJson,
};
constexpr std::array kRefreshOptions{
    kAll,
    Option{"revive", "", "also retry a refresh token that was refused"},
    kJson,
};
constexpr std::array kLogoutOptions{
    kAll,
    Option{"yes", "", "do not ask before --all"},
    Option{"local", "", "only forget the account here; keep the grant at Clio"},
    kJson,
};
constexpr std::array kAppAddOptions{
    Option{"product", "PRODUCT", "manage or platform", kProducts},
    Option{"region", "REGION", "us, eu, ca or au", kRegions},
    Option{"client-id", "ID", "the app's key"},
    Option{"redirect-uri", "URI", "exactly as registered with Clio; may be repeated"},
    Option{"secret-file", "FILE", "read the app's secret from FILE (- for standard input) instead of asking for it"},
    Option{"scope", "SCOPE", "scope to request (platform only)"},
    Option{"rotation", "KIND", "reusable or single_use, if not the default of the product", kRotations},
    Option{"pkce", "", "use PKCE even if the product does not by default"},
    Option{"no-pkce", "", "do not use PKCE even if the product does by default"},
    Option{"client-auth", "WAY", "body or basic: how the secret is sent", kClientAuths},
    Option{"endpoint", "NAME=URL", "authorization, token, deauthorize, api_base or who_am_i; may be repeated"},
    Option{"replace-grants", "", "change it under its accounts, which must then log in again"},
    kJson,
};
constexpr std::array kUnlockOptions{
    Option{"recovery-key", "", "use the recovery key instead of a passphrase"},
    kAcceptCost,
    kStdin,
    kAskPassword,
    kJson,
};
constexpr std::array kKeyAddOptions{
    Option{"calibrate", "MS", "make each passphrase attempt take about MS milliseconds, 100 to 60000"},
    kAcceptWeak,
    kStdin,
    kAskPassword,
    kJson,
};
constexpr std::array kBackupOptions{
    Option{"move", "", "move the accounts: from now on only the agent that restores the backup uses them"},
    Option{"recovery-key", "", "seal it with a new recovery key, which is printed, instead of a passphrase"},
    kAcceptWeak,
    kStdin,
    kAskPassword,
    kJson,
};
constexpr std::array kRestoreOptions{
    kAcceptCost,
    kStdin,
    kAskPassword,
    kJson,
};
constexpr std::array kKeyRotateOptions{
    Option{"wait", "", "wait until all records are re-encrypted"},
    kJson,
};
constexpr std::array kKeyTestOptions{
    Option{"passphrase", "", "ask for a passphrase and test it"},
    Option{"recovery-key", "", "ask for the recovery key and test it"},
    kAcceptCost,
    kStdin,
    kAskPassword,
    kJson,
};

constexpr std::array kCommands{
    Command{"login",
            "[ACCOUNT] [--app APP] [--no-browser | --paste | --list | --cancel] [--replace-user] "
            "[--accept-unknown-user] [--json]",
            "Log in to Clio in the browser and save the grant as ACCOUNT", kLoginOptions, 0, 1, false, login},
    Command{"token", "[ACCOUNT] [--min-ttl S] [--header | --curl | --json]", "Print a valid access token",
            kTokenOptions, 0, 1, false, token},
    Command{"run", "[ACCOUNT] [--min-ttl S] -- COMMAND...", "Run COMMAND with a token in its environment", kRunOptions,
            0, 1, true, run_program},
    Command{"report", "[ACCOUNT] [--generation N] [--status CODE] [--json]", "Report that Clio refused a token",
            kReportOptions, 0, 1, false, report_token},
    Command{"list", "[--state STATE] [--app APP] [--sort KEY] [--json]", "List the accounts", kListOptions, 0, 0, false,
            list_accounts},
    Command{"show", "[ACCOUNT] [--json]", "Show everything about an account except its tokens", kOnlyJson, 0, 1, false,
            show_account},
    Command{"default", "[ACCOUNT] [--clear] [--json]", "Show or choose the account that is used when none is named",
            kDefaultOptions, 0, 1, false, choose_default},
    Command{"status", "[--json]", "Show the status of the agent", kOnlyJson, 0, 0, false, show_status},
    Command{"doctor", "[--json]", "Say what is wrong, and what to do", kOnlyJson, 0, 0, false, doctor},
    Command{"refresh", "[ACCOUNT | --all] [--revive] [--json]", "Refresh an account's token now", kRefreshOptions, 0, 1,
            false, refresh_account},
    Command{"logout", "[ACCOUNT | --all [--yes]] [--local] [--json]", "End the grant at Clio and forget the account",
            kLogoutOptions, 0, 1, false, logout},
    Command{"events", "[--account ACCOUNT] [--since WHEN] [--json]", "Print events as they happen", kEventOptions, 0, 0,
            false, follow_events},
    Command{"app list", "[--json]", "List the registered apps", kOnlyJson, 0, 0, false, list_apps},
    Command{"app show", "NAME [--json]", "Show everything about an app except its secret", kOnlyJson, 1, 1, false,
            show_app},
    Command{"app add",
            "NAME [--product PRODUCT] [--region REGION] [--client-id ID] [--redirect-uri URI]... [--secret-file FILE] "
            "[--scope SCOPE] [--rotation KIND] [--pkce | --no-pkce] [--client-auth WAY] [--endpoint NAME=URL]... "
            "[--replace-grants] [--json]",
            "Add or replace an app", kAppAddOptions, 1, 1, false, add_app},
    Command{"app check", "NAME [--json]", "Look for what a login through an app would meet", kOnlyJson, 1, 1, false,
            check_app},
    Command{"app remove", "NAME [--json]", "Remove an app that no account uses", kOnlyJson, 1, 1, false, remove_app},
    Command{"lock", "[--json]", "Make the agent forget its key and all tokens", kOnlyJson, 0, 0, false, lock},
    Command{"unlock", "[--recovery-key] [--accept-cost] [--stdin | --ask-password] [--json]",
            "Open the agent's store with a passphrase or the recovery key", kUnlockOptions, 0, 0, false, unlock},
    Command{"key list", "[--json]", "List the key slots, any of which opens the store", kOnlyJson, 0, 0, false,
            list_keys},
    Command{"key add", "KIND [PATH | NAME] [--calibrate MS] [--accept-weak] [--stdin | --ask-password] [--json]",
            "Add a key slot: passphrase, recovery, file PATH or credential NAME", kKeyAddOptions, 1, 2, false, add_key},
    Command{"key remove", "ID [--json]", "Remove a key slot", kOnlyJson, 1, 1, false, remove_key},
    Command{"key rotate", "[--wait] [--json]", "Make a new data key and re-encrypt all records", kKeyRotateOptions, 0,
            0, false, rotate_keys},
    Command{"key test", "[--passphrase] [--recovery-key] [--accept-cost] [--stdin | --ask-password] [--json]",
            "Check that key slots open", kKeyTestOptions, 0, 0, false, test_keys},
    Command{"backup", "FILE [--move] [--recovery-key] [--accept-weak] [--stdin | --ask-password] [--json]",
            "Copy apps and accounts into FILE, sealed with a separate passphrase", kBackupOptions, 1, 1, false, backup},
    Command{"restore", "FILE [--accept-cost] [--stdin | --ask-password] [--json]",
            "Restore what is missing from a backup", kRestoreOptions, 1, 1, false, restore},
    Command{"env", "", "Print shell code that sets CLIO_AGENT_SOCK", {}, 0, 0, false, print_environment},
    Command{"help", "[COMMAND [SUBCOMMAND]]", "Explain a command", {}, 0, 2, false, print_help},
    Command{"version", "", "Print the version", {}, 0, 0, false, print_version},
};

}  // namespace

std::span<const Command> all_commands() noexcept {
    return kCommands;
}

std::span<const Option> common_options() noexcept {
    return kCommonOptions;
}

const Command* find_command(std::string_view name) noexcept {
    const auto* const found =
        std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& command) { return command.name == name; });
    return found == kCommands.end() ? nullptr : found;
}

std::vector<const Command*> group_members(std::string_view group) {
    std::vector<const Command*> members;
    for (const Command& command : kCommands) {
        const std::string_view name = command.name;
        if (name.size() > group.size() && name.starts_with(group) && name[group.size()] == ' ')
            members.push_back(&command);
    }
    return members;
}

std::vector<std::string_view> command_names() {
    std::vector<std::string_view> names;
    for (const Command& command : kCommands) names.push_back(command.name);
    return names;
}

}  // namespace agent
