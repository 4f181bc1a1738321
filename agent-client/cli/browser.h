// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <string>

namespace agent {

/// Starts a browser on `url`, without waiting for it: the first of $BROWSER's commands, which colons part, that can be
/// started, with the URL for %s or at the end; else xdg-open where there is a display. False when none was started. No
/// shell sees the URL. `signal_mask` is the child's.
///
/// Starts none when this process acts for another user than the one at the desktop, as under sudo(8) or pkexec(1): it
/// would be that other user's browser, and most likely root's.
[[nodiscard]] bool open_browser(const std::string& url, const sigset_t& signal_mask);

}  // namespace agent
