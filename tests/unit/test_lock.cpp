// SPDX-License-Identifier: Apache-2.0
#include "core/keys/lock.h"

#include <list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_vault.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

DataKeys some_keys() {
    cr_assert(init_sealing());
    return {.current = *SealingKey::from_raw(as_bytes(std::string(SealingKey::kSize, 'k'))), .previous = {}};
}

struct LockStage {
    struct Caller {
        std::unique_ptr<Waiting> waiting;
        std::optional<Result<void>> answer;
    };

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeVault vault;
    std::list<Lock::Done> checks;  // of slots, that nobody has answered yet
    Lock lock{timers, vault, [this](Lock::Done done) { checks.push_back(std::move(done)); }};
    std::list<Caller> callers;
    int stopped = 0;

    LockStage() {
        vault.key = some_keys().current;
        lock.opened();
    }
    Caller& ask() {
        Caller& caller = callers.emplace_back();
        caller.waiting = lock.lock([&caller](Result<void> result) {
            cr_assert(!caller.answer, "answered twice");
            caller.answer = std::move(result);
        });
        cr_assert(!caller.answer, "answered before lock() has returned");
        return caller;
    }
    void slots_read(const Result<void>& may = {}) {
        const Lock::Done done = std::move(checks.front());
        checks.pop_front();
        done(may);
        timers.turn();
    }
    void wound_down() {
        vault.end_what_is_under_way();
        timers.turn();
    }
    void stop() {
        lock.stop(10s, [this] { ++stopped; });
    }
};

bool has_failed(const LockStage::Caller& caller, Error::Code code) {
    return caller.answer && !*caller.answer && caller.answer->error().code == code;
}

Result<void> no_passphrase() {
    return fail(Error::Code::kConflict, "nothing could unlock it again");
}

}  // namespace

Test(lock, locks_once_nothing_is_under_way) {
    LockStage stage;
    LockStage::Caller& caller = stage.ask();
    cr_expect(stage.lock.is_open(), "serves while the slots are read");
    stage.slots_read();
    cr_expect(!stage.lock.is_open());
    cr_expect(!caller.answer);
    stage.wound_down();
    cr_assert(caller.answer && caller.answer->has_value());
    EXPECT_TEXT(stage.vault.calls, "wind_down close ");
    cr_expect(stage.lock.state() == LockState::kLocked);
}

Test(lock, requests_that_meet_share_one_closing) {
    LockStage stage;
    for (int i = 0; i < 3; ++i) stage.ask();
    cr_assert(stage.checks.size() == 1);
    stage.slots_read();
    for (int i = 0; i < 3; ++i) stage.ask();
    stage.wound_down();
    for (const LockStage::Caller& caller : stage.callers) cr_expect(caller.answer && caller.answer->has_value());
    EXPECT_TEXT(stage.vault.calls, "wind_down close ");
}

Test(lock, is_confirmed_where_it_is_locked) {
    LockStage stage;
    stage.ask();
    stage.slots_read();
    stage.wound_down();
    LockStage::Caller& late = stage.ask();
    stage.timers.turn();
    cr_expect(late.answer && late.answer->has_value());
}

Test(lock, is_refused_where_nobody_could_unlock_it) {
    LockStage stage;
    LockStage::Caller& first = stage.ask();
    LockStage::Caller& second = stage.ask();
    stage.slots_read(no_passphrase());
    cr_expect(has_failed(first, Error::Code::kConflict) && has_failed(second, Error::Code::kConflict));
    cr_expect(stage.lock.is_open());
    EXPECT_TEXT(stage.vault.calls, "");
}

Test(lock, is_refused_where_tokens_would_be_lost) {
    LockStage stage;
    stage.vault.may_close_result = fail(Error::Code::kTemporarilyUnavailable, "the disk refuses");
    LockStage::Caller& caller = stage.ask();
    stage.slots_read();
    cr_expect(has_failed(caller, Error::Code::kTemporarilyUnavailable));
    cr_expect(stage.lock.is_open());
}

Test(lock, serves_again_when_a_refresh_does_not_end) {
    LockStage stage;
    LockStage::Caller& caller = stage.ask();
    stage.slots_read();
    stage.timers.advance(Lock::kGrace - 1ms);
    cr_expect(!caller.answer);
    stage.timers.advance(1ms);
    cr_expect(has_failed(caller, Error::Code::kTemporarilyUnavailable));
    EXPECT_TEXT(stage.vault.calls, "wind_down resume ");
    cr_expect(stage.lock.is_open());
    stage.ask();
    stage.slots_read();
    stage.wound_down();
    cr_expect(stage.lock.state() == LockState::kLocked, "and can be locked later");
}

Test(lock, goes_on_when_the_caller_gives_up) {
    LockStage stage;
    stage.ask().waiting.reset();
    stage.slots_read();
    stage.wound_down();
    cr_expect(stage.lock.state() == LockState::kLocked);
}

Test(lock, a_right_passphrase_calls_off_a_closing) {
    LockStage stage;
    LockStage::Caller& caller = stage.ask();
    stage.slots_read();
    cr_expect(stage.lock.unlock(some_keys()).has_value());
    stage.timers.turn();
    cr_expect(has_failed(caller, Error::Code::kConflict));
    EXPECT_TEXT(stage.vault.calls, "wind_down resume ");
    stage.timers.advance(Lock::kGrace);
    cr_expect(stage.lock.is_open());
}

