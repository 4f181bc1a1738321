// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "ports/token_store.h"

namespace agent {

/// A stored row of any kind, sealed with the sealer's present key through and through; unchanged when that is so
/// already. It looks at seals only: a row whose contents no reader accepts is kept just the same. kInternal when
/// neither key opens the row.
[[nodiscard]] Result<StoredRow> reseal_row(const Sealer& sealer, StoredRow row);

}  // namespace agent
