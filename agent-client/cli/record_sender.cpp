// SPDX-License-Identifier: Apache-2.0
#include "cli/record_sender.h"

#include "cli/display/progress.h"
#include "lib/members.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::size_t kFullBody = limits::kBodyBytes - 256;

}  // namespace

Reply<void> RecordSender::add(std::string_view record) {
    if (!records_.empty() && records_.size() + record.size() > kFullBody) AGENT_CHECK(send());
    records_.append(records_.empty() ? "" : ",");
    records_.append(record);
    return {};
}

Reply<void> RecordSender::send() {
    if (records_.empty()) return {};
    SecretBuffer body;
    for (const std::string_view part :
         {std::string_view(R"({"key":")"), key_.reveal(),
          std::string_view(check_only_ ? R"(","check_only":true,"records":[)" : R"(","records":[)"), records_.view(),
          std::string_view("]}")})
        body.append(part);
    records_.clear();
    AGENT_TRY(const Answer answer, call_({.method = "POST", .target = "/v1/restores/records", .body = body.view()}));
    AGENT_TRY(const Json::Array* restored, need_array(answer.json, "records"));
    for (const Json& record : *restored) AGENT_CHECK(note(record));
    return {};
}

Reply<void> send_all(const BackupFile& file, RecordSender& sender, const char* what) {
    Progress progress(what, static_cast<std::size_t>(file.records()));
    AGENT_CHECK(file.each_record([&](std::string_view record) {
        const Reply<void> added = sender.add(record);
        progress.show(sender.outcomes().size());
        return added;
    }));
    AGENT_CHECK(sender.send());
    progress.show(sender.outcomes().size());
    return {};
}

Reply<void> RecordSender::note(const Json& record) {
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

}  // namespace agent
