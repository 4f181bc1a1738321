// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace agent::sandbox {

/// RFC 7636 section 4.6 with S256. A verifier without a challenge is refused too: it shows that someone took the
/// challenge out of the authorization request (RFC 9700 section 4.8.2).
[[nodiscard]] bool is_verifier_of(std::string_view code_verifier, std::string_view code_challenge);

/// Whether it can be the S256 challenge of some verifier: 43 base64url characters.
[[nodiscard]] bool is_challenge(std::string_view code_challenge);

}  // namespace agent::sandbox
