// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/journal.h"

#include <sys/stat.h>

// Do not add CODE_FILE=, CODE_LINE= and CODE_FUNC= of this file to every entry.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace agent {

namespace {

/// The journal accepts capitals, digits and underscores (systemd.journal-fields(7)).
std::string field_name(std::string_view key) {
    std::string name = "CLIO_";
    for (const char c : key) {
        const bool lower = c >= 'a' && c <= 'z';
        const bool digit = c >= '0' && c <= '9';
        name += lower ? static_cast<char>(c - 'a' + 'A') : digit ? c : '_';
    }
    return name;
}

}  // namespace

bool is_journal_stream(int fd) {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || ::fstat(fd, &status) != 0) return false;
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

std::vector<std::string> journal_fields(const LogRecord& record) {
    std::vector<std::string> fields;
    fields.push_back("MESSAGE=" + std::string(record.text));
    fields.push_back("PRIORITY=" + std::to_string(static_cast<int>(record.level)));
    if (record.event != nullptr) {
        fields.push_back("MESSAGE_ID=" + std::string(record.event->message_id));
        fields.push_back("CLIO_EVENT=" + std::string(record.event->name));
    }
    for (const LogField& field : record.fields) fields.push_back(field_name(field.key) + "=" + field.value);
    return fields;
}

bool log_to_journal(const LogRecord& record) {
    // sd_journal_sendv() succeeds even if there is no journal.
    if (::access("/run/systemd/journal/socket", W_OK) != 0) return false;
    std::vector<std::string> fields = journal_fields(record);
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (std::string& field : fields) parts.push_back({.iov_base = field.data(), .iov_len = field.size()});
    return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace agent
