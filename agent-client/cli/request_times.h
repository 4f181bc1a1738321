// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

/// What the agent may need for a request that takes long, beyond the time that any request gets.
namespace agent::request_times {

/// Clio's name is looked up, its certificate checked, its page asked for.
constexpr std::chrono::seconds kCheckOfApp{30};
/// A key is derived from a passphrase, once.
constexpr std::chrono::seconds kDerivation{60};
/// A key is derived for each passphrase slot.
constexpr std::chrono::seconds kAllSlots{180};
/// Increasing costs are tried until one takes as long as requested.
constexpr std::chrono::seconds kCalibration{180};
/// The refresh of one account ends.
constexpr std::chrono::seconds kOneRefresh{60};
/// All running refreshes end; after two minutes the agent gives up.
constexpr std::chrono::seconds kAllRefreshes{120};

}  // namespace agent::request_times
