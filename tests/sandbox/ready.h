// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "settings.h"

namespace agent::sandbox {

/// One line of JSON that says where the sandbox is: {"ready": true, "base_url", "control_url", "client_id", …, "app"},
/// "app" being what PUT /v1/apps/{app} of cliod takes. It has secrets only for the built-in client, which are not
/// secret; a client file may hold real ones.
[[nodiscard]] std::string ready_line(const Settings& settings, bool with_secret);

/// A cliod.json for the first client, with comments.
[[nodiscard]] std::string sample_configuration(const Settings& settings);

}  // namespace agent::sandbox
