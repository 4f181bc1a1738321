// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/text/encoding.h"

namespace agent {

/// Browsers send a few hundred bytes, and Clio's redirect adds a code and a state.
inline constexpr std::size_t kLongestRedirectHead = std::size_t{16} * 1024;

/// Where the head of an HTTP request in `text` ends, its blank line included; nothing while that has not come.
[[nodiscard]] std::optional<std::size_t> end_of_head(std::string_view text) noexcept;

/// The query of a redirect, or the HTTP status that refuses the request.
using RedirectRequest = std::variant<std::string, int>;

/// Decides on the whole head of a request to the listener of `redirect_uri`: a query only for GET of exactly its path,
/// from a browser that was sent to exactly its host and port. The Host header is what tells such a browser from one
/// whose page merely pointed its own host name at this machine (DNS rebinding).
[[nodiscard]] RedirectRequest read_redirect_request(std::string_view head, const Url& redirect_uri);

}  // namespace agent
