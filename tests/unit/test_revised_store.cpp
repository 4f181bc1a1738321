// SPDX-License-Identifier: Apache-2.0
#include "core/store/revised_store.h"

#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_token_store.h"
#include "fakes/sealing.h"
#include "fakes/store_changes.h"

using agent::RevisedStore;
using agent::Sealer;
using agent::SealingKey;
using agent::StoredRow;
using fakes::key_of;
using fakes::need_sealing;
using fakes::put;
using fakes::remove_record;

namespace {

struct RevisedStoreStage {
    /// Its result, in words; its commits are then durable, or refused.
    std::string commit(agent::StoreChange change) {
        std::string text = "not told";
        const auto commit = store.commit(
            std::move(change), [&](const agent::Result<void>& done) { text = done ? "done" : done.error().message; });
        timers.turn();
        return text;
    }
    std::uint64_t loaded_revision(const Sealer& with) {
        RevisedStore read(base, with);
        std::size_t records = 0;
        cr_assert(read.load([&](const StoredRow& row) {
            cr_expect(row.kind != StoredRow::Kind::kRevision);
            ++records;
        }));
        cr_expect(records + 1 == base.rows().size() || base.rows().empty());
        return read.revision();
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeTokenStore base{timers};
    Sealer sealer{key_of('k')};
    RevisedStore store{base, sealer};
};

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

}  // namespace

TestSuite(revised_store, .init = need_sealing);

Test(revised_store, counts_before_a_record_comes_or_goes) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    EXPECT_TEXT(stage.commit(put("smith", 1, 2, "sealed")), "done");
    EXPECT_TEXT(stage.commit(remove_record("smith", 2)), "done");
    EXPECT_TEXT(joined(stage.base.log()),
                "put store 0->1\nput smith 0->1\nput smith 1->2\nput store 1->2\nremove smith 2\n");
    cr_expect(stage.store.revision() == 2 && stage.loaded_revision(stage.sealer) == 2);
}

Test(revised_store, goes_on_from_what_is_durable) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    stage.base.disk_is_full();
    EXPECT_CONTAINS(stage.commit(put("jones", 0, 1, "sealed")), "disk full");
    EXPECT_CONTAINS(stage.commit(put("clark", 0, 1, "sealed")), "disk full");
    cr_expect(stage.store.revision() == 1);
    stage.base.refuse({});
    EXPECT_TEXT(stage.commit(put("jones", 0, 1, "sealed")), "done");
    cr_expect(stage.store.revision() == 2 && stage.loaded_revision(stage.sealer) == 2);
}

Test(revised_store, one_with_a_broken_seal_counts_as_none_and_is_mended) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    StoredRow& row = *stage.base.find(StoredRow::Kind::kRevision, RevisedStore::kRecordName);
    row.generation = 9;  // as somebody without the key would have it
    cr_expect(stage.loaded_revision(stage.sealer) == 0);
    row.generation = 1;
    cr_expect(stage.loaded_revision(Sealer(key_of('x'))) == 0);

    row.generation = 9;
    cr_assert(stage.store.load([](const StoredRow&) {}));
    EXPECT_TEXT(stage.commit(put("jones", 0, 1, "sealed")), "done");
    cr_expect(stage.store.revision() == 10 && stage.loaded_revision(stage.sealer) == 10);
}

Test(revised_store, is_sealed_with_the_present_key) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    stage.sealer.rotate(key_of('n'));
    bool told = false;
    stage.store.advance([&](const agent::Result<void>& done) { told = done.has_value(); });
    cr_expect_not(told);
    stage.timers.turn();
    cr_expect(told && stage.loaded_revision(Sealer(key_of('n'))) == 2);
}

Test(revised_store, goes_on_from_what_another_program_has_counted) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    RevisedStore another(stage.base, stage.sealer);
    cr_assert(another.load([](const StoredRow&) {}));
    another.advance([](const agent::Result<void>& done) { cr_expect(done); });
    stage.timers.turn();
    bool refused = false;
    stage.store.advance([&](const agent::Result<void>& done) { refused = !done; });
    stage.timers.turn();
    cr_expect(refused && stage.loaded_revision(stage.sealer) == 2);
    EXPECT_TEXT(stage.commit(put("jones", 0, 1, "sealed")), "done");
    cr_expect(stage.store.revision() == 3 && stage.loaded_revision(stage.sealer) == 3);
}

Test(revised_store, what_was_not_counted_is_counted_with_the_next_commit) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    EXPECT_TEXT(stage.commit(put("jones", 0, 1, "sealed")), "done");
    stage.base.hold();
    const auto removed = stage.store.commit(
        remove_record("jones", 1), [](const agent::Result<void>& done) { cr_expect(done, "the disk has taken it"); });
    stage.base.disk_is_full();
    stage.base.finish();
    stage.base.refuse({});
    stage.base.finish();
    cr_expect(stage.loaded_revision(stage.sealer) == 2, "an older copy with this account would go unseen");

    stage.base.release();
    EXPECT_TEXT(stage.commit(put("smith", 1, 2, "sealed")), "done");
    cr_expect(stage.store.revision() == 3 && stage.loaded_revision(stage.sealer) == 3);
    EXPECT_TEXT(stage.commit(put("smith", 2, 3, "sealed")), "done");
    cr_expect(stage.loaded_revision(stage.sealer) == 3, "once");
}

Test(revised_store, what_another_program_has_counted_before_is_counted_again) {
    RevisedStoreStage stage;
    EXPECT_TEXT(stage.commit(put("smith", 0, 1, "sealed")), "done");
    RevisedStore another(stage.base, stage.sealer);
    cr_assert(another.load([](const StoredRow&) {}));
    another.advance([](const agent::Result<void>& done) { cr_expect(done); });
    stage.timers.turn();
    EXPECT_TEXT(stage.commit(put("jones", 0, 1, "sealed")), "done");
    stage.timers.turn();
    EXPECT_TEXT(stage.commit(put("smith", 1, 2, "sealed")), "done");
    cr_expect(stage.loaded_revision(stage.sealer) == 3);
}
