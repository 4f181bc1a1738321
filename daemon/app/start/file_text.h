// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// What keeps others from reading a file.
enum class Guard {
    kNobody,         // it is not secret
    kFileMode,       // the file is ours or root's, and no one else may read or write it
    kServiceManager  // it is a credential of systemd, whose access list shows as a group's permission in the mode
};

/// The content of a regular file of at most 1 MiB. Fails with kNotFound if it does not exist, with kForbidden if
/// `guard` is kFileMode and others could read it, with kBadRequest if it is not a regular file or too large, otherwise
/// with kInternal; the message begins with the path.
[[nodiscard]] Result<SecretString> read_file(const std::string& path, Guard guard);

/// "PATH: <text of errno>", as kInternal, or kNotFound for ENOENT.
[[nodiscard]] tl::unexpected<Error> system_error(const std::string& path, int error_number);

}  // namespace agent
