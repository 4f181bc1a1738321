// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/start/file_text.h"
#include "base/json/json.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// Where a secret of the configuration lies: { "credential": NAME } is the file NAME in $CREDENTIALS_DIRECTORY
/// (systemd.exec(5), LoadCredential=), { "file": PATH } any file that is private.
struct SecretReference {
    std::string path;
    Guard guard = Guard::kFileMode;

    bool operator==(const SecretReference&) const = default;
};

/// Fails with kBadRequest, line and column for anything else, for a credential's name with a slash, a relative path, or
/// a credential outside of a service.
[[nodiscard]] Result<SecretReference> secret_reference_from_json(const Json& value);

/// The credential of that name. Fails with kBadRequest as the above.
[[nodiscard]] Result<SecretReference> credential_reference(const std::string& name);

/// The text of the file, without the newline at its end. Fails as read_file() does, and with kBadRequest when the file
/// holds nothing.
[[nodiscard]] Result<SecretString> read_secret(const SecretReference& reference);

}  // namespace agent
