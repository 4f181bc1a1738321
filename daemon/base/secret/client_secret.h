// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// Why `text` cannot be a client id or a client secret, which have printable ASCII only (RFC 6749 appendix A.1, A.2):
/// "has an invisible or foreign character (byte 0xc2 at position 5)". Empty if it can. Quotes nothing of it.
[[nodiscard]] std::string why_not_client_text(std::string_view text);

/// The client secret in the text of a file or in a line that was typed: blanks and line ends at its end do not belong
/// to it. Fails with kBadRequest, as "`source`: reason", if it is empty or has another line or a character that no
/// secret has.
[[nodiscard]] Result<SecretString> client_secret_of(std::string_view text, std::string_view source);

}  // namespace agent
