// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

#include "core/waiting.h"
#include "io/loop/event_loop.h"

namespace agent {

/// Calls `ended` once, from the loop, when a process that is not our child has ended; destroying the wait gives it up.
/// Null if the kernel does not tell: no such process, one of another PID namespace (`process` is then 0), no
/// descriptor.
[[nodiscard]] std::unique_ptr<Waiting> when_process_ends(EventLoop& loop, pid_t process, std::function<void()> ended);

}  // namespace agent
