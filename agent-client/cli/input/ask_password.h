// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/secret/secret.h"
#include "lib/failure.h"

namespace agent {

/// Asks through systemd-ask-password(1), which uses the terminal, otherwise the console or the desktop, and gives up
/// after 90 s. Fails with "bad_request" if it cannot be started, with "interrupted" if it got no answer.
[[nodiscard]] Reply<std::optional<SecretString>> ask_by_systemd(const std::string& prompt);

}  // namespace agent
