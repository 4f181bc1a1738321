// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "base/log.h"
#include "core/oauth/odd_answer.h"

namespace agent {

/// Events in the daemon's log that an operator may want to find or look up. cliod.catalog explains each one under its
/// ID; `journalctl --new-id128` makes a new ID. The events of an account are named as in core/events.h.
inline constexpr std::array kLogEvents = {
    LogEvent{"serving", "24bd6ee52dc44f4c9b23e46092524e2f"},
    LogEvent{"stopped", "9132a214d70b43bab89b95462e0b4f4e"},
    LogEvent{"start_failed", "079286ded0dd4d6c9c95cfe8414ba540"},
    LogEvent{"logged_in", "239cc5daaaae49cd90e12e8c056dc892"},
    LogEvent{"logged_out", "cdeb12f68a4b4fc79d62a00d713acad7"},
    LogEvent{"refreshed", "37950e6ccaea432f929a4a43fbd510ca"},
    LogEvent{"refresh_failed", "79556b167c82419f8387e22723054e66"},
    kOddAnswer,
    LogEvent{"login_required", "3f3e52ac2d09408ba27a9f345361101b"},
    LogEvent{"needs_attention", "47d1a72d687a4439b5202786179875ef"},
    LogEvent{"recovered", "33ca4df485544fdcb370d3e836084a2d"},
    LogEvent{"reported", "679f96488f2342e8928ea0755d4d82c0"},
    LogEvent{"restored", "dde606a5d4ab4c2f8ee2269f8a16a9ac"},
    LogEvent{"backup_made", "72ca8b44936a4e09a3e86b9f1a508b38"},
    LogEvent{"store_failed", "0098a862945f4c09a97b3e693dccbfa7"},
    LogEvent{"store_recovered", "96bf1fe6b9f240ad83b82b0818261011"},
    LogEvent{"store_overtaken", "0d6a762e5945411f9744c415f055453e"},
    LogEvent{"store_migrated", "7468e56df5404e5aaa872633a7c52365"},
    LogEvent{"store_put_back", "582d4e2b877343a2ba46e5ae4621883b"},
    LogEvent{"witness_failed", "3327afe19579402db83ac0da66a649ad"},
    LogEvent{"app_unreadable", "b1ec5f46140e46bdb5ea08a3c957d692"},
    LogEvent{"connections_refused", "6344472f8eda470d94f9cbfc6fb42a04"},
    LogEvent{"forbidden", "a573ac6a9beb4717b938c475354467d0"},
    LogEvent{"managed", "a57e82f6406e4e5e8e4633dbc4a8d6ee"},
    LogEvent{"locked", "3d80aa9fd7a742958ca2d5af3ebbd230"},
    LogEvent{"unlocked", "7214f2721ce54c54b36b35263bcbfcb1"},
    LogEvent{"not_locked", "641c4ce380754baea882a2870fe14ef0"},
    LogEvent{"key_made", "0815c880e508413abd3a6feac706be79"},
    LogEvent{"key_missing", "afae88e04d3348cca6bc58a286947202"},
    LogEvent{"key_rotated", "54c38a6206474c829ab43e74bf95cd78"},
    LogEvent{"key_kept", "c9baa64f8b244c93ba1cc5f5d0b532df"},
    LogEvent{"record_unreadable", "12f4514e1204442c9f48703285744dc2"},
    LogEvent{"reloaded", "909e1841bd8f416a8ef98794cfccb7b8"},
    LogEvent{"reload_failed", "6662c3064af449e0b7ab423a9aea8a79"},
    LogEvent{"hook_failed", "291fc7610a5c47a4a22790d2d693afde"},
};

/// Null for an unknown name.
[[nodiscard]] constexpr const LogEvent* find_log_event(std::string_view name) {
    const auto* const found = std::ranges::find(kLogEvents, name, &LogEvent::name);
    return found == kLogEvents.end() ? nullptr : found;
}

/// The same for a literal name; an unknown one does not compile.
consteval const LogEvent* log_event(std::string_view name) {
    // Does not use find_log_event(): under UBSan g++ 12 does not accept a comparison with null as constant.
    const auto* const found = std::ranges::find(kLogEvents, name, &LogEvent::name);
    return found == kLogEvents.end() ? throw "no such event" : found;
}

}  // namespace agent
