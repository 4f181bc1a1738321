// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret/secret.h"
#include "cli/input/backup_file.h"
#include "lib/agent_client.h"

namespace agent {

/// Sends records of a backup to the agent, as many at a time as fit in a request.
class RecordSender {
  public:
    /// What became of a record.
    struct Outcome {
        std::string kind;
        std::string name;
        std::string result;  // "restorable" or "failed" when they are only checked
        std::string detail;
    };

    /// The agent may take this long to answer one request.
    static constexpr std::chrono::seconds kStoring{60};

    /// `call` sends a request. With `check_only` nothing is restored.
    using Call = std::function<Reply<Answer>(const AgentRequest&)>;
    RecordSender(Call call, SecretString key, bool check_only = false)
        : call_(std::move(call)), key_(std::move(key)), check_only_(check_only) {}

    /// A line of a backup.
    Reply<void> add(std::string_view record);
    /// Sends what was added since the last time.
    Reply<void> send();

    [[nodiscard]] const std::vector<Outcome>& outcomes() const noexcept { return outcomes_; }

  private:
    Reply<void> note(const Json& record);

    Call call_;
    SecretString key_;
    bool check_only_;
    SecretBuffer records_;
    std::vector<Outcome> outcomes_;
};

/// Sends every record of `file`, and shows how far that is: `what` is "records restored".
[[nodiscard]] Reply<void> send_all(const BackupFile& file, RecordSender& sender, const char* what);

}  // namespace agent
