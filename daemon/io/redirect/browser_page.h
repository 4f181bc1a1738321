// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ports/redirect_listener.h"

namespace agent {

/// The HTML text of a page: no script, no external resource, every text from outside escaped.
[[nodiscard]] std::string render_browser_page(const BrowserPage& page);

/// A complete HTTP/1.1 answer with `page`, after which the connection closes. 200 if the user has decided, 303 to
/// Clio's page, 400 if the login failed, 404 if none was expected.
[[nodiscard]] std::string browser_answer(const BrowserPage& page);
/// The same with the page of Kind::kNotExpected, for a request that is refused with `status`.
[[nodiscard]] std::string browser_refusal(int status, const std::string& reason = {});

}  // namespace agent
