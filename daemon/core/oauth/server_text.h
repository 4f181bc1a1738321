// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/secret/secret.h"

namespace agent {

/// Text from the network made fit for a message to a person: printable(), and at most 200 bytes. Servers like to repeat
/// what they refuse: each of `sent` is replaced by "[secret]", be it percent-encoded or cut off after its first 8
/// characters.
[[nodiscard]] std::string quoted_server_text(std::string_view text, std::span<const SecretString> sent = {});

/// What the member `error` of an answer says, as it stands in the JSON text: a code, or an object with `type` and
/// `message`, as Clio's API has it, which becomes "UnauthorizedError: The app is suspended". Empty if it says nothing.
[[nodiscard]] std::string error_member_text(std::string_view value, std::span<const SecretString> sent = {});

/// What an answer says went wrong: its `error`, with the `error_description` beside it (RFC 6749 section 5.2). Only for
/// people, and so as much as can be read, also of an answer that was cut off; empty for anything else than JSON.
[[nodiscard]] std::string server_error_text(std::string_view body, std::span<const SecretString> sent = {});

}  // namespace agent
