// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "io/store/sqlite.h"
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

/// The columns of a record that row_in() reads.
inline constexpr const char* kRowColumns = "kind, name, generation, sealed, version";

/// The record that a query for kRowColumns stands at; empty if it is of no known kind.
[[nodiscard]] inline std::optional<StoredRow> row_in(const SqliteStatement& query) {
    const auto kind = kind_from(query.integer(0));
    if (!kind) return std::nullopt;
    return StoredRow{.kind = *kind,
                     .name = query.text(1),
                     .generation = static_cast<std::uint64_t>(query.integer(2)),
                     .sealed = query.bytes(3),
                     .version = static_cast<std::uint64_t>(query.integer(4))};
}

}  // namespace agent
