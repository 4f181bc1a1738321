// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>

namespace agent {

/// The user whose desktop it is when sudo(8) or pkexec(1) made this process another user's.
[[nodiscard]] std::optional<uid_t> desktop_user();

/// Starts a browser on `url` without waiting for it: the first command of the colon-separated $BROWSER that can be
/// started, with the URL in place of %s or at the end; otherwise xdg-open if there is a display. False if none was
/// started. No shell sees the URL. `signal_mask` is the child's.
///
/// Starts nothing if this process runs as a different user than the desktop's, as under sudo(8) or pkexec(1): the
/// browser would run as that user, most likely root.
[[nodiscard]] bool open_browser(const std::string& url, const sigset_t& signal_mask);

}  // namespace agent
