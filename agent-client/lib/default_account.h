// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/socket/socket_path.h"

namespace agent {

/// Where a person's choice of `clioctl default` is kept: $XDG_CONFIG_HOME/clio-agent/account, otherwise
/// $HOME/.config/clio-agent/account. Empty when neither variable has an absolute path.
[[nodiscard]] std::string default_account_file(const Surroundings& surroundings = Surroundings::real());

/// The account to use when none is named: $CLIO_ACCOUNT, otherwise the person's choice; nullopt when there is neither.
[[nodiscard]] std::optional<std::string> default_account(const Surroundings& surroundings = Surroundings::real());

/// The person's choice alone.
[[nodiscard]] std::optional<std::string> chosen_account(const Surroundings& surroundings = Surroundings::real());

}  // namespace agent
