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
    FUZZ_ASSERT(status / 100 == 2);
    FUZZ_ASSERT(tokens.expires_in >= std::chrono::seconds(1) && tokens.expires_in <= std::chrono::hours(24 * 3650));
    FUZZ_ASSERT(tokens.repaired.empty() || fuzz::is_for_a_person(tokens.repaired));
    const auto json = Json::parse(body);
    if (!json) return;  // what only the tolerant reader reads
    FUZZ_ASSERT(json->find_string("access_token") == tokens.access_token.reveal());
    const Json* const refresh_token = json->find("refresh_token");
    const bool usable =
        refresh_token != nullptr && (refresh_token->number() || !refresh_token->string().value_or("").empty());
    FUZZ_ASSERT(usable == tokens.refresh_token.has_value());
    FUZZ_ASSERT(!usable || refresh_token->number() || *refresh_token->string() == tokens.refresh_token->reveal());
}

/// The other way round: a strict reader that finds a token to give out finds no answer thrown away.
bool has_readable_token(int status, std::string_view body) {
    const auto json = Json::parse(body);
    const auto token = json ? json->find_string("access_token") : std::nullopt;
    return status / 100 == 2 && token && !token->empty() && token->size() <= std::size_t{16} * 1024 &&
           std::all_of(token->begin(), token->end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// The body with something beside its tokens.
std::string with_member(std::string_view body, std::string_view member) {
    const std::size_t brace = body.find('{');
    std::string text(body);
    return text.insert(brace + 1, std::string(member) + ",");
}

/// Whatever stands beside a readable token, both tokens survive.
void check_oddities(const agent::TokenAnswer& tokens, std::string_view body) {
    for (const std::string_view beside :
         {R"("error":"invalid_grant")", R"("token_type":"mac")", R"("expires_in":-1)", R"("expires_in":null)",
          "\"x\":\"\xe9\"", R"("x":1,"x":2)", R"("x":[[[{}]]])"}) {
        const auto odd = agent::read_token_response(response(200, "", with_member(body, beside)), {});
        FUZZ_ASSERT(odd && odd->access_token.equals(tokens.access_token.reveal()));
        FUZZ_ASSERT(odd->refresh_token.has_value() == tokens.refresh_token.has_value());
        FUZZ_ASSERT(!tokens.refresh_token || odd->refresh_token->equals(tokens.refresh_token->reveal()));
    }
}

void check_failure(const agent::TokenFailure& failure, int status, std::string_view body) {
    FUZZ_ASSERT(fuzz::is_for_a_person(failure.message));
    const bool condemns = failure.kind == Happening::kGrantDead || failure.kind == Happening::kAppRefused ||
                          failure.kind == Happening::kRequestRefused;
    FUZZ_ASSERT(!has_readable_token(status, body));
    if (!condemns) return;
    constexpr std::array<std::string_view, 6> kPermanent{"invalid_grant",          "invalid_client",
                                                         "unauthorized_client",    "invalid_scope",
                                                         "unsupported_grant_type", "invalid_request"};
    const auto json = Json::parse(body);
    const auto error = json ? json->find_string("error") : std::nullopt;
    FUZZ_ASSERT(status >= 400 && status < 500 && error);
    FUZZ_ASSERT(std::find(kPermanent.begin(), kPermanent.end(), *error) != kPermanent.end());
    FUZZ_ASSERT((failure.kind == Happening::kGrantDead) == (*error == "invalid_grant"));
    FUZZ_ASSERT((failure.kind == Happening::kAppRefused) == (*error == "invalid_client"));
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

    const auto read = agent::read_token_response(response(status, content_type, input.rest()), {});
    read ? check_tokens(*read, status, input.rest()) : check_failure(read.error(), status, input.rest());
    if (read) check_oddities(*read, input.rest());

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
        FUZZ_ASSERT(facts->state == agent::AccountState::kReady && (*token)->generation == 2);
        FUZZ_ASSERT((*token)->access_token.equals(read->access_token.reveal()));
        const std::string renewed(read->refresh_token ? read->refresh_token->reveal() : "R1");
        FUZZ_ASSERT(kept_refresh_tokens(stage) == renewed + " R1");
    } else {
        FUZZ_ASSERT((facts->state == agent::AccountState::kLoginRequired) ==
                    (read.error().kind == Happening::kGrantDead));
        FUZZ_ASSERT((*token)->generation == 1 && (*token)->access_token.equals("A1"));
        FUZZ_ASSERT(kept_refresh_tokens(stage) == "R1");
    }
    return 0;
}
