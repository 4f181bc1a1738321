// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/agent_client.h"

namespace agent {

/// A token and the answer that contained it. The views live as long as the answer.
struct GivenToken {
    Answer answer;
    std::string_view account;
    std::string_view access_token;
    std::string_view api_base;
    std::int64_t expires_at = 0;
    std::uint64_t generation = 0;
    bool min_ttl_met = true;
    std::string_view state;  // of the account; empty from an agent of 0.1.0
    std::string_view reason;
};

/// Requests a token of `account`, by default of the only account. Without `min_ttl` the agent's default applies. Fails
/// with "bad_request" for an invalid account name, with "internal" if the answer is incomplete.
[[nodiscard]] Reply<GivenToken> get_token(const AgentClient& client, std::optional<std::string_view> account,
                                          std::optional<std::chrono::seconds> min_ttl);

enum class ReportAnswer { kIgnored, kNewerExists, kRefreshing };

/// Reports that Clio answered `status` to the token of `generation`.
[[nodiscard]] Reply<ReportAnswer> report_refusal(const AgentClient& client, std::string_view account,
                                                 std::uint64_t generation, int status);

/// "/v1/accounts/{account}"; fails with "bad_request" for an invalid account name.
[[nodiscard]] Reply<std::string> account_path(std::string_view account);

}  // namespace agent
