// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace agent {

[[nodiscard]] inline Error no_such_account(std::string_view name) {
    return {.code = Error::Code::kNotFound,
            .message = "account " + std::string(name) + ": no such account; clioctl list names those there are"};
}

[[nodiscard]] inline Error app_not_registered(const std::string& account, const std::string& app) {
    return {.code = Error::Code::kNotFound,
            .message =
                "account " + account + ": its app " + app + " is not registered; add it with: clioctl app add " + app};
}

}  // namespace agent
