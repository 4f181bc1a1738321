// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/crypto/sealing.h"
#include "core/keys/key_store.h"
#include "ports/world.h"

namespace agent::sim {

/// A deliberate fault: a port that breaks its promise in the way an agent with that fault would. Each must be found.
struct Sabotage {
    std::string_view name;
    std::string_view what;
    std::string_view found_as;  // part of the finding: what else the fault leads to does not count
    /// Wraps `world` in faulty ports, or the key slots in a faulty one; what it creates lives in `keep`. May be null.
    World (*apply)(World world, const Sealer& sealer, std::vector<std::shared_ptr<void>>& keep) = nullptr;
    KeyStore& (*apply_to_keys)(KeyStore& store, World world, std::vector<std::shared_ptr<void>>& keep) = nullptr;
    /// A lock or a stop waits for nothing that is under way.
    bool ends_hastily = false;
};

[[nodiscard]] const std::vector<Sabotage>& all_sabotages();
/// Null for an unknown name.
[[nodiscard]] const Sabotage* find_sabotage(std::string_view name);

}  // namespace agent::sim
