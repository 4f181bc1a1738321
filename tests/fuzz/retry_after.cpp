// SPDX-License-Identifier: Apache-2.0
// How long a server asks to wait: never less than nothing, and never more than a day.
#include "io/provider/retry_after.h"

#include <string>

#include "fakes/fake_clock.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string value(reinterpret_cast<const char*>(data), size);
    const auto wait = agent::parse_retry_after(value, fakes::FakeClock::kStart);
    if (!wait) return 0;
    FUZZ_ASSERT(*wait >= agent::Duration::zero() && *wait <= std::chrono::hours(24));
    FUZZ_ASSERT(agent::parse_retry_after(" " + value + "\t", fakes::FakeClock::kStart) == wait);
    return 0;
}
