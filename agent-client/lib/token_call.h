// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/agent_client.h"

namespace agent {

/// A token, and the answer that it came in. The views live as long as the answer.
struct GivenToken {
    Answer answer;
    std::string_view account;
    std::string_view access_token;
    std::string_view api_base;
    std::int64_t expires_at = 0;
    std::uint64_t generation = 0;
    bool min_ttl_met = true;
};

/// Asks for a token of `account`; without one for that of the only account. Without `min_ttl` the agent's default
/// counts. Fails with "bad_request" for what is no account name, with "internal" when the answer lacks something.
[[nodiscard]] Reply<GivenToken> get_token(const AgentClient& client, std::optional<std::string_view> account,
                                          std::optional<std::chrono::seconds> min_ttl);

enum class ReportAnswer { kIgnored, kNewerExists, kRefreshing };

/// Tells that Clio answered `status` to the token of `generation`.
[[nodiscard]] Reply<ReportAnswer> report_refusal(const AgentClient& client, std::string_view account,
                                                 std::uint64_t generation, int status);

/// "/v1/accounts/{account}"; fails with "bad_request" for what is no account name.
[[nodiscard]] Reply<std::string> account_path(std::string_view account);

}  // namespace agent
