// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/log.h"

namespace agent {

inline constexpr LogEvent kOddAnswer{"odd_answer", "0f1d83cb9a604930ac48a8fe08de0eea"};

/// Logs that a token response was unusual, and that its tokens are kept all the same (TokenAnswer::repaired).
inline void log_odd_answer(const std::string& app, const std::string& account, const std::string& repaired) {
    log(LogLevel::kWarning, &kOddAnswer, "unusual token response; its tokens were kept",
        {{"app", app}, {"account", account}, {"detail", repaired}});
}

}  // namespace agent
