// SPDX-License-Identifier: Apache-2.0
#include "core/store/rollback.h"

#include <memory>

#include "core/accounts/account_record.h"
#include "core/apps/app_registry.h"
#include "core/oauth/app_presets.h"
#include "core/refresh/token_set.h"
#include "expect.h"

using agent::AccountRecord;
using agent::Rollback;
using agent::Rotation;
using agent::Sealer;
using agent::SeenRecord;
using agent::StoredRow;
using RowKind = agent::StoredRow::Kind;

namespace {

const Sealer& sealer() {
    static const auto made = [] {
        cr_assert(agent::init_sealing());
        return std::make_unique<Sealer>(*agent::SealingKey::from_raw(agent::as_bytes(std::string(32, 'k'))));
    }();
    return *made;
}

StoredRow account_row(std::uint64_t generation, agent::State state = agent::State::kReady) {
    AccountRecord record;
    record.name = "smith";
    record.app = "firm";
    record.life.generation = generation;
    record.life.state = state;
    if (state == agent::State::kLoginRequired) record.life.reason = "the grant was revoked";
    record.tokens = seal_token_set(
        sealer(), {.access_token = agent::SecretString("A1"), .refresh_token = agent::SecretString("R1")}, "smith",
        generation);
    return seal_account_record(sealer(), record);
}

StoredRow app_row(std::uint64_t generation) {
    agent::App app;
    app.name = "firm";
    app.client_id = "id";
    app.client_secret = agent::SecretString("hush");
    app.redirect_uris = {"http://127.0.0.1:5678/callback"};
    app.endpoints = agent::clio_endpoints(app.product, app.region);
    return seal_app(sealer(), app, generation);
}

/// "ready#8 A1", or "login_required#8 A1: REASON"; "damaged#7" when it does not open.
std::string words(const StoredRow& row) {
    const std::string number = "#" + std::to_string(row.generation);
    const auto record = open_account_record(sealer(), row);
    if (!record) return "damaged" + number;
    const auto tokens = open_token_set(sealer(), record->tokens, "smith", row.generation);
    std::string text = std::string(word_of(agent::kAccountStates, public_state(record->life.state))) + number + " ";
    text += tokens ? std::string(tokens->access_token.reveal()) : "no tokens";
    return record->life.reason.empty() ? text : text + ": " + record->life.reason;
}

std::string joined_findings(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

constexpr const char* kTry = "; to try it all the same: clioctl refresh --revive smith";
constexpr const char* kOlder = "generation 7 is stored, and 9 was seen";

}  // namespace

// Each row: what the witness has seen, what is stored, and what becomes of the account.
struct RollbackRow {
    const char* what;
    std::uint64_t seen_generation;  // 0: the witness does not know it
    std::uint64_t seen_revision;
    std::uint64_t generation;
    std::uint64_t revision;
    Rotation rotation;
    std::string account;
    std::string findings;
};

Test(rollback, accounts) {
    const std::string aside = std::string("login_required#10 A1: ") + kOlder + kTry;
    const std::string older = std::string("account smith: ") + kOlder + "\n";
    const std::string put_back = "the store was put back: revision 3, and 4 was seen\n";
    const std::string logged_out = "it was logged out since the store that was put back was copied";
    using enum Rotation;
    const RollbackRow rows[] = {
        RollbackRow{"no witness", 0, 0, 7, 3, kSingleUse, "ready#7 A1", ""},
        RollbackRow{"as it was seen", 7, 3, 7, 3, kSingleUse, "ready#7 A1", ""},
        RollbackRow{"a witness that lags", 6, 2, 7, 3, kSingleUse, "ready#7 A1", ""},
        RollbackRow{"one that the witness has missed", 0, 2, 1, 3, kSingleUse, "ready#1 A1", ""},
        RollbackRow{"one that the witness has missed, of the revision that was seen", 0, 3, 1, 3, kSingleUse,
                    "ready#1 A1", ""},
        RollbackRow{"one row put back", 9, 3, 7, 3, kSingleUse, aside, older},
        RollbackRow{"one row of a reusable grant", 9, 3, 7, 3, kReusable, "ready#10 A1", older},
        RollbackRow{"the whole store", 9, 4, 7, 3, kSingleUse, aside, put_back + older},
        RollbackRow{"an account that is the newest all the same", 7, 4, 7, 3, kSingleUse, "ready#7 A1", put_back},
        RollbackRow{"one that was logged out", 0, 4, 7, 3, kSingleUse, "login_required#8 A1: " + logged_out + kTry,
                    put_back + "account smith: " + logged_out + "\n"},
        RollbackRow{"a reusable one that was logged out", 0, 4, 7, 3, kReusable,
                    "login_required#8 A1: " + logged_out + kTry, put_back + "account smith: " + logged_out + "\n"},
    };
    for (const RollbackRow& row : rows) {
        std::vector<SeenRecord> seen{{.kind = RowKind::kRevision, .name = "store", .generation = row.seen_revision}};
        if (row.seen_generation != 0) seen.push_back({.name = "smith", .generation = row.seen_generation});
        Rollback rollback(sealer(), seen, row.revision);
        const StoredRow before = account_row(row.generation);
        const StoredRow after = rollback.account(before, [&](const std::string&) { return row.rotation; });
        cr_expect(words(after) == row.account, "%s: %s", row.what, words(after).c_str());
        cr_expect(joined_findings(rollback.findings()) == row.findings, "%s: %s", row.what,
                  joined_findings(rollback.findings()).c_str());
        const bool changed = after.generation != before.generation;
        cr_assert(rollback.changes().size() == (changed ? 1 : 0), "%s", row.what);
        if (!changed) continue;
        cr_expect(rollback.changes()[0].expected_version == before.version, "%s", row.what);
        cr_expect(words(rollback.changes()[0].row) == row.account, "%s", row.what);
        cr_expect(rollback.next_revision() == std::max(row.revision, row.seen_revision) + 1, "%s", row.what);
    }
}

Test(rollback, of_an_unknown_app_asks_a_person) {
    const std::vector<SeenRecord> seen{{.name = "smith", .generation = 9}};
    Rollback rollback(sealer(), seen, 0);
    const StoredRow after = rollback.account(account_row(7), [](const std::string& app) {
        EXPECT_TEXT(app, "firm");
        return agent::rotation_of(nullptr);
    });
    EXPECT_TEXT(words(after), std::string("login_required#10 A1: ") + kOlder + kTry);
}

Test(rollback, keeps_the_reason_of_an_account_that_needs_a_login_anyway) {
    const std::vector<SeenRecord> seen{{.name = "smith", .generation = 9}};
    Rollback rollback(sealer(), seen, 0);
    const StoredRow after = rollback.account(account_row(7, agent::State::kLoginRequired),
                                             [](const std::string&) { return Rotation::kSingleUse; });
    EXPECT_TEXT(words(after), "login_required#10 A1: the grant was revoked");
}

Test(rollback, leaves_what_is_damaged_as_it_is) {
    const std::vector<SeenRecord> seen{{.name = "smith", .generation = 9},
                                       {.kind = RowKind::kApp, .name = "firm", .generation = 9}};
    Rollback rollback(sealer(), seen, 0);
    StoredRow account = account_row(7);
    account.sealed[30] ^= std::byte{1};
    StoredRow app = app_row(7);
    app.sealed[30] ^= std::byte{1};
    cr_expect(rollback.app(app).sealed == app.sealed);
    const StoredRow after = rollback.account(account, [](const std::string&) { return Rotation::kSingleUse; });
    cr_expect(after.sealed == account.sealed && after.generation == 7);
    cr_expect(rollback.changes().empty());
}

Test(rollback, an_older_app_goes_on_past_what_was_seen) {
    const std::vector<SeenRecord> seen{{.kind = RowKind::kApp, .name = "firm", .generation = 4}};
    Rollback rollback(sealer(), seen, 0);
    const StoredRow after = rollback.app(app_row(2));
    cr_expect(after.generation == 5);
    const auto app = agent::open_app(sealer(), after);
    cr_assert(app);
    EXPECT_TEXT(app->client_secret.reveal(), "hush");
    EXPECT_TEXT(joined_findings(rollback.findings()),
                "app firm: generation 2 is stored, and 4 was seen; its secret may be an old one\n");
    cr_expect(rollback.changes().size() == 1);
}

Test(rollback, names_what_is_missing) {
    const std::vector<SeenRecord> seen{{.kind = RowKind::kRevision, .name = "store", .generation = 5},
                                       {.name = "jones", .generation = 2},
                                       {.kind = RowKind::kApp, .name = "firm", .generation = 4}};
    const std::string missing =
        "account jones: is not stored, and generation 2 was seen\n"
        "app firm: is not stored, and generation 4 was seen\n";
    EXPECT_TEXT(joined_findings(Rollback(sealer(), seen, 5).findings()), missing);
    EXPECT_TEXT(joined_findings(Rollback(sealer(), seen, 4).findings()),
                "the store was put back: revision 4, and 5 was seen\n" + missing);
    EXPECT_TEXT(joined_findings(Rollback(sealer(), seen, 6).findings()), "");  // it may have forgotten them since
}
