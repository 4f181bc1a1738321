// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// What keeps others from reading or changing a file.
enum class Guard {
    kWriters,        // everybody may read it, but it is ours or root's, and no one else may write it or exchange it
    kFileMode,       // the file is ours or root's, and no one else may read or write it
    kServiceManager  // it is a credential of systemd, whose access list shows as a group's permission in the mode
};

/// The content of a regular file of at most 1 MiB. Fails with kNotFound if it does not exist, with kForbidden if
/// others could do what `guard` forbids, with kBadRequest if it is not a regular file or too large, otherwise
/// with kInternal; the message begins with the path.
[[nodiscard]] Result<SecretString> read_file(const std::string& path, Guard guard);

/// Whether nobody but us and root can change the file, or exchange it in its folder: kForbidden if not, otherwise as
/// read_file().
[[nodiscard]] Result<void> check_writers(const std::string& path);

/// "PATH: <text of errno>", as kInternal, or kNotFound for ENOENT.
[[nodiscard]] tl::unexpected<Error> system_error(const std::string& path, int error_number);

}  // namespace agent
