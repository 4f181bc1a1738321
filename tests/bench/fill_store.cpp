// SPDX-License-Identifier: Apache-2.0
// Usage: bench-fill-store STATE-DIR APP EXPIRES-IN < LINES
//
// Makes a store that looks as if many people had logged in: an account for each line "NAME ACCESS-TOKEN REFRESH-TOKEN",
// which expires EXPIRES-IN seconds from now, in the past when that is negative.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "app/keys/start_keys.h"
#include "app/start/state_dir.h"
#include "core/accounts/account_record.h"
#include "core/refresh/refresh_timing.h"
#include "core/refresh/token_set.h"
#include "io/loop/system_clock.h"
#include "io/store/key_slot_table.h"
#include "io/store/record_table.h"

namespace {

using namespace agent;

constexpr Duration kLifetime = std::chrono::hours(1);
constexpr std::size_t kGroup = 1000;

StoreChange login(const Sealer& sealer, const std::string& app, WallTime expires_at, std::string_view name,
                  const TokenSet& tokens) {
    AccountRecord record;
    record.name = name;
    record.app = app;
    record.user = ClioUser{.id = 42, .name = "Jane Doe", .email = "jane@example.com"};
    record.life.generation = 1;
    record.life.obtained_at = expires_at - kLifetime;
    record.life.expires_at = expires_at;
    record.life.refresh_at = draw_refresh_at(record.life.obtained_at, kLifetime, kDefaultAtFraction, 0.5);
    record.tokens = seal_token_set(sealer, tokens, name, 1);
    return {.action = StoreChange::Action::kPut, .row = seal_account_record(sealer, record), .expected_version = 0};
}

Result<void> commit(RecordTable& table, std::vector<StoreChange>& changes) {
    for (const Result<void>& result : table.commit(std::exchange(changes, {}))) AGENT_CHECK(result);
    return {};
}

Result<void> make_store(const std::string& directory, const std::string& app, std::chrono::seconds expires_in) {
    AGENT_TRY(const StateDir state_dir, StateDir::open(directory));
    AGENT_TRY(StoreFile file, StoreFile::open(state_dir.store_file()));
    AGENT_TRY(const KeySlots slots, read_key_slots(file));
    const auto add = [&](const SealingKey& data_key, const KeySlotFacts& facts, const SealingKey& key) -> Result<void> {
        AGENT_TRY([[maybe_unused]] const auto id, add_key_slot(file, data_key, facts, {}, key));
        return {};
    };
    AGENT_TRY(auto keys, keys_at_start(slots, add, Config(), state_dir.key_file(), /*kept=*/{}, SystemClock().now()));
    const Sealer sealer(std::move(keys.value().current));
    RecordTable table(std::move(file));
    const WallTime expires_at = SystemClock().now() + expires_in;

    std::vector<StoreChange> changes;
    std::string name;
    std::string access_token;
    std::string refresh_token;
    while (std::cin >> name >> access_token >> refresh_token) {
        const TokenSet tokens{.access_token = SecretString(access_token), .refresh_token = SecretString(refresh_token)};
        changes.push_back(login(sealer, app, expires_at, name, tokens));
        if (changes.size() >= kGroup) AGENT_CHECK(commit(table, changes));
    }
    return commit(table, changes);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4 || !init_sealing()) {
        std::fputs("Usage: bench-fill-store STATE-DIR APP EXPIRES-IN < LINES\n", stderr);
        return 2;
    }
    const Result<void> filled = make_store(argv[1], argv[2], std::chrono::seconds(std::atol(argv[3])));
    if (!filled) std::fprintf(stderr, "bench-fill-store: %s\n", filled.error().message.c_str());
    return filled ? EXIT_SUCCESS : EXIT_FAILURE;
}
