// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/json/json_writer.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/table.h"
#include "cli/input/backup_file.h"
#include "cli/input/secret_source.h"
#include "cli/proof.h"
#include "cli/record_sender.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

/// The key of the backup, once the agent has found the backup complete.
Reply<SecretString> open_backup(const AgentClient& client, const Arguments& arguments, const BackupFile& file) {
    const bool by_recovery_key = file.kdf() == nullptr;
    AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
    AGENT_TRY(const SecretString secret, source.read(by_recovery_key ? "Recovery key" : "Passphrase of the backup"));
    JsonWriter body;
    body.begin_object().member("records", file.records()).member("end", file.end());
    body.member(by_recovery_key ? "recovery_key" : "passphrase", secret.reveal());
    if (!by_recovery_key) AGENT_CHECK(write_kdf(body, *file.kdf()));
    if (arguments.has("accept-cost")) body.member("accept_cost", true);
    body.end_object();
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = "/v1/restores", .body = body.view()},
                                               request_times::kDerivation));
    AGENT_TRY(const auto key, need_string(answer.json, "key"));
    return SecretString(key);
}

Tone tone_of_result(const std::string& result) {
    if (result == "restored") return Tone::kGood;
    return result == "failed" ? Tone::kBad : Tone::kWarning;
}

Reply<void> print_table(const std::vector<RecordSender::Outcome>& outcomes) {
    if (outcomes.empty()) return print("The backup is empty\n");
    std::vector<Row> rows{
        {{"KIND", Tone::kHeading}, {"NAME", Tone::kHeading}, {"RESULT", Tone::kHeading}, {"DETAILS", Tone::kHeading}}};
    for (const RecordSender::Outcome& outcome : outcomes)
        rows.push_back({outcome.kind, outcome.name, {outcome.result, tone_of_result(outcome.result)}, outcome.detail});
    return print(render_table(rows, wants_colour()));
}

Reply<void> print_as_json(const std::vector<RecordSender::Outcome>& outcomes) {
    JsonWriter out;
    out.begin_object().key("records").begin_array();
    for (const RecordSender::Outcome& outcome : outcomes) {
        out.begin_object().member("kind", outcome.kind).member("name", outcome.name);
        out.member("result", outcome.result).member("detail", outcome.detail).end_object();
    }
    out.end_array().end_object();
    return print_json(out.view());
}

}  // namespace

Reply<int> restore(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const BackupFile file, BackupFile::read(std::string(arguments.words.front())));
    AGENT_TRY(SecretString key, open_backup(client, arguments, file));
    RecordSender sender(
        [&](const AgentRequest& request) { return call_as_person(client, arguments, request, RecordSender::kStoring); },
        std::move(key));
    auto sent = send_all(file, sender, "records restored");
    // Also after a failure: what was restored until then stays.
    AGENT_CHECK(arguments.has("json") ? print_as_json(sender.outcomes()) : print_table(sender.outcomes()));
    if (!sent) return tl::unexpected(sent.error());
    return std::ranges::any_of(sender.outcomes(), [](const RecordSender::Outcome& o) { return o.result == "failed"; })
               ? 1
               : 0;
}

}  // namespace agent
