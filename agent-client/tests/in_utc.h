// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <ctime>

/// What a test that shows times of day needs first: `.init = in_utc`.
inline void in_utc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
}
