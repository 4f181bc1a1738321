// SPDX-License-Identifier: Apache-2.0
// Backups of an agent among fakes: what is copied, what is given away, and what comes back elsewhere.
#include "core/backup/store_backups.h"

#include "core/store/seal_context.h"
#include "fakes/sealing.h"
#include "unit/backup_stage.h"

using namespace std::chrono_literals;
using agent::BackupPage;
using agent::Bytes;
using agent::RestoredRecord;
using agent::Rotation;
using agent::Sealer;
using agent::SealingKey;
using agent::StoredRow;
using Key = BackupStage::Key;
using Rows = BackupStage::Rows;
using fakes::need_sealing;

namespace {

using Firm = BackupStage::Firm;

std::string numbered(const char* name, int number) {
    const std::string digits = std::to_string(number);
    return name + std::string(3 - digits.size(), '0') + digits;
}

/// Every record that the pages have, in order, one a line, with "--" after each page.
std::string pages(BackupStage& stage, const Key& key) {
    std::string all;
    std::optional<BackupPage::Place> after;
    stage.backups->begin(*key);
    do {
        const BackupPage page = *stage.backups->copy(*key, after);
        cr_expect(page.records.size() + page.left_out.size() <= agent::Backups::kPage);
        for (const StoredRow& row : page.records)
            all.append(word_of(agent::kRecordKinds, row.kind)).append(" ").append(row.name).append("\n");
        for (const BackupPage::LeftOut& left : page.left_out)
            all.append("without ").append(left.place.name).append(": ").append(left.reason).append("\n");
        all.append("--\n");
        after = page.next;
    } while (after);
    return all;
}

}  // namespace

TestSuite(store_backups, .init = need_sealing);

Test(store_backups, come_page_by_page_apps_first) {
    struct Row {
        int apps;
        int accounts;
    };
    for (const Row& row :
         {Row{0, 0}, Row{0, 3}, Row{3, 0}, Row{3, 130}, Row{70, 3}, Row{64, 1}, Row{63, 1}, Row{1, 127}, Row{128, 0}}) {
        BackupStage stage;
        std::string expected;
        int seen = 0;
        const auto expect = [&](const std::string& line) {
            expected += line;
            if (++seen % 64 == 0) expected += "--\n";
        };
        for (int i = row.apps; i-- > 0;) stage.add_app(numbered("z", i));
        for (int i = row.accounts; i-- > 0;) stage.log_in(numbered("a", i));
        for (int i = 0; i < row.apps; ++i) expect("app " + numbered("z", i) + "\n");
        for (int i = 0; i < row.accounts; ++i) expect("account " + numbered("a", i) + "\n");
        EXPECT_TEXT(pages(stage, backup_key_of('b')), expected + "--\n");
    }
}

Test(store_backups, are_made_without_what_is_damaged) {
    BackupStage stage;
    for (int i = 0; i < 66; ++i) stage.log_in(numbered("a", i));
    for (int i = 1; i < 64; ++i) stage.store.find_account(numbered("a", i))->sealed.back() ^= std::byte{1};
    stage.restart();
    stage.backups->begin(*backup_key_of('b'));
    const BackupPage page = *stage.backups->copy(*backup_key_of('b'), std::nullopt);
    cr_assert(page.records.size() == 1 && page.left_out.size() == 63);
    cr_expect(page.left_out.back().place.kind == StoredRow::Kind::kAccount);
    EXPECT_TEXT(page.left_out.back().place.name, "a063");
    EXPECT_CONTAINS(page.left_out.back().reason, "damaged");
    EXPECT_TEXT(pages(stage, backup_key_of('b')).substr(0, 13), "account a000\n");
    EXPECT_CONTAINS(pages(stage, backup_key_of('b')), "--\naccount a064\naccount a065\n--\n");
}

Test(store_backups, end_with_a_seal_of_their_key_and_number) {
    const Key key = backup_key_of('b');
    const Bytes end = seal_backup_end(*key, 3);
    cr_expect(check_backup_end(*key, 3, end).has_value());
    Bytes altered = end;
    altered.front() ^= std::byte{1};
    struct Row {
        const char* name;
        Key with;
        std::uint64_t records;
        Bytes sealed;
    };
    for (const Row& row :
         {Row{"fewer", key, 2, end}, Row{"more", key, 4, end}, Row{"none", key, 0, end},
          Row{"another key", backup_key_of('c'), 3, end}, Row{"altered", key, 3, altered}, Row{"no seal", key, 3, {}},
          Row{"another backup's", key, 3, seal_backup_end(*backup_key_of('c'), 3)},
          Row{"a seal of something else", key, 3,
              key->seal({}, agent::seal_context("app-record", backup_id(*key), 3))}}) {
        const auto checked = check_backup_end(*row.with, row.records, row.sealed);
        cr_assert_not(checked, "%s", row.name);
        cr_expect(checked.error().code == agent::Error::Code::kForbidden, "%s", row.name);
    }
}

