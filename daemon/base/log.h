// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

enum class LogLevel { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };  // syslog(3) priorities

/// "error", "warning", "notice", "info", "debug"; nothing for any other word.
[[nodiscard]] std::optional<LogLevel> log_level_from(std::string_view word);

/// One fact of a log line. Takes no secret type: what cannot be named here cannot be logged.
struct LogField {
    std::string_view key;
    std::string value;
};

/// Lines above this level are dropped. Default kInfo.
void set_log_level(LogLevel level) noexcept;
/// With true each line starts with "<3>" … "<7>" (sd-daemon(3)) instead of a time. Default false.
void set_log_journal_prefix(bool on) noexcept;

/// Writes one line to standard error: `message key=value key="quoted value"`. Control characters and quotes in values
/// are escaped, so that a text from the network stays on its line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace agent
