// SPDX-License-Identifier: Apache-2.0
// What becomes of an account that a backup brings: rows of what is here, what is brought, and what follows.
#include "core/accounts/restored_account.h"

#include "expect.h"
#include "fakes/sealing.h"

using agent::Account;
using agent::AccountRecord;
using agent::ClioUser;
using agent::Rotation;
using agent::Sealer;
using agent::SealingKey;
using agent::SecretString;
using agent::State;
using agent::TokenSet;
using agent::WallTime;
using namespace std::chrono_literals;
using fakes::need_sealing;
using fakes::sealer_of;

namespace {

constexpr WallTime kRestoredAccountNow{1'800'000'000s};
constexpr const char* kBackup = "0123456789abcdef";
constexpr const char* kAsks =
    "restored from a backup: its refresh token works once, and may have been used since; "
    "to try it all the same: clioctl refresh --revive smith";

/// What decides of an account, here or in the backup.
struct Side {
    State state = State::kLoginRequired;
    std::uint64_t generation = 1;
    std::chrono::seconds obtained{1000};
    std::int64_t user = 7;  // -1: no user is known
};

AccountRecord record_of(const Side& side) {
    AccountRecord record;
    record.name = "smith";
    record.app = "firm";
    if (side.user >= 0) record.user = ClioUser{.id = side.user, .name = "Jane", .email = "jane@example.com"};
    record.life.state = side.state;
    record.life.generation = side.generation;
    record.life.obtained_at = WallTime(side.obtained);
    return record;
}

}  // namespace

TestSuite(restored_account, .init = need_sealing);

Test(restored_account, takes_the_place_only_of_what_is_damaged_or_needs_a_login_and_is_older) {
    constexpr Side kOld{.generation = 1, .obtained = 1000s};
    constexpr Side kNew{.generation = 2, .obtained = 2000s};
    struct Row {
        const char* name;
        const char* damage;
        Side here;
        Side there;
        const char* kept;  // part of why; empty when it is not
    };
    const Row rows[] = {
        {"newer", "", kOld, kNew, ""},
        {"newer, and ready there", "", kOld, {State::kReady, 2, 2000s}, ""},
        {"the same", "", kOld, kOld, "the backup's is not newer (generation 1 here, 1 in the backup)"},
        {"older", "", kNew, kOld, "the backup's is not newer (generation 2 here, 1 in the backup)"},
        {"of the same generation, and later", "", kOld, {.generation = 1, .obtained = 2000s}, "not newer"},
        {"of an older generation, and later", "", {.generation = 3}, {.generation = 2, .obtained = 2000s}, "not newer"},
        {"of a newer generation, and as late", "", kOld, {.generation = 2, .obtained = 1000s}, "not newer"},
        {"of a newer generation, and earlier", "", kOld, {.generation = 2, .obtained = 999s}, "not newer"},
        {"another user's", "", kOld, {.generation = 2, .obtained = 2000s, .user = 8}, "another Clio user"},
        {"another user's, and works", "", {State::kReady}, {.generation = 2, .user = 8}, "another Clio user"},
        {"of a user that Clio did not tell here", "", {.user = 0}, kNew, ""},
        {"of a user that Clio did not tell there", "", kOld, {.generation = 2, .obtained = 2000s, .user = 0}, ""},
        {"of a user unknown here", "", {.user = -1}, kNew, ""},
        {"of a user unknown there", "", kOld, {.generation = 2, .obtained = 2000s, .user = -1}, ""},
        {"damaged", "broken", kOld, kNew, ""},
        {"damaged, and newer", "broken", kNew, kOld, ""},
        {"damaged, of another user", "broken", kNew, {.generation = 1, .user = 8}, ""},
        {"damaged, and works", "broken", {State::kReady, 9, 9000s}, kOld, ""},
    };
    for (const Row& row : rows) {
        Account present;
        present.record = record_of(row.here);
        present.damage = row.damage;
        const auto why = why_kept(present, record_of(row.there));
        const std::string text = why.value_or("");
        cr_expect(why.has_value() == (*row.kept != '\0'), "%s: <%s>", row.name, text.c_str());
        cr_expect(text.find(row.kept) != std::string::npos, "%s: <%s>", row.name, text.c_str());
    }
}

Test(restored_account, leaves_what_works_here_in_every_state_but_one) {
    for (const State state : {State::kReady, State::kSavingIntent, State::kRequesting, State::kSavingTokens,
                              State::kTokensUnsaved, State::kStale, State::kUnknownOutcome}) {
        Account present;
        present.record = record_of({.state = state});
        const auto why = why_kept(present, record_of({.generation = 2, .obtained = 2000s}));
        cr_assert(why.has_value(), "%s", to_string(state).data());
        EXPECT_TEXT(*why,
                    "it works here (generation 1 here, 2 in the backup); to use the one in the backup, first run: "
                    "clioctl logout --local smith");
    }
}

Test(restored_account, tells_how_to_have_the_one_of_another_user) {
    Account present;
    present.record = record_of({.user = 7});
    EXPECT_TEXT(why_kept(present, record_of({.generation = 2, .obtained = 2000s, .user = 8})).value_or(""),
                "the account here belongs to another Clio user; to use the one in the backup, first run: clioctl "
                "logout --local smith");
}

Test(restored_account, waits_for_a_person_where_its_refresh_token_may_be_spent) {
    struct Row {
        const char* name;
        Rotation rotation;
        State state;
        const char* reason;
        const char* moved_to;
        std::chrono::seconds left;  // of the access token
        State becomes;
        const char* because;
    };
    const auto reusable = Rotation::kReusable;
    const auto once = Rotation::kSingleUse;
    const auto unknown = agent::rotation_of(nullptr);
    const Row rows[] = {
        {"reusable", reusable, State::kReady, "", "", 600s, State::kReady, ""},
        {"reusable, expired", reusable, State::kReady, "", "", -1s, State::kReady, ""},
        {"single use", once, State::kReady, "", "", 600s, State::kLoginRequired, kAsks},
        {"unknown app", unknown, State::kReady, "", "", 600s, State::kLoginRequired, kAsks},
        {"moved", once, State::kLoginRequired, "moved", kBackup, 600s, State::kReady, ""},
        {"moved, its last moment", once, State::kLoginRequired, "moved", kBackup, 1s, State::kReady, ""},
        {"moved, just expired", once, State::kLoginRequired, "moved", kBackup, 0s, State::kLoginRequired, kAsks},
        {"moved, expired", once, State::kLoginRequired, "moved", kBackup, -1s, State::kLoginRequired, kAsks},
        {"moved, expired, reusable", reusable, State::kLoginRequired, "moved", kBackup, -1s, State::kReady, ""},
        {"moved, unknown app", unknown, State::kLoginRequired, "moved", kBackup, 600s, State::kReady, ""},
        {"moved, expired, unknown app", unknown, State::kLoginRequired, "moved", kBackup, -1s, State::kLoginRequired,
         kAsks},
        {"moved by another", once, State::kLoginRequired, "moved", "feedfeedfeedfeed", 600s, State::kLoginRequired,
         "moved"},
        {"moved by another, reusable", reusable, State::kLoginRequired, "moved", "feedfeedfeedfeed", 600s,
         State::kLoginRequired, "moved"},
        {"refused by Clio", once, State::kLoginRequired, "invalid_grant", "", 600s, State::kLoginRequired,
         "invalid_grant"},
        {"refused by Clio, reusable", reusable, State::kLoginRequired, "invalid_grant", "", 600s, State::kLoginRequired,
         "invalid_grant"},
    };
    for (const Row& row : rows) {
        AccountRecord brought = record_of({.state = row.state, .generation = 5});
        brought.life.reason = row.reason;
        brought.life.obtained_at = kRestoredAccountNow - 1h;
        brought.life.expires_at = kRestoredAccountNow + row.left;
        const std::string brought_moved_to = row.moved_to;
        brought.moved_to = brought_moved_to;
        const AccountRecord record = as_restored(std::move(brought), kBackup, row.rotation, kRestoredAccountNow);
        cr_expect(record.life.state == row.becomes, "%s: %s", row.name, to_string(record.life.state).data());
        cr_expect(record.life.reason == row.because, "%s: <%s>", row.name, record.life.reason.c_str());
        const bool moved_here = brought_moved_to == kBackup;
        cr_expect(record.moved_to == (moved_here ? "" : brought_moved_to), "%s", row.name);
        cr_expect(record.life.generation == 5 && record.app == "firm" && record.user->id == 7, "%s", row.name);
    }
}

Test(restored_account, asks_a_person_once) {
    for (const State state : {State::kReady, State::kUnknownOutcome, State::kStale}) {
        AccountRecord record = record_of({.state = state});
        agent::require_login(record, "who knows");
        cr_expect(record.life.state == State::kLoginRequired);
        EXPECT_TEXT(record.life.reason, "who knows; to try it all the same: clioctl refresh --revive smith");
        agent::require_login(record, "another doubt");
        EXPECT_TEXT(record.life.reason, "who knows; to try it all the same: clioctl refresh --revive smith");
    }
}

Test(restored_account, is_sealed_anew_for_its_new_generation_alone) {
    const Sealer sealer = sealer_of('k');
    const TokenSet tokens{.access_token = SecretString("A5"), .refresh_token = SecretString("R5")};
    AccountRecord record = record_of({.state = State::kReady, .generation = 5});
    record.tokens = seal_token_set(sealer_of('b'), tokens, "smith", 5);
    record.previous_tokens = seal_token_set(sealer_of('b'), tokens, "smith", 4);
    record.previous_generation = 4;
    agent::set_tokens(record, tokens, 9, sealer);

    cr_expect(record.life.generation == 9);
    cr_expect(record.previous_tokens.empty() && record.previous_generation == 0);
    const auto opened = open_token_set(sealer, record.tokens, "smith", 9);
    cr_assert(opened.has_value());
    EXPECT_TEXT(opened->access_token.reveal(), "A5");
    EXPECT_TEXT(opened->refresh_token.reveal(), "R5");
    cr_expect_not(open_token_set(sealer, record.tokens, "smith", 5));
    cr_expect_not(open_token_set(sealer, record.tokens, "jones", 9));
    cr_expect_not(open_token_set(sealer_of('b'), record.tokens, "smith", 9));
}

Test(restored_account, passes_the_checks_of_a_fresh_answer) {
    struct Brought {
        AccountRecord record;
        std::string access = "A1";
        std::string refresh = "R1";
    };
    const auto check = [](void (*change)(Brought&)) {
        Brought brought{.record = record_of({})};
        brought.record.life.obtained_at = kRestoredAccountNow - 1h;
        brought.record.life.refresh_at = kRestoredAccountNow;
        brought.record.life.expires_at = kRestoredAccountNow + 1h;
        change(brought);
        const auto checked = agent::check_brought(
            brought.record,
            {.access_token = SecretString(brought.access), .refresh_token = SecretString(brought.refresh)},
            kRestoredAccountNow);
        return checked ? std::string() : checked.error().message;
    };
    EXPECT_TEXT(check([](Brought&) {}), "");
    EXPECT_TEXT(check([](Brought& b) { b.record.life.expires_at = kRestoredAccountNow - 30min; }),
                "");  // it has expired since
    EXPECT_CONTAINS(check([](Brought& b) { b.access = "a\r\nX: y"; }), "access token");
    EXPECT_CONTAINS(check([](Brought& b) { b.access = ""; }), "access token");
    EXPECT_CONTAINS(check([](Brought& b) { b.access = std::string(16385, 'a'); }), "access token");
    EXPECT_CONTAINS(check([](Brought& b) { b.refresh = ""; }), "refresh token");
    EXPECT_CONTAINS(check([](Brought& b) { b.record.app = "../etc"; }), "app");
    EXPECT_CONTAINS(check([](Brought& b) { b.record.life.expires_at = kRestoredAccountNow - 2h; }), "lifetime");
    EXPECT_CONTAINS(check([](Brought& b) { b.record.life.expires_at = kRestoredAccountNow + 24h * 3651; }), "lifetime");
    EXPECT_CONTAINS(check([](Brought& b) {
                        b.record.life.obtained_at += 24h * 3650;
                        b.record.life.refresh_at += 24h * 3650;
                        b.record.life.expires_at += 24h * 3650;
                    }),
                    "too far in the future");
    EXPECT_CONTAINS(check([](Brought& b) { b.record.life.refresh_at = kRestoredAccountNow - 2h; }), "time to refresh");
    EXPECT_CONTAINS(check([](Brought& b) { b.record.life.refresh_at = kRestoredAccountNow + 24h; }), "time to refresh");
}
