// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/log.h"

namespace agent {

/// True if `fd` is still the stream to the journal named by $JOURNAL_STREAM (systemd.exec(5)): it may have been
/// redirected.
[[nodiscard]] bool is_journal_stream(int fd);

/// The entry of a record: MESSAGE=, PRIORITY=, MESSAGE_ID= and CLIO_EVENT= if it has an event, and each field verbatim,
/// named CLIO_ and its name in capitals.
[[nodiscard]] std::vector<std::string> journal_fields(const LogRecord& record);

/// A LogSink: sends the record to the journal with sd_journal_sendv(3). False if there is no journal.
bool log_to_journal(const LogRecord& record);

}  // namespace agent
