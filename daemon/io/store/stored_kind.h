// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "ports/token_store.h"

namespace agent {

// The kinds of records as they are written to files.

struct StoredKind {
    std::int64_t stored;  // never renumber
    StoredRow::Kind kind;
};

inline constexpr StoredKind kStoredKinds[] = {
    {1, StoredRow::Kind::kAccount},
    {2, StoredRow::Kind::kApp},
    {3, StoredRow::Kind::kRevision},
};

[[nodiscard]] constexpr std::int64_t stored_kind(StoredRow::Kind kind) noexcept {
    for (const StoredKind& known : kStoredKinds) {
        if (known.kind == kind) return known.stored;
    }
    return 0;
}

[[nodiscard]] constexpr std::optional<StoredRow::Kind> kind_from(std::int64_t stored) noexcept {
    for (const StoredKind& known : kStoredKinds) {
        if (known.stored == stored) return known.kind;
    }
    return std::nullopt;
}

}  // namespace agent
