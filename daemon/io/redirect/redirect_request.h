// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/text/encoding.h"
#include "base/text/url.h"
#include "ports/redirect_listener.h"

namespace agent {

/// Browsers send a few hundred bytes, and Clio's redirect adds a code and a state.
inline constexpr std::size_t kLongestRedirectHead = std::size_t{16} * 1024;

/// Where the header of an HTTP request in `text` ends, including its blank line; nullopt if it is incomplete.
[[nodiscard]] std::optional<std::size_t> end_of_head(std::string_view text) noexcept;

/// What the browser came for, of a user who is not known here; or the HTTP status to refuse the request with.
using RedirectRequest = std::variant<BrowserVisit, int>;

/// Checks the complete header of a request to the listener of `redirect_uri`: accepts only a GET of exactly its path,
/// or of that of start links, with exactly its host and port. The Host header reveals a page that pointed its own host
/// name at this machine (DNS rebinding). A browser that only prepares a visit gets 503 and asks again for the visit:
/// what works once is for a person who sees the page.
[[nodiscard]] RedirectRequest read_redirect_request(std::string_view text, const Url& redirect_uri);

}  // namespace agent
