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
#include "cli/session.h"
#include "lib/members.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kDeriving{60};
constexpr std::chrono::seconds kStoring{60};
constexpr std::size_t kFullBody = limits::kBodyBytes - 256;

/// What became of a record.
struct Outcome {
    std::string kind;
    std::string name;
    std::string result;
    std::string detail;
};

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
    AGENT_TRY(const Answer answer,
              client.call({.method = "POST", .target = "/v1/restores", .body = body.view()}, kDeriving));
    AGENT_TRY(const auto key, need_string(answer.json, "key"));
    return SecretString(key);
}

/// Sends records to the agent, as many at a time as fit in a request.
class Sender {
  public:
    Sender(const AgentClient& client, SecretString key) : client_(client), key_(std::move(key)) {}

    Reply<void> add(std::string_view record) {
        if (!records_.empty() && records_.size() + record.size() > kFullBody) AGENT_CHECK(send());
        records_.append(records_.empty() ? "" : ",");
        records_.append(record);
        return {};
    }

    /// Sends what was added since the last time.
    Reply<void> send() {
        if (records_.empty()) return {};
        SecretBuffer body;
        for (const std::string_view part :
             {std::string_view(R"({"key":")"), key_.reveal(), std::string_view(R"(","records":[)"), records_.view(),
              std::string_view("]}")})
            body.append(part);
        records_.clear();
        AGENT_TRY(const Answer answer,
                  client_.call({.method = "POST", .target = "/v1/restores/records", .body = body.view()}, kStoring));
        AGENT_TRY(const Json::Array* restored, need_array(answer.json, "records"));
        for (const Json& record : *restored) AGENT_CHECK(note(record));
        return {};
    }

    [[nodiscard]] const std::vector<Outcome>& outcomes() const noexcept { return outcomes_; }

  private:
    Reply<void> note(const Json& record) {
        AGENT_TRY(const auto kind, need_string(record, "kind"));
        AGENT_TRY(const auto name, need_string(record, "name"));
        AGENT_TRY(const auto result, need_string(record, "result"));
        AGENT_TRY(const auto detail, need_string(record, "detail"));
        outcomes_.push_back({.kind = std::string(kind),
                             .name = std::string(name),
                             .result = std::string(result),
                             .detail = std::string(detail)});
        return {};
    }

    const AgentClient& client_;
    SecretString key_;
    SecretBuffer records_;
    std::vector<Outcome> outcomes_;
};

Tone tone_of(const std::string& result) {
    if (result == "restored") return Tone::kGood;
    return result == "failed" ? Tone::kBad : Tone::kWarning;
}

Reply<void> print_table(const std::vector<Outcome>& outcomes) {
    if (outcomes.empty()) return print("The backup is empty\n");
    std::vector<Row> rows{
        {{"KIND", Tone::kHeading}, {"NAME", Tone::kHeading}, {"RESULT", Tone::kHeading}, {"DETAILS", Tone::kHeading}}};
    for (const Outcome& outcome : outcomes)
        rows.push_back({outcome.kind, outcome.name, {outcome.result, tone_of(outcome.result)}, outcome.detail});
    return print(render_table(rows, wants_colour()));
}

Reply<void> print_as_json(const std::vector<Outcome>& outcomes) {
    JsonWriter out;
    out.begin_object().key("records").begin_array();
    for (const Outcome& outcome : outcomes) {
        out.begin_object().member("kind", outcome.kind).member("name", outcome.name);
        out.member("result", outcome.result).member("detail", outcome.detail).end_object();
    }
    out.end_array().end_object();
    return print_line(out.view());
}

}  // namespace

Reply<int> restore(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const BackupFile file, BackupFile::read(std::string(arguments.words.front())));
    AGENT_TRY(SecretString key, open_backup(client, arguments, file));
    Sender sender(client, std::move(key));
    auto sent = file.each_record([&](std::string_view record) { return sender.add(record); });
    if (sent) sent = sender.send();
    // Also after a failure: what was restored until then stays.
    AGENT_CHECK(arguments.has("json") ? print_as_json(sender.outcomes()) : print_table(sender.outcomes()));
    if (!sent) return tl::unexpected(sent.error());
    return std::ranges::any_of(sender.outcomes(), [](const Outcome& o) { return o.result == "failed"; }) ? 1 : 0;
}

}  // namespace agent
