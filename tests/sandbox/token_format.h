// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace agent::sandbox {

/// The two shapes that Clio's tokens were seen in. They are opaque: a client that reads more into one is wrong.
enum class TokenFormat {
    kPlain,     // 40 letters and digits
    kPrefixed,  // digits, "-", 34 to 40 letters and digits
};

/// A new token, code or form id; nobody can guess it.
[[nodiscard]] std::string make_token(TokenFormat format);

}  // namespace agent::sandbox
