// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
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

/// What a line is about, where somebody may want to find all such lines or to read more of what they mean.
struct LogEvent {
    std::string_view name;
    std::string_view message_id;  // 32 hexadecimal digits, never used for anything else
};

struct LogRecord {
    LogLevel level;
    const LogEvent* event;  // null for a line about nothing in particular
    std::string_view text;  // `message key=value key="quoted value"`, escaped, on one line
    std::span<const LogField> fields;
};

/// Takes a record to where the log is kept. False when it could not; the line then goes to standard error. Called on
/// whatever thread logs.
using LogSink = bool (*)(const LogRecord& record);

/// Lines above this level are dropped. Default kInfo.
void set_log_level(LogLevel level) noexcept;
/// With true each line on standard error starts with "<3>" … "<7>" (sd-daemon(3)) instead of a time. Default false.
void set_log_journal_prefix(bool on) noexcept;
/// Default null: everything goes to standard error.
void set_log_sink(LogSink sink) noexcept;

/// Logs one line, `message key=value key="quoted value"`. Control characters and quotes in values are escaped, so that
/// a text from the network stays on its line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
/// `event` may be null; it outlives the process.
void log(LogLevel level, const LogEvent* event, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace agent
