// SPDX-License-Identifier: Apache-2.0
// The row of an account that someone with the key has forged: through the start of the agent and some hours of its
// life.
//
// Input: letters for the generation, the rotation, and for what follows: the plain text of the row, or only the facts
// in it, to which good tokens are added.
#include <array>
#include <string>

#include "base/bytes.h"
#include "core/accounts/account_record.h"
#include "core/refresh/token_set.h"
#include "core/store/seal_context.h"
#include "core_stage.h"
#include "target.h"

namespace {

constexpr std::array<std::uint64_t, 4> kGenerations{1, 2, UINT64_MAX >> 1, UINT64_MAX};

std::string with_good_tokens(const agent::Sealer& sealer, std::uint64_t generation, std::string_view facts) {
    const agent::TokenSet tokens{.access_token = agent::SecretString(std::string_view("A1")),
                                 .refresh_token = agent::SecretString(std::string_view("R1"))};
    agent::SecretBuffer plain;
    agent::append_field(plain, facts);
    agent::append_field(plain, agent::as_text(agent::seal_token_set(sealer, tokens, "smith", generation)));
    agent::append_field(plain, "");
    return std::string(plain.view());
}

agent::StoredRow row_of(const agent::Sealer& sealer, std::uint64_t generation, std::string_view plain) {
    return {.kind = agent::StoredRow::Kind::kAccount,
            .name = "smith",
            .generation = generation,
            .sealed = sealer.seal(plain, agent::seal_context("account-record", "smith", generation))};
}

std::string plain_text(const agent::Sealer& sealer, const agent::StoredRow& row) {
    const auto plain = sealer.open(row.sealed, agent::seal_context("account-record", row.name, row.generation));
    FUZZ_ASSERT(plain);
    return std::string(plain->reveal());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const std::uint64_t generation = kGenerations[input.pick(kGenerations.size())];
    const auto rotation = input.pick(2) == 0 ? agent::Rotation::kSingleUse : agent::Rotation::kReusable;
    const bool is_whole = input.pick(2) == 0;
    fuzz::CoreStage stage(rotation);
    const std::string plain =
        is_whole ? std::string(input.rest()) : with_good_tokens(stage.sealer, generation, input.rest());
    const agent::StoredRow row = row_of(stage.sealer, generation, plain);

    const auto record = agent::open_account_record(stage.sealer, row);
    if (record) {
        const agent::StoredRow written = agent::seal_account_record(stage.sealer, *record);
        const auto again = agent::open_account_record(stage.sealer, written);
        FUZZ_ASSERT(again);
        FUZZ_ASSERT(plain_text(stage.sealer, agent::seal_account_record(stage.sealer, *again)) ==
                    plain_text(stage.sealer, written));
    }

    stage.store.rows().emplace(std::pair(row.kind, row.name), row);
    stage.book.load(row);
    stage.book.start();
    const auto facts = stage.book.facts("smith");
    FUZZ_ASSERT(facts && facts->generation == generation);
    FUZZ_ASSERT(record || facts->state == agent::AccountState::kLoginRequired);
    for (int hour = 0; hour < 3; ++hour) {
        stage.timers.advance(std::chrono::hours(1));
        static_cast<void>(stage.book.token_now("smith", std::chrono::minutes(1)));
        static_cast<void>(stage.book.status());
        if (stage.http.open() > 0) stage.http.answer(503, "");
    }
    FUZZ_ASSERT(stage.store.find_account("smith") != nullptr);
    return 0;
}
