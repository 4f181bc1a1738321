// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/keys/secret_reference.h"
#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

/// The key of a key slot lies in a file, or in a credential, as 64 hexadecimal digits and a newline: text, so that it
/// survives an editor, a clipboard and a printout. `openssl rand -hex 32` makes one.

/// Fails as read_secret() does, and with kBadRequest when the file holds anything but such digits.
[[nodiscard]] Result<SealingKey> read_key(const SecretReference& reference);

/// Makes a new key and stores it at `path`, mode 0600, whole or not at all. Fails with kConflict, and changes nothing,
/// when there is a file already. Returns once the file is safe on the disk: what is sealed with the key may not outlive
/// it.
[[nodiscard]] Result<SealingKey> make_key_file(const std::string& path);
}  // namespace agent
