// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace agent {

/// Makes OpenSSL, libcurl and libevent wipe every block of memory before freeing it: tokens and secrets pass through
/// their buffers. Call it first in `main`, since each library accepts such hooks only before its first allocation;
/// fails with kInternal if one refuses. Also initialises libcurl.
[[nodiscard]] Result<void> install_memory_hooks();

}  // namespace agent
