// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/schedule.h"

#include <string>
#include <vector>

#include "expect.h"
#include "fakes/fake_clock.h"

using agent::Account;
using agent::Schedule;
using namespace std::chrono_literals;

namespace {

constexpr auto kScheduleStart = fakes::FakeClock::kStart;

struct Diary {
    Diary() : accounts(4) {
        for (std::size_t i = 0; i < accounts.size(); ++i) accounts[i].record.name = std::string(1, "abcd"[i]);
    }
    std::vector<Account> accounts;  // outlives the schedule
    Account& a = accounts[0];
    Account& b = accounts[1];
    Account& c = accounts[2];
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    std::string due;
    Schedule schedule{clock, timers, [this](Account& account) {
                          due += account.record.name + std::to_string((clock.now() - kScheduleStart) / 1s) + " ";
                      }};
};

}  // namespace

Test(schedule, calls_each_once_at_its_time) {
    Diary diary;
    diary.schedule.set(diary.b, kScheduleStart + 2s);
    diary.schedule.set(diary.a, kScheduleStart + 1s);
    diary.schedule.set(diary.c, kScheduleStart - 1h);
    EXPECT_TEXT(diary.due, "");
    cr_expect(diary.schedule.next() == kScheduleStart - 1h);
    diary.timers.advance(1h);
    EXPECT_TEXT(diary.due, "c0 a1 b2 ");
    cr_expect_not(diary.schedule.next().has_value() || diary.a.scheduled.has_value());
    cr_expect(diary.timers.waiting() == 0);
}

Test(schedule, the_last_word_counts) {
    Diary diary;
    diary.schedule.set(diary.a, kScheduleStart + 10s);
    diary.schedule.set(diary.a, kScheduleStart + 1s);
    diary.schedule.set(diary.b, kScheduleStart + 1s);
    diary.schedule.set(diary.b, kScheduleStart + 10s);
    diary.schedule.set(diary.c, kScheduleStart + 5s);
    diary.schedule.set(diary.c, std::nullopt);
    diary.timers.advance(1h);
    EXPECT_TEXT(diary.due, "a1 b10 ");
}

Test(schedule, has_one_timer_for_all) {
    Diary diary;
    for (std::size_t i = 0; i < diary.accounts.size(); ++i)
        diary.schedule.set(diary.accounts[i], kScheduleStart + std::chrono::seconds(i + 1));
    cr_expect(diary.timers.waiting() == 1);
}

Test(schedule, due_may_set_it_anew) {
    fakes::FakeClock clock;
    fakes::FakeTimers timers(clock);
    Account account;
    int due = 0;
    Schedule* self = nullptr;
    Schedule schedule(clock, timers, [&](Account& one) {
        if (++due < 3) self->set(one, clock.now() + 1s);
    });
    self = &schedule;
    schedule.set(account, kScheduleStart);
    timers.advance(1h);
    cr_expect(due == 3);
}

Test(schedule, due_may_take_others_out) {
    fakes::FakeClock clock;
    fakes::FakeTimers timers(clock);
    Account first;
    Account second;
    int due = 0;
    Schedule* self = nullptr;
    Schedule schedule(clock, timers, [&](Account& one) {
        ++due;
        self->set(&one == &first ? second : first, std::nullopt);
    });
    self = &schedule;
    schedule.set(first, kScheduleStart + 1s);
    schedule.set(second, kScheduleStart + 1s);
    timers.advance(1h);
    cr_expect(due == 1);
}

Test(schedule, goes_by_the_wall_clock) {
    Diary diary;
    diary.schedule.set(diary.a, kScheduleStart + 1h);
    diary.clock.set_wall(kScheduleStart + 2h);
    diary.schedule.rearm();
    EXPECT_TEXT(diary.due, "");
    diary.timers.turn();
    EXPECT_TEXT(diary.due, "a7200 ");

    // Set back: the timer of before fires too early, and nothing is due.
    diary.schedule.set(diary.b, kScheduleStart + 3h);
    diary.clock.set_wall(kScheduleStart);
    diary.timers.advance(2h);
    EXPECT_TEXT(diary.due, "a7200 ");
    diary.timers.advance(1h);
    EXPECT_TEXT(diary.due, "a7200 b10800 ");
}
