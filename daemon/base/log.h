// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace agent {

enum class LogLevel { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };  // syslog(3) priorities

/// "error", "warning", "notice", "info", "debug"; nullopt for any other word.
[[nodiscard]] std::optional<LogLevel> log_level_from(std::string_view word);

/// One fact of a log line. There is no constructor for secrets, so they cannot be logged.
struct LogField {
    std::string_view key;
    std::string value;
};

/// Identifies the kind of line, so that a reader can find all such lines or look up what they mean.
struct LogEvent {
    std::string_view name;
    std::string_view message_id;  // 32 hexadecimal digits, never used for anything else
};

struct LogRecord {
    LogLevel level;
    const LogEvent* event;  // null for a line of no special kind
    std::string_view text;  // `message key=value key="quoted value"`, escaped, on one line
    std::span<const LogField> fields;
};

/// Writes a record to the log. If it returns false, the line goes to standard error. Called on any thread that logs.
using LogSink = bool (*)(const LogRecord& record);

/// Lines above this level are dropped. Default kInfo.
void set_log_level(LogLevel level) noexcept;
/// Whether a line of this level is logged: for lines that cost something to make.
[[nodiscard]] bool is_logged(LogLevel level) noexcept;
/// With true each line on standard error starts with "<3>" … "<7>" (sd-daemon(3)) instead of a time. Default false.
void set_log_journal_prefix(bool on) noexcept;
/// Default null: everything goes to standard error.
void set_log_sink(LogSink sink) noexcept;

/// Logs one line, `message key=value key="quoted value"`. Control characters and quotes in values are escaped, so that
/// text from the network stays on its line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
/// `event` may be null; it outlives the process.
void log(LogLevel level, const LogEvent* event, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace agent
