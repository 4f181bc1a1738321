// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agent {

/// A caller may have closed standard input, output or error. What is opened next would take their place, and be read or
/// written as they are: a log in the middle of the store. So each that is closed becomes /dev/null; false if that
/// cannot be opened. Call it before anything else is opened.
[[nodiscard]] bool fill_standard_descriptors();

}  // namespace agent
