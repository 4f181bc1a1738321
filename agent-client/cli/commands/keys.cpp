// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include "base/json/json_writer.h"
#include "base/text/number.h"
#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/key_view.h"
#include "cli/display/output.h"
#include "cli/display/progress.h"
#include "cli/input/secret_source.h"
#include "cli/proof.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(2);

Reply<Answer> get_keys(const AgentClient& client) {
    return client.call({.method = "GET", .target = "/v1/keys"});
}

/// Polls, at growing intervals, until every record is sealed with the new key.
Reply<void> await_rotation(const AgentClient& client) {
    std::optional<Progress> progress;
    for (Duration pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
        AGENT_TRY(const Answer answer, get_keys(client));
        AGENT_TRY(const bool rotating, need_boolean(answer.json, "rotating"));
        if (!rotating) return {};
        const auto records = answer.json.find_integer("records").value_or(0);
        const auto left = answer.json.find_integer("records_left").value_or(0);
        if (records > 0 && left >= 0 && left <= records) {
            if (!progress) progress.emplace("records re-encrypted", static_cast<std::size_t>(records));
            progress->show(static_cast<std::size_t>(records - left));
        }
        AGENT_CHECK(Patience::without_end().pause(pause));
    }
}

/// The number of a slot, for a request path.
Reply<std::string> slot_id(const Arguments& arguments) {
    const std::string_view word = arguments.words.front();
    const auto id = whole_number<std::uint32_t>(word);
    if (!id) return usage(arguments.command, "ID must be a number from 'clioctl key list'");
    return std::to_string(*id);
}

Reply<void> write_secrets(JsonWriter& out, const Arguments& arguments) {
    AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
    const bool wants_any = arguments.has("passphrase") || arguments.has("recovery-key");
    for (const char* option : {"stdin", "ask-password"}) {
        if (wants_any || !arguments.has(option)) continue;
        return usage(arguments.command, "--" + std::string(option) + " requires --passphrase or --recovery-key");
    }
    out.begin_object();
    if (arguments.has("passphrase")) {
        AGENT_TRY(const SecretString passphrase, source.read("Passphrase"));
        out.member("passphrase", passphrase.reveal());
    }
    if (arguments.has("recovery-key")) {
        AGENT_TRY(const SecretString key, source.read("Recovery key"));
        out.member("recovery_key", key.reveal());
    }
    if (arguments.has("accept-cost")) out.member("accept_cost", true);
    out.end_object();
    return {};
}

}  // namespace

Reply<int> list_keys(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, get_keys(client));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const Json::Array* slots, need_array(answer.json, "slots"));
    AGENT_TRY(const bool rotating, need_boolean(answer.json, "rotating"));
    if (slots->empty()) {
        tell("No key slot yet: clioctl key add passphrase\n");
        return 0;
    }
    AGENT_TRY(const auto rows, key_slots_table(*slots, unix_now()));
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    if (rotating) tell("Records are still being re-encrypted with a new data key.\n");
    return 0;
}

Reply<int> remove_key(const Arguments& arguments) {
    AGENT_TRY(const std::string id, slot_id(arguments));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(call_as_person(client, arguments, {.method = "DELETE", .target = "/v1/keys/" + id}));
    if (!arguments.has("json")) AGENT_CHECK(print("Removed key slot " + id + "\n"));
    return 0;
}

Reply<int> rotate_keys(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(client.call({.method = "POST", .target = "/v1/keys/rotate"}));
    const bool wait = arguments.has("wait");
    if (wait) AGENT_CHECK(await_rotation(client));
    if (arguments.has("json")) return 0;
    AGENT_CHECK(print(wait ? "All records are re-encrypted with a new data key\n"
                           : "New data key made; records are being re-encrypted\n"));
    return 0;
}

Reply<int> test_keys(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    JsonWriter body;
    AGENT_CHECK(write_secrets(body, arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = "/v1/keys/test", .body = body.view()},
                                               request_times::kAllSlots));
    AGENT_TRY(const Json::Array* slots, need_array(answer.json, "slots"));
    AGENT_TRY(const auto rows, key_test_table(*slots));
    AGENT_CHECK(arguments.has("json") ? print_json(answer) : print(render_table(rows, wants_colour())));
    return any_fails(*slots) ? 1 : 0;
}

}  // namespace agent