Test(store_backups, bring_back_an_app_and_then_its_account) {
    BackupStage source(Rotation::kReusable, Firm::kAdded);
    source.log_in("smith");
    const Key key = backup_key_of('b');
    const Rows records = source.copied(key);

    BackupStage target(Rotation::kReusable, Firm::kUnknown);
    EXPECT_TEXT(target.restored(key, {}), "");
    EXPECT_TEXT(target.restored(key, records), "app firm restored\naccount smith restored\n");
    target.restart();
    EXPECT_TEXT(target.now("smith"), "A1#1");
    target.refresh("smith");
    target.let_refresh("A2");
    EXPECT_TEXT(target.last_refresh_token_sent(), "R1");
    EXPECT_CONTAINS(target.http.last().form_body.reveal(), "client_secret=s3cret");
    EXPECT_TEXT(target.state("smith"), "ready#2");
}

Test(store_backups, leave_what_is_here) {
    BackupStage source(Rotation::kReusable, Firm::kAdded);
    source.log_in("smith");
    const Key key = backup_key_of('b');
    const Rows records = source.copied(key);
    source.app.client_secret = agent::SecretString("newer");
    source.add_app("firm");
    EXPECT_TEXT(source.restored(key, records),
                "app firm kept: there is an app of this name\n"
                "account smith kept: it works here (generation 1 here, 1 in the backup); to use the one in the backup, "
                "first run: "
                "clioctl logout --local smith\n");
    EXPECT_TEXT(source.apps->secret(*source.apps->find("firm"))->reveal(), "newer");
}

Test(store_backups, leave_to_a_person_whether_a_refresh_token_that_works_once_is_spent) {
    BackupStage source(Rotation::kSingleUse);
    source.log_in("smith");
    const Key key = backup_key_of('b');

    BackupStage target(Rotation::kSingleUse);
    const std::string why =
        "restored from a backup: its refresh token works once, and may have been used since; "
        "to try it all the same: clioctl refresh --revive smith";
    EXPECT_TEXT(target.restored(key, source.copied(key)), "account smith set_aside: " + why + "\n");
    EXPECT_TEXT(target.state("smith"), "login_required#1");
    EXPECT_TEXT(target.reason("smith"), why);
    target.run(24h);
    cr_expect(target.http.sent() == 0);
    target.revive("smith");
    target.let_refresh("A2", "R2");
    EXPECT_TEXT(target.state("smith"), "ready#2");
}

Test(store_backups, tell_which_app_an_account_lacks) {
    BackupStage source;
    source.log_in("smith");
    const Key key = backup_key_of('b');
    BackupStage target(Rotation::kReusable, Firm::kUnknown);
    EXPECT_TEXT(target.restored(key, source.copied(key)),
                "account smith set_aside: account smith: its app firm is not registered; add it with: clioctl app add "
                "firm\n");
}

Test(store_backups, bring_back_nothing_that_was_altered_and_all_the_rest) {
    BackupStage source;
    source.add_app("extra");
    source.log_in("smith");
    const Key key = backup_key_of('b');
    const Rows good = source.copied(key);
    const Rows others = source.copied(backup_key_of('c'));
    struct Row {
        const char* name;
        void (*alter)(StoredRow& row, const StoredRow& other);
    };
    const Row rows[] = {
        {"of another key", [](StoredRow& row, const StoredRow& other) { row = other; }},
        {"renamed", [](StoredRow& row, const StoredRow&) { row.name = "jones"; }},
        {"of another generation", [](StoredRow& row, const StoredRow&) { ++row.generation; }},
        {"of another kind",
         [](StoredRow& row, const StoredRow&) {
             const bool was_app = row.kind == StoredRow::Kind::kApp;
             row.kind = was_app ? StoredRow::Kind::kAccount : StoredRow::Kind::kApp;
         }},
        {"damaged", [](StoredRow& row, const StoredRow&) { row.sealed.back() ^= std::byte{1}; }},
        {"empty", [](StoredRow& row, const StoredRow&) { row.sealed.clear(); }},
    };
    for (const Row& row : rows) {
        for (const std::size_t at : {0, 1}) {
            Rows records = good;
            row.alter(records[at], others[at]);
            BackupStage target;
            const std::string all = target.restored(key, records);
            EXPECT_CONTAINS(all, " failed: cannot be opened");
            EXPECT_CONTAINS(all, at == 0 ? "\naccount smith restored\n" : "app extra restored\n");
            cr_expect(target.book->list().size() == 1 - at && target.apps->list().size() == 1 + at, "%s", row.name);
        }
    }
}

Test(store_backups, that_the_disk_refuses_say_so) {
    BackupStage source(Rotation::kReusable, Firm::kAdded);
    source.log_in("smith");
    const Key key = backup_key_of('b');
    BackupStage target(Rotation::kReusable, Firm::kUnknown);
    target.store.disk_is_full();
    EXPECT_TEXT(target.restored(key, source.copied(key)),
                "app firm failed: fake store: disk full\naccount smith failed: fake store: disk full\n");
}

