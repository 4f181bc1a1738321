// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json/json_writer.h"
#include "state.h"

namespace agent::sandbox {

/// The answers of GET /_sandbox/stats, /_sandbox/grants and /_sandbox/faults.
void write_stats(JsonWriter& out, const State& state);
void write_grants(JsonWriter& out, const Context& context);
void write_faults(JsonWriter& out, const FaultPlan& plan);

}  // namespace agent::sandbox
