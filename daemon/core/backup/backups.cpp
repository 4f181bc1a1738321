// SPDX-License-Identifier: Apache-2.0
#include "core/backup/backups.h"

#include <algorithm>

#include "core/apps/app_registry.h"
#include "core/oauth/app_presets.h"
#include "core/store/seal_context.h"

namespace agent {

namespace {

std::string end_context(const Sealer& backup, std::uint64_t records) {
    return seal_context("backup-end", backup_id(backup), records);
}

}  // namespace

std::string backup_id(const Sealer& backup) {
    return fingerprint(backup.key());
}

Bytes seal_backup_end(const Sealer& backup, std::uint64_t records) {
    return backup.seal({}, end_context(backup, records));
}

bool has_other_endpoints(const Sealer& backup, const std::vector<StoredRow>& records) {
    return std::any_of(records.begin(), records.end(), [&](const StoredRow& row) {
        if (row.kind != StoredRow::Kind::kApp) return false;
        const auto app = open_app(backup, row);
        return app && !has_clio_endpoints(*app);
    });
}

Result<void> check_backup_end(const Sealer& backup, std::uint64_t records, std::span<const std::byte> sealed) {
    if (backup.open(sealed, end_context(backup, records))) return {};
    return fail(Error::Code::kForbidden, "backup: wrong passphrase or recovery key, or records were added or removed");
}

}  // namespace agent
