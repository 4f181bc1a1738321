// SPDX-License-Identifier: Apache-2.0
// What comes of a refresh: any answer of a token endpoint, through the account that waits for it.
//
// Input: a letter for the rotation; the status and the content type, a line each; then the body.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/json/json.h"
#include "checks.h"
#include "core/oauth/token_response.h"
#include "core/refresh/token_set.h"
#include "core_stage.h"
#include "target.h"

namespace {

using agent::Happening;
using agent::Json;

agent::HttpResponse response(int status, std::string_view content_type, std::string_view body) {
    return {.status = status,
            .content_type = std::string(content_type),
            .retry_after = {},
            .body = agent::SecretString(body)};
}

void check_tokens(const agent::TokenAnswer& tokens, int status, std::string_view body) {
    const auto json = Json::parse(body);
    FUZZ_ASSERT(status == 200 && json && json->find("error") == nullptr);
    FUZZ_ASSERT(json->find_string("access_token") == tokens.access_token.reveal());
    const auto refresh_token = json->find_string("refresh_token");
    FUZZ_ASSERT(refresh_token.has_value() == tokens.refresh_token.has_value());
    FUZZ_ASSERT(!refresh_token || *refresh_token == tokens.refresh_token->reveal());
    FUZZ_ASSERT(tokens.expires_in >= std::chrono::seconds(1) && tokens.expires_in <= std::chrono::hours(24 * 3650));
}

void check_failure(const agent::TokenFailure& failure, int status, std::string_view body) {
    FUZZ_ASSERT(fuzz::is_for_a_person(failure.message));
    const bool condemns = failure.kind == Happening::kGrantDead || failure.kind == Happening::kAppRefused;
    if (!condemns) return;
    constexpr std::array<std::string_view, 6> kPermanent{"invalid_grant",          "invalid_client",
                                                         "unauthorized_client",    "invalid_scope",
                                                         "unsupported_grant_type", "invalid_request"};
    const auto json = Json::parse(body);
    const auto error = json ? json->find_string("error") : std::nullopt;
    FUZZ_ASSERT(status >= 400 && status < 500 && error);
    FUZZ_ASSERT(std::find(kPermanent.begin(), kPermanent.end(), *error) != kPermanent.end());
    FUZZ_ASSERT(failure.kind != Happening::kGrantDead || *error == "invalid_grant");
}

/// The refresh tokens that the stored record still holds, one after the other.
std::string kept_refresh_tokens(fuzz::CoreStage& stage) {
    const auto record = agent::open_account_record(stage.sealer, *stage.store.find_account("smith"));
    FUZZ_ASSERT(record);
    const auto now = open_token_set(stage.sealer, record->tokens, "smith", record->life.generation);
    FUZZ_ASSERT(now);
    std::string all(now->refresh_token.reveal());
    if (record->previous_generation != 0) {
        const auto before = open_token_set(stage.sealer, record->previous_tokens, "smith", record->previous_generation);
        FUZZ_ASSERT(before);
        all.append(" ").append(before->refresh_token.reveal());
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const auto rotation = input.pick(2) == 0 ? agent::Rotation::kSingleUse : agent::Rotation::kReusable;
    const std::string_view number = input.line();
    int status = 0;
    std::from_chars(number.data(), number.data() + number.size(), status);
    status = std::clamp(status, 100, 599);
    const std::string_view content_type = input.line();

    const auto read = agent::read_token_response(response(status, content_type, input.rest()));
    read ? check_tokens(*read, status, input.rest()) : check_failure(read.error(), status, input.rest());

    fuzz::CoreStage stage(rotation);
    stage.log_in("smith");
    const auto waiting = stage.book.refresh("smith", std::chrono::seconds(30), [](const auto&) {});
    stage.timers.advance(fuzz::CoreStage::kAMoment);
    FUZZ_ASSERT(stage.http.open() == 1);
    stage.http.finish(response(status, content_type, input.rest()));
    stage.timers.turn();

    const auto facts = stage.book.facts("smith");
    const auto token = stage.book.token_now("smith", std::chrono::seconds(0));
    FUZZ_ASSERT(facts && token && *token);  // A1 is still valid, whatever the answer
    if (read) {
        FUZZ_ASSERT(facts->state == "ready" && (*token)->generation == 2);
        FUZZ_ASSERT((*token)->access_token.equals(read->access_token.reveal()));
        const std::string renewed(read->refresh_token ? read->refresh_token->reveal() : "R1");
        FUZZ_ASSERT(kept_refresh_tokens(stage) == renewed + " R1");
    } else {
        FUZZ_ASSERT((facts->state == "login_required") == (read.error().kind == Happening::kGrantDead));
        FUZZ_ASSERT((*token)->generation == 1 && (*token)->access_token.equals("A1"));
        FUZZ_ASSERT(kept_refresh_tokens(stage) == "R1");
    }
    return 0;
}
