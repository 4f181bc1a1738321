// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/text/utf8.h"

namespace agent {

namespace {

// Writes of up to PIPE_BUF bytes to a pipe are atomic (pipe(7)).
constexpr std::size_t kLongestLine = 4096;

constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{
    {"error", LogLevel::kError},
    {"warning", LogLevel::kWarning},
    {"notice", LogLevel::kNotice},
    {"info", LogLevel::kInfo},
    {"debug", LogLevel::kDebug},
}};

// Atomic because the store's thread logs too.
std::atomic<LogLevel> highest_level{LogLevel::kInfo};
std::atomic<bool> journal_prefix{false};
std::atomic<LogSink> log_sink{nullptr};

std::string_view word(LogLevel level) {
    for (const auto& [name, value] : kLevels) {
        if (value == level) return name;
    }
    return "?";
}

std::string timestamp() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, sizeof "2026-01-01T00:00:00Z"> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text.data(), size};
}

/// Appends `text`, escaping everything that could end the line or control a terminal: C0 and C1 controls, DEL, bytes
/// that are not UTF-8; with `quoted` also the quote and the backslash.
void append_escaped(std::string& line, std::string_view text, bool quoted) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    while (!text.empty()) {
        const char c = text[0];
        const auto byte = static_cast<unsigned char>(c);
        const std::size_t length = utf8_length(text);
        const bool c1_control = length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        if (c == '\n') {
            line += "\\n";
        } else if (quoted && (c == '"' || c == '\\')) {
            line += {'\\', c};
        } else if (length == 0 || byte < 0x20 || byte == 0x7f || c1_control) {
            line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xf]};
            text.remove_prefix(1);
            continue;
        } else {
            line += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
}

bool needs_quotes(std::string_view value) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+/:@%,";
    return value.empty() || value.find_first_not_of(kPlain) != std::string_view::npos;
}

std::string text_of(std::string_view message, std::span<const LogField> fields) {
    std::string text;
    append_escaped(text, message, /*quoted=*/false);
    for (const LogField& field : fields) {
        text += ' ';
        text += field.key;
        text += '=';
        const bool quoted = needs_quotes(field.value);
        if (quoted) text += '"';
        append_escaped(text, field.value, quoted);
        if (quoted) text += '"';
    }
    return text;
}

void write_line(LogLevel level, std::string_view text) {
    std::string line;
    if (journal_prefix) {
        line = "<" + std::to_string(static_cast<int>(level)) + ">";
    } else {
        line = timestamp();
        line += ' ';
        line += word(level);
        line += ' ';
    }
    line += text;
    if (line.size() >= kLongestLine) {
        constexpr std::string_view kCut = "...";
        line.resize(kLongestLine - 1 - kCut.size());
        line += kCut;
    }
    line += '\n';
    while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

void write_record(LogLevel level, const LogEvent* event, std::string_view message, std::span<const LogField> fields) {
    if (!is_logged(level)) return;
    const std::string text = text_of(message, fields);
    const LogSink sink = log_sink;
    if (sink != nullptr && sink({.level = level, .event = event, .text = text, .fields = fields})) return;
    write_line(level, text);
}

}  // namespace

std::optional<LogLevel> log_level_from(std::string_view name) {
    for (const auto& [known, level] : kLevels) {
        if (known == name) return level;
    }
    return std::nullopt;
}

void set_log_level(LogLevel level) noexcept {
    highest_level = level;
}

bool is_logged(LogLevel level) noexcept {
    return level <= highest_level;
}

void set_log_journal_prefix(bool on) noexcept {
    journal_prefix = on;
}

void set_log_sink(LogSink sink) noexcept {
    log_sink = sink;
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    write_record(level, nullptr, message, fields);
}

void log(LogLevel level, const LogEvent* event, std::string_view message, std::initializer_list<LogField> fields) {
    write_record(level, event, message, fields);
}

}  // namespace agent
