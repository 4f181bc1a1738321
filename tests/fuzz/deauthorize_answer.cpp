// SPDX-License-Identifier: Apache-2.0
// The result of ending a grant, through the account to be forgotten.
//
// Input: the status, a line; then the body.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/json/json.h"
#include "core/oauth/grant_end.h"
#include "core_stage.h"
#include "target.h"

namespace {

agent::HttpResponse response(int status, std::string_view body) {
    return {.status = status, .content_type = {}, .retry_after = {}, .body = agent::SecretString(body)};
}

void check_end(const agent::Result<agent::GrantEnd>& end, int status, std::string_view body) {
    if (!end) {
        FUZZ_ASSERT(end.error().code == agent::Error::Code::kTemporarilyUnavailable);
        FUZZ_ASSERT(end.error().retry_after >= std::chrono::seconds(0));
    } else if (*end == agent::GrantEnd::kEnded) {
        FUZZ_ASSERT(status / 100 == 2);
    } else {
        const auto json = agent::Json::parse(body);
        FUZZ_ASSERT((status == 400 || status == 401) && json && json->find_string("error"));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const std::string_view number = input.line();
    int status = 0;
    std::from_chars(number.data(), number.data() + number.size(), status);
    status = std::clamp(status, 100, 599);
    const auto end = agent::read_deauthorize_response(response(status, input.rest()));
    check_end(end, status, input.rest());

    fuzz::CoreStage stage;
    stage.log_in("smith");
    std::optional<bool> removed;
    const auto waiting = stage.book.remove("smith", /*revoke=*/true, std::chrono::seconds(30),
                                           [&](const agent::Result<void>& done) { removed = done.has_value(); });
    stage.timers.turn();
    FUZZ_ASSERT(stage.http.open() == 1);
    stage.http.finish(response(status, input.rest()));
    stage.timers.turn();

    // It is forgotten when the grant has ended, and else kept; a token that was refused is renewed, to ask again.
    const bool ended = end && *end == agent::GrantEnd::kEnded;
    FUZZ_ASSERT(removed == (ended ? std::optional(true) : end ? std::nullopt : std::optional(false)));
    FUZZ_ASSERT((stage.store.find_account("smith") == nullptr) == ended);
    return 0;
}
