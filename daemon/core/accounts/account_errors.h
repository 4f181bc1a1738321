// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/accounts/account.h"
#include "core/apps/apps.h"

namespace agent {

[[nodiscard]] inline Error no_such_account(std::string_view name) {
    return {.code = Error::Code::kNotFound,
            .message = "account " + std::string(name) + ": no such account; clioctl list names those there are"};
}

[[nodiscard]] inline Error app_not_registered(const std::string& account, const std::string& app) {
    return {.code = Error::Code::kNotFound, .message = "account " + account + ": its " + app_not_registered(app)};
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
