// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/time.h"
#include "faults.h"
#include "message.h"

namespace agent::sandbox {

/// What is answered in the place of the endpoint, for kinds of fault where the server does not act. `path` is that of
/// the request. Not for kHang, which has no answer.
[[nodiscard]] Reply answer_instead(const Fault& fault, std::string_view path, WallTime now);

/// Changes the endpoint's answer, for kinds where the server acts first. kLost, kCut and kSlow do not change it. Only
/// existing members of a token answer are changed: an error passes unchanged.
[[nodiscard]] Reply spoil(const Fault& fault, Reply reply);

}  // namespace agent::sandbox