Test(lock, opens_once) {
    LockStage stage;
    stage.ask();
    stage.slots_read();
    stage.wound_down();
    cr_expect(stage.lock.unlock(some_keys()).has_value());
    cr_expect(stage.lock.unlock(some_keys()).has_value());
    EXPECT_TEXT(stage.vault.calls, "wind_down close open ");
}

Test(lock, stays_locked_when_the_store_cannot_be_read) {
    LockStage stage;
    stage.ask();
    stage.slots_read();
    stage.wound_down();
    stage.vault.open_result = fail(Error::Code::kInternal, "damaged");
    cr_expect(!stage.lock.unlock(some_keys()));
    cr_expect(stage.lock.state() == LockState::kLocked);
    stage.vault.open_result = {};
    cr_expect(stage.lock.unlock(some_keys()).has_value());
}

Test(lock, a_stop_takes_over_a_closing_and_answers) {
    LockStage stage;
    LockStage::Caller& caller = stage.ask();
    stage.slots_read();
    stage.stop();
    stage.timers.turn();
    cr_expect(has_failed(caller, Error::Code::kTemporarilyUnavailable));
    cr_expect(stage.stopped == 0, "a refresh is under way");
    stage.wound_down();
    cr_expect(stage.stopped == 1);
    EXPECT_TEXT(stage.vault.calls, "wind_down ");
}

Test(lock, a_stop_waits_no_longer_than_its_grace) {
    LockStage stage;
    stage.ask();
    stage.slots_read();
    stage.stop();
    stage.timers.advance(10s - 1ms);
    cr_expect(stage.stopped == 0);
    stage.timers.advance(1ms);
    cr_expect(stage.stopped == 1);
}

Test(lock, a_stop_waits_for_tokens_at_stake) {
    LockStage stage;
    stage.vault.tokens_at_stake = true;
    stage.stop();
    stage.timers.advance(1min);
    cr_expect(stage.stopped == 0);
    cr_expect(stage.vault.ends_later >= 50s && stage.vault.ends_later <= 60s, "the vault is told of each delay");
    stage.wound_down();
    cr_expect(stage.stopped == 1, "it ends as soon as they are stored");
}

Test(lock, a_stop_waits_no_longer_once_nothing_is_at_stake) {
    LockStage stage;
    stage.vault.tokens_at_stake = true;
    stage.stop();
    stage.timers.advance(1min);
    stage.vault.tokens_at_stake = false;
    stage.timers.advance(Lock::kDelay);
    cr_expect(stage.stopped == 1);
}

Test(lock, a_stop_ends_however_much_is_at_stake) {
    LockStage stage;
    stage.vault.tokens_at_stake = true;
    stage.stop();
    stage.timers.advance(10s + Lock::kLongestDelay - 1ms);
    cr_expect(stage.stopped == 0);
    stage.timers.advance(1ms);
    cr_expect(stage.stopped == 1);
}

Test(lock, a_closing_that_takes_too_long_serves_again_with_tokens_at_stake) {
    LockStage stage;
    stage.vault.tokens_at_stake = true;
    stage.ask();
    stage.slots_read();
    stage.timers.advance(Lock::kGrace);
    cr_expect(stage.lock.is_open() && stage.vault.ends_later == 0s);
}

Test(lock, nothing_is_locked_or_unlocked_while_it_stops) {
    LockStage stage;
    stage.ask();
    stage.stop();
    stage.slots_read();
    LockStage::Caller& caller = stage.ask();
    stage.timers.turn();
    cr_expect(has_failed(caller, Error::Code::kTemporarilyUnavailable));
    cr_expect(!stage.lock.unlock(some_keys()));
    stage.wound_down();
    cr_expect(stage.stopped == 1);
}

Test(lock, a_locked_agent_stops_soon) {
    LockStage stage;
    stage.ask();
    stage.slots_read();
    stage.wound_down();
    stage.stop();
    cr_expect(stage.stopped == 0, "not before stop() has returned");
    stage.timers.turn();
    cr_expect(stage.stopped == 1);
}

// In any order of what people, the store, refreshes and time do: each caller is answered once, and the vault is never
// asked for what it cannot do.
Test(lock, answers_every_caller_in_any_order) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        std::mt19937 random(seed);
        LockStage stage;
        bool stops = false;
        for (int step = 0; step < 60; ++step) {
            switch (random() % 10) {
                case 0:
                case 1:
                case 2:
                    stage.ask();
                    break;
                case 3:
                    if (!stage.checks.empty()) stage.slots_read();
                    break;
                case 4:
                    if (!stage.checks.empty()) stage.slots_read(no_passphrase());
                    break;
                case 5:
                    if (stage.vault.wound_down) stage.wound_down();
                    break;
                case 6:
                    stage.vault.open_result = random() % 4 == 0 ? no_passphrase() : Result<void>();
                    static_cast<void>(stage.lock.unlock(some_keys()));
                    break;
                case 7:
                    stage.timers.advance(std::chrono::seconds(random() % 150));
                    break;
                case 8:
                    stage.timers.turn();
                    break;
                case 9:
                    if (random() % 20 == 0 && !stops) {
                        stage.stop();
                        stops = true;
                    }
                    break;
            }
        }
        while (!stage.checks.empty()) stage.slots_read();
        stage.timers.advance(Lock::kGrace);
        for (const LockStage::Caller& caller : stage.callers) cr_assert(caller.answer, "seed %u: not answered", seed);
        cr_assert(stage.stopped == (stops ? 1 : 0), "seed %u: stopped %d times", seed, stage.stopped);
    }
}
