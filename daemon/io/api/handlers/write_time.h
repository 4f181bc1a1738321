// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/json/json_writer.h"
#include "base/time.h"

namespace agent {

/// A point in time as the protocol writes it: whole seconds since 1970, or null.
inline void write_time(JsonWriter& out, std::string_view name, const std::optional<WallTime>& time) {
    out.key(name);
    time ? out.integer(unix_seconds(*time)) : out.null();
}

}  // namespace agent
