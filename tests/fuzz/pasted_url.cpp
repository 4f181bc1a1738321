// SPDX-License-Identifier: Apache-2.0
// What a person pastes who has no browser on this machine, through the login that waits for it.
#include <algorithm>
#include <string>

#include "base/text/encoding.h"
#include "login_stage.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view pasted(reinterpret_cast<const char*>(data), size);
    fuzz::LoginStage stage;
    const auto taken = stage.desk.paste(stage.login.id, pasted);
    stage.core.timers.advance(fuzz::CoreStage::kAMoment);
    if (!taken) {
        FUZZ_ASSERT(taken.error().code == agent::Error::Code::kBadRequest);
        stage.check_untouched_unless(false);
        return 0;
    }
    // Either it is a bare code, or it names the login's own state.
    const auto decoded = agent::percent_decode(pasted, /*plus_is_space=*/true);
    const bool is_code = pasted.find('?') == std::string_view::npos;
    if (decoded)
        stage.check_untouched_unless(is_code || decoded->reveal().find(stage.state()) != std::string_view::npos);

    // It is taken once.
    const auto again = stage.desk.paste(stage.login.id, pasted);
    FUZZ_ASSERT(!again && again.error().code == agent::Error::Code::kConflict);
    return 0;
}
