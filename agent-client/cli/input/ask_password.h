// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/secret/secret.h"
#include "lib/failure.h"

namespace agent {

/// Has systemd-ask-password(1) ask, which reaches a person on the terminal, else at the console or on the desktop, and
/// gives up after 90 s. Fails with "bad_request" when it cannot be started, with "interrupted" when it got no answer.
[[nodiscard]] Reply<std::optional<SecretString>> ask_by_systemd(const std::string& prompt);

}  // namespace agent
