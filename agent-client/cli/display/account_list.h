// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "lib/failure.h"

namespace agent {

/// Which of the agent's accounts are listed, and in which order.
struct AccountSelection {
    std::optional<std::string_view> state;
    std::optional<std::string_view> app;
    std::string_view sort = "name";  // name, app, state or expiry
};

/// The accounts as selected. They live as long as `accounts`.
[[nodiscard]] Reply<std::vector<const Json*>> select_accounts(const Json::Array& accounts,
                                                              const AccountSelection& selection);

/// "3 accounts: 2 ready, 1 login_required".
[[nodiscard]] std::string sum_of_accounts(const std::vector<const Json*>& accounts);

/// A reason of the agent in plain words, for a list. The server's own words are in `clioctl show`.
[[nodiscard]] std::string plain_reason(std::string_view reason);

}  // namespace agent
