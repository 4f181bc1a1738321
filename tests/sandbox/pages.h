// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "consents.h"
#include "message.h"
#include "state.h"

namespace agent::sandbox {

// What a person sees in the browser: plain pages that load nothing from anywhere.

/// Asks whether the client may have access. Its form comes back to POST /oauth/authorize with "consent", "decision"
/// ("allow" or "decline") and "user"; the buttons have the ids "allow" and "decline".
[[nodiscard]] Reply consent_page(const Settings& settings, const AuthorizationRequest& request,
                                 std::string_view consent_id);
/// The code, to copy to a program by hand, in the element with the id "code".
[[nodiscard]] Reply approval_page(std::string_view code);
[[nodiscard]] Reply declined_page();
/// For a request that must not be redirected anywhere.
[[nodiscard]] Reply refused_page(int status, std::string_view reason);

}  // namespace agent::sandbox
