// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/log.h"

namespace agent {

/// True when `fd` is the stream to the journal that $JOURNAL_STREAM names (systemd.exec(5)): it may have been
/// redirected since.
[[nodiscard]] bool is_journal_stream(int fd);

/// The entry of a record: MESSAGE=, PRIORITY=, MESSAGE_ID= and CLIO_EVENT= where it has an event, and each of its
/// fields as it is, under its name in capitals after CLIO_.
[[nodiscard]] std::vector<std::string> journal_fields(const LogRecord& record);

/// A LogSink: hands the record to the journal by its own protocol (sd_journal_sendv(3)). False when there is no
/// journal.
bool log_to_journal(const LogRecord& record);

}  // namespace agent
