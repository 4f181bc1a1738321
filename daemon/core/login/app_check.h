// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/oauth/app.h"
#include "ports/http_client.h"

namespace agent {

/// One thing that a login through an app needs, and whether it is there.
struct AppFinding {
    enum class Verdict { kGood, kBad, kUnknown };

    std::string check;  // "redirect_port", "authorization", "clock"
    Verdict verdict = Verdict::kUnknown;
    std::string detail;  // for a person: what was found, and what to do
};

using HttpOutcome = tl::expected<HttpResponse, HttpFailure>;

/// Whether the authorization server would show a person its sign-in page, by its answer to the first request of a
/// login.
[[nodiscard]] AppFinding judge_authorization(const App& app, const HttpOutcome& outcome);

/// Whether the clock of this machine agrees with the server's, so that expiry and certificates are judged rightly.
[[nodiscard]] AppFinding judge_clock(const HttpOutcome& outcome, WallTime now);

}  // namespace agent
