// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "io/provider/fingerprint.h"
#include "ports/http_client.h"

namespace agent {

// Requests to a provider and its answers, for a support case. Only what is known to be public is shown; everything else
// is replaced by its fingerprint.

/// "grant_type=refresh_token&client_id=…&refresh_token=#5f3a9c01/43"
[[nodiscard]] std::string trace_form(std::string_view form, const Fingerprint& names);

/// The JSON of the body with its strings and numbers replaced; for any other body only its size.
/// Of the secrets that were `sent` none is in it.
[[nodiscard]] std::string trace_body(const HttpResponse& response, const Fingerprint& names,
                                     std::span<const SecretString> sent);

/// "Bearer #5f3a9c01/43"; empty for none.
[[nodiscard]] std::string trace_authorization(std::string_view value, const Fingerprint& names);

}  // namespace agent
