// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "base/json/json_writer.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/input/absolute_path.h"
#include "cli/input/secret_source.h"
#include "cli/proof.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

/// Checks which arguments and options each kind requires and allows.
Reply<void> check(const Arguments& arguments) {
    const std::string kind(arguments.words.front());
    const bool has_place = arguments.words.size() > 1;
    const bool is_passphrase = kind == "passphrase";
    if (!is_passphrase && kind != "recovery" && kind != "file" && kind != "credential") {
        return usage(arguments.command, "KIND is passphrase, recovery, file or credential");
    }
    if (kind == "file" && !has_place) return usage(arguments.command, "PATH is missing");
    if (kind == "credential" && !has_place) return usage(arguments.command, "NAME is missing");
    if ((is_passphrase || kind == "recovery") && has_place) {
        return usage(arguments.command, kind + " takes no argument; secrets are never passed as arguments");
    }
    for (const char* option : {"calibrate", "accept-weak", "stdin", "ask-password"}) {
        if (!is_passphrase && arguments.has(option)) {
            return usage(arguments.command, "--" + std::string(option) + " is only valid with passphrase");
        }
    }
    return {};
}

Reply<void> write_passphrase(JsonWriter& out, const Arguments& arguments) {
    AGENT_TRY(const auto calibrate, arguments.number("calibrate", 100, 60000));
    AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
    AGENT_TRY(const SecretString passphrase, source.read_new("passphrase"));
    out.member("passphrase", passphrase.reveal());
    if (calibrate) out.member("calibrate", *calibrate);
    return {};
}

/// Writes the request, and asks for the passphrase if there is one.
Reply<void> write_slot(JsonWriter& out, const Arguments& arguments) {
    const std::string_view kind = arguments.words.front();
    out.begin_object().member("kind", kind);
    if (kind == "passphrase") AGENT_CHECK(write_passphrase(out, arguments));
    if (kind == "file") out.member("file", absolute_path(std::string(arguments.words[1])));
    if (kind == "credential") out.member("credential", arguments.words[1]);
    out.end_object();
    return {};
}

/// Prints only the key on standard output, so that it can be piped to a printer or a vault.
Reply<void> print_recovery_key(const Json& answer, const std::string& id) {
    AGENT_TRY(const std::string_view key, need_string(answer, "recovery_key"));
    SecretBuffer line;
    line.append(key);
    line.append("\n");
    tell("Key slot " + id +
         " is opened by this recovery key. Write it down now and keep it away from this machine:\n"
         "it opens the store like a passphrase, and it is never shown again.\n\n");
    return print(line.view());
}

}  // namespace

Reply<int> add_key(const Arguments& arguments) {
    AGENT_CHECK(check(arguments));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    JsonWriter body;
    AGENT_CHECK(write_slot(body, arguments));
    AGENT_TRY(const Answer answer,
              call_as_person(client, arguments, {.method = "POST", .target = "/v1/keys", .body = body.view()},
                             request_times::kCalibration));
    const bool is_recovery = arguments.words.front() == "recovery";
    if (is_recovery) warn_of_readable_output("recovery key");
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const auto number, need_integer(answer.json, "id"));
    const std::string id = std::to_string(number);
    AGENT_CHECK(is_recovery ? print_recovery_key(answer.json, id) : print("Added key slot " + id + "\n"));
    return 0;
}

}  // namespace agent
