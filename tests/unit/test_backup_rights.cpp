// SPDX-License-Identifier: Apache-2.0
// Which backups are made and restored at all.
#include "fakes/sealing.h"
#include "unit/backup_stage.h"

using namespace std::chrono_literals;
using agent::BackupPage;
using agent::RestoredRecord;
using agent::Rotation;
using Firm = BackupStage::Firm;
using Key = BackupStage::Key;
using Rows = BackupStage::Rows;
using fakes::need_sealing;

TestSuite(backup_rights, .init = need_sealing);

Test(backup_rights, a_grant_does_not_come_back_with_another_app) {
    for (const Rotation rotation : {Rotation::kReusable, Rotation::kSingleUse}) {
        BackupStage stage(rotation);
        stage.log_in("smith");
        const Key key = backup_key_of('b');
        const Rows records = stage.copied(key);
        stage.store.rows().clear();
        stage.app.endpoints.token = "https://evil.example/token";
        stage.restart();
        EXPECT_CONTAINS(stage.restored(key, records), "account smith set_aside: account smith: its grant came from");
        const Reply& revived = stage.revive("smith");
        stage.run(24h);
        EXPECT_TEXT(revived.text, "login_required");
        cr_expect(stage.http.sent() == 0, "its refresh token was sent elsewhere");
    }
}

Test(backup_rights, take_no_key_that_was_not_begun_here) {
    BackupStage stage;
    stage.log_in("smith");
    const Key key = backup_key_of('b');
    const auto copied = [&] { return stage.backups->copy(*key, std::nullopt).has_value(); };
    const auto moved = [&] {
        const Reply& reply = stage.waited([&](Reply& to) {
            return stage.backups->move("smith", *key, [&to](agent::Result<std::string> why_not) {
                if (why_not) return to.take(std::string("moved"));
                to.take(std::move(why_not).error());
            });
        });
        stage.run(CoreStage::kAMoment);
        return reply.text;
    };
    cr_expect_not(copied());
    EXPECT_TEXT(moved(), "forbidden");

    stage.backups->begin(*key);
    stage.run(agent::Backups::kBegun);
    cr_expect(copied());
    stage.run(agent::Backups::kBegun);
    cr_expect(copied(), "each use counts");
    stage.run(agent::Backups::kBegun + 1s);
    cr_expect_not(copied());
    EXPECT_TEXT(moved(), "forbidden");

    stage.backups->begin(*key);
    for (char fill = 'c'; fill < 'c' + 16; ++fill) {
        stage.run(1s);
        stage.backups->begin(*backup_key_of(fill));
    }
    cr_expect_not(copied(), "the oldest gave way");
}

Test(backup_rights, are_checked_without_restoring_anything) {
    BackupStage source;
    source.add_app("extra");
    source.log_in("smith");
    const Key key = backup_key_of('b');
    Rows records = source.copied(key);
    const auto words = [](const std::vector<RestoredRecord>& all) {
        std::string text;
        for (const RestoredRecord& one : all) text.append(word_of(agent::kRestoredResults, one.result)).append(" ");
        return text;
    };
    BackupStage target(Rotation::kReusable, Firm::kUnknown);
    EXPECT_TEXT(words(target.backups->check(*key, records)), "restorable restorable ");
    records[1].sealed.back() ^= std::byte{1};
    EXPECT_TEXT(words(target.backups->check(*key, records)), "restorable failed ");
    EXPECT_TEXT(words(target.backups->check(*backup_key_of('c'), records)), "failed failed ");
    cr_expect(target.book->list().empty() && target.apps->list().empty() && target.store.rows().empty());
}

Test(backup_rights, leave_out_what_could_not_be_restored) {
    BackupStage stage;
    stage.log_in("good");
    stage.log_in("large", 1h, "A1", std::string(60'000, 'r'));
    const Key key = backup_key_of('b');
    stage.backups->begin(*key);
    const BackupPage page = *stage.backups->copy(*key, std::nullopt);
    cr_assert(page.records.size() == 1 && page.left_out.size() == 1);
    EXPECT_TEXT(page.left_out.front().place.name, "large");
    EXPECT_CONTAINS(page.left_out.front().reason, "too large");
}
