// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text/nearest.h"
#include "core/accounts/account.h"
#include "core/apps/apps.h"

namespace agent {

[[nodiscard]] inline Error no_such_account(const AccountMap& accounts, std::string_view name) {
    std::vector<std::string_view> names;
    if (accounts.size() <= kMostNearWords)
        for (const auto& [known, account] : accounts) names.push_back(known);
    const std::string meant = did_you_mean(name, names);
    return {.code = Error::Code::kNotFound,
            .message = "account " + std::string(name) + ": no such account" +
                       (meant.empty() ? "; clioctl list names those there are" : meant)};
}

/// Why the record of an account cannot be changed as it is, if it cannot.
[[nodiscard]] inline std::optional<Error> why_not_changed(const Account& account) {
    const std::string& name = account.record.name;
    if (!account.damage.empty())
        return Error{.code = Error::Code::kInternal, .message = "account " + name + ": " + account.damage};
    if (account.record.life.state == State::kTokensUnsaved)
        return Error{.code = Error::Code::kTemporarilyUnavailable,
                     .message = "account " + name + ": its new tokens wait for the disk"};
    return std::nullopt;
}

}  // namespace agent
