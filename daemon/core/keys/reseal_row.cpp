// SPDX-License-Identifier: Apache-2.0
#include "core/keys/reseal_row.h"

#include <utility>

#include "core/accounts/account_record.h"
#include "core/apps/app_registry.h"
#include "core/store/revised_store.h"

namespace agent {

Result<StoredRow> reseal_row(const Sealer& sealer, StoredRow row) {
    switch (row.kind) {
        case StoredRow::Kind::kAccount:
            return reseal_account_row(sealer, std::move(row));
        case StoredRow::Kind::kApp:
            return reseal_app_row(sealer, std::move(row));
        case StoredRow::Kind::kRevision:
            return RevisedStore::reseal_row(sealer, std::move(row));
    }
    return fail(Error::Code::kInternal, "record of " + row.name + ": of an unknown kind");
}

}  // namespace agent
