// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "ports/token_store.h"

namespace fakes {

/// Of an account; "sealed" with no key at all. The version is the generation, and so is the expected one.
[[nodiscard]] inline agent::StoreChange put(std::string name, std::uint64_t expected, std::uint64_t generation,
                                            std::string_view sealed) {
    const auto bytes = agent::as_bytes(sealed);
    return {.action = agent::StoreChange::Action::kPut,
            .row = {.kind = agent::StoredRow::Kind::kAccount,
                    .name = std::move(name),
                    .generation = generation,
                    .sealed = agent::Bytes(bytes.begin(), bytes.end()),
                    .version = generation},
            .expected_version = expected};
}

[[nodiscard]] inline agent::StoreChange remove_record(std::string name, std::uint64_t expected) {
    agent::StoreChange change = put(std::move(name), expected, 0, "");
    change.action = agent::StoreChange::Action::kRemove;
    return change;
}

/// Every record as a line "account NAME GENERATION BYTES", sorted. `Store` has TokenStore's load().
template <class Store>
[[nodiscard]] std::string describe_records(Store& store) {
    std::set<std::string> lines;
    const auto loaded = store.load([&](const agent::StoredRow& row) {
        const char* const kind = row.kind == agent::StoredRow::Kind::kApp ? "app " : "account ";
        lines.insert(kind + row.name + " " + std::to_string(row.generation) + " " +
                     std::string(agent::as_text(row.sealed)) + "\n");
    });
    cr_assert(loaded);
    std::string all;
    for (const std::string& line : lines) all += line;
    return all;
}

}  // namespace fakes
