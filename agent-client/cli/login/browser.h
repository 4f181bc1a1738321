// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "cli/signal_watch.h"

namespace agent {

/// The user whose desktop it is when sudo(8) or pkexec(1) made this process another user's.
[[nodiscard]] std::optional<uid_t> desktop_user();

/// Starts a browser on `url`: the first command of $BROWSER (browser_command.h) that can be started and does not fail
/// within two seconds, otherwise xdg-open if there is a display. False if there is none, or a signal arrives meanwhile.
/// No shell sees the URL.
///
/// Starts nothing if this process runs as a different user than the desktop's, as under sudo(8) or pkexec(1): the
/// browser would run as that user, most likely root.
[[nodiscard]] bool open_browser(const std::string& url, const SignalWatch& signals);

}  // namespace agent
