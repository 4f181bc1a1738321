// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/secret/secret.h"

namespace agent {

/// Text from the network made fit for a message to a person: at most 200 characters, control characters and broken
/// UTF-8 replaced by '?'. Servers like to repeat what they refuse: each of the secrets that were `sent` to this one is
/// replaced by "[secret]", be it percent-encoded or cut off after its first 8 characters.
[[nodiscard]] std::string quoted_server_text(std::string_view text, std::span<const SecretString> sent = {});

}  // namespace agent
