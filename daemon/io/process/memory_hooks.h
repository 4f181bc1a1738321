// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace agent {

/// Makes OpenSSL, libcurl and libevent wipe every block of memory before they give it back: tokens and secrets pass
/// through their buffers. Must come before anything else in `main`, since each of them takes such hooks only before its
/// first allocation; fails with kInternal when one refuses. Also initialises libcurl.
[[nodiscard]] Result<void> install_memory_hooks();

}  // namespace agent