Test(store_backups, that_nobody_waits_for_leave_out_what_has_not_begun) {
    BackupStage source;
    for (const char* account : {"adams", "brown", "clark"}) source.log_in(account);
    const Key key = backup_key_of('b');

    BackupStage target;
    target.store.hold();
    Reply& reply = target.begin_to_restore(key, source.copied(key));
    target.timers.turn();
    target.store.finish();
    target.timers.turn();
    cr_assert(target.store.waiting() == 1, "one after the other");
    reply.waiting.reset();
    target.store.release();
    target.run(CoreStage::kAMoment);
    cr_expect(reply.answers == 0);
    EXPECT_TEXT(target.state("adams"), "ready#1");
    EXPECT_TEXT(target.state("brown"), "ready#1");
    EXPECT_TEXT(target.state("clark"), "not_found");
}

Test(store_backups, give_an_account_away_once) {
    BackupStage stage(Rotation::kSingleUse);
    stage.log_in("smith");
    const Key key = backup_key_of('b');
    const std::string id = agent::backup_id(*key);
    EXPECT_TEXT(stage.move("smith", key).text, "moved");
    for (int start = 0; start < 2; ++start) {
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        EXPECT_TEXT(stage.reason("smith"), "it was moved away with the backup " + id +
                                               "; unless that is restored somewhere, take it back with: "
                                               "clioctl refresh --revive smith");
        for (const Key& again : {key, backup_key_of('c')})
            EXPECT_TEXT(stage.move("smith", again).text, "it was moved away before, with the backup " + id);
        stage.restart();
    }
    stage.run(24h);
    cr_expect(stage.http.sent() == 0);
}

Test(store_backups, give_an_account_away_again_once_it_was_taken_back) {
    BackupStage stage(Rotation::kSingleUse);
    stage.log_in("smith");
    stage.move("smith", backup_key_of('b'));
    stage.revive("smith");
    stage.let_refresh("A2", "R2");
    EXPECT_TEXT(stage.move("smith", backup_key_of('c')).text, "moved");
    EXPECT_CONTAINS(stage.reason("smith"), agent::backup_id(*backup_key_of('c')));
}

Test(store_backups, leave_an_account_that_needs_a_login_as_it_is) {
    for (const bool is_moved_meanwhile : {false, true}) {
        BackupStage stage(Rotation::kSingleUse);
        stage.log_in("smith");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        const Reply* moved = is_moved_meanwhile ? &stage.move("smith", backup_key_of('b')) : nullptr;
        stage.say_invalid_grant();
        stage.run(CoreStage::kAMoment);
        if (!is_moved_meanwhile) moved = &stage.move("smith", backup_key_of('b'));
        const std::string reason = stage.reason("smith");
        EXPECT_CONTAINS(reason, "invalid_grant");
        EXPECT_TEXT(moved->text, "it needs a login: " + reason);

        BackupStage target(Rotation::kSingleUse);
        const std::string all = target.restored(backup_key_of('b'), stage.copied(backup_key_of('b')));
        EXPECT_TEXT(all, "account smith set_aside: " + reason + "\n");
    }
}

Test(store_backups, give_nothing_away_that_is_not_there_or_that_the_disk_refuses) {
    BackupStage stage;
    stage.log_in("smith");
    EXPECT_TEXT(stage.move("nobody", backup_key_of('b')).text, "not_found");
    stage.store.disk_is_full();
    EXPECT_TEXT(stage.move("smith", backup_key_of('b')).text, "temporarily_unavailable");
    EXPECT_TEXT(stage.state("smith"), "ready#1");
}

Test(store_backups, let_an_account_go_on_where_it_was_moved_to) {
    BackupStage source(Rotation::kSingleUse);
    source.log_in("smith");
    const Key key = backup_key_of('b');
    source.move("smith", key);

    BackupStage target(Rotation::kSingleUse);
    EXPECT_TEXT(target.restored(key, source.copied(key)), "account smith restored\n");
    EXPECT_TEXT(target.state("smith"), "ready#1");
    EXPECT_TEXT(target.book->moved_to("smith"), "");
    target.restart();
    target.run(48min);
    target.let_refresh("A2", "R2");
    EXPECT_TEXT(target.last_refresh_token_sent(), "R1");
    EXPECT_TEXT(target.state("smith"), "ready#2");
}

Test(store_backups, do_not_let_an_account_go_on_that_was_copied_but_not_moved_with_them) {
    struct Row {
        const char* name;
        bool copied_before;
        char copied_with;
        CoreStage::Duration later;
    };
    for (const Row& row : {Row{"copied before it was moved", true, 'b', 0s}, Row{"moved with another", false, 'c', 0s},
                           Row{"restored after its token expired", false, 'b', 2h}}) {
        BackupStage source(Rotation::kSingleUse);
        source.log_in("smith");
        const Key key = backup_key_of(row.copied_with);
        Rows records = source.copied(key);
        source.move("smith", backup_key_of('b'));
        if (!row.copied_before) records = source.copied(key);

        BackupStage target(Rotation::kSingleUse);
        target.run(row.later);
        const std::string all = target.restored(key, records);
        cr_expect(all.starts_with("account smith set_aside: "), "%s: %s", row.name, all.c_str());
        EXPECT_TEXT(target.state("smith"), "login_required#1");
    }
}
