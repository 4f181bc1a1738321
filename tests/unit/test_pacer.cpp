// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/pacer.h"

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "expect.h"
#include "fakes/fake_clock.h"

using agent::Pacer;
using namespace std::chrono_literals;

namespace {

/// Queues under a name, and notes when each name's turn came. Turns are kept until the test gives them back.
struct Line {
    explicit Line(Pacer::Limits limits) : pacer(clock, timers, limits) {}

    void queue(const std::string& name, Pacer::Priority priority = Pacer::Priority::kBackground,
               const std::string& lane = "lane") {
        tickets.emplace(name, pacer.queue(lane, priority, [this, name](Pacer::Turn turn) {
            begun += (begun.empty() ? "" : " ") + name + "@" + std::to_string((clock.boot_now() - start).count());
            turns.push_back(std::move(turn));
        }));
    }
    void ask(const std::string& name, const std::string& lane = "lane") { queue(name, Pacer::Priority::kAsked, lane); }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    agent::BootTime start = clock.boot_now();
    Pacer pacer;
    std::map<std::string, std::unique_ptr<Pacer::Ticket>> tickets;
    std::deque<Pacer::Turn> turns;
    std::string begun;
};

}  // namespace

Test(pacer, spaces_what_it_lets_begin) {
    Line line({.per_second = 4.0, .max_parallel = 100});
    for (const char* name : {"a", "b", "c", "d"}) line.queue(name);
    EXPECT_TEXT(line.begun, "");
    line.timers.turn();
    EXPECT_TEXT(line.begun, "a@0");
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "a@0 b@250 c@500 d@750");
    // The bucket holds one request: a pause earns no burst.
    line.queue("e");
    line.queue("f");
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "a@0 b@250 c@500 d@750 e@10000 f@10250");
}

Test(pacer, never_faster_than_the_rate_over_a_long_time) {
    Line line({.per_second = 3.0, .max_parallel = 1000});
    for (int i = 0; i < 301; ++i) line.queue(std::to_string(i));
    line.timers.advance(100s);
    cr_expect(line.turns.size() <= 300, "%zu", line.turns.size());
    cr_expect(line.turns.size() > 290, "%zu", line.turns.size());
}

Test(pacer, no_more_at_once_than_the_cap) {
    Line line({.per_second = 1000.0, .max_parallel = 2});
    for (const char* name : {"a", "b", "c", "d"}) line.queue(name);
    line.timers.advance(1s);
    EXPECT_TEXT(line.begun, "a@0 b@1");
    cr_expect(line.pacer.queued() == 2);
    line.turns.pop_front();
    line.timers.advance(1s);
    EXPECT_TEXT(line.begun, "a@0 b@1 c@1000");
    line.turns.clear();
    line.timers.advance(1s);
    EXPECT_TEXT(line.begun, "a@0 b@1 c@1000 d@2000");
}

Test(pacer, what_is_urgent_goes_before_all_and_while_the_lane_is_held) {
    Line line({.per_second = 1.0, .max_parallel = 100});
    line.pacer.hold("lane", 1h, "busy");
    line.queue("a");
    line.ask("x");
    line.queue("b");
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "");
    line.queue("u", Pacer::Priority::kUrgent);
    line.tickets["b"]->promote(Pacer::Priority::kUrgent);
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "u@10000 b@11000");
    line.timers.advance(1h);
    EXPECT_TEXT(line.begun, "u@10000 b@11000 x@3600000 a@3601000");
}

Test(pacer, what_is_asked_for_goes_first) {
    Line line({.per_second = 1.0, .max_parallel = 100});
    line.queue("a");
    line.queue("b");
    line.ask("x");
    line.queue("c");
    line.ask("y");
    line.tickets["b"]->promote(Pacer::Priority::kAsked);
    line.tickets["b"]->promote(Pacer::Priority::kAsked);
    line.tickets["x"]->promote(Pacer::Priority::kAsked);
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "x@0 y@1000 b@2000 a@3000 c@4000");
}

Test(pacer, what_is_about_to_expire_goes_before_what_is_asked_for) {
    Line line({.per_second = 1.0, .max_parallel = 100});
    line.queue("a");
    line.ask("x");
    line.queue("e", Pacer::Priority::kExpiring);
    line.queue("u", Pacer::Priority::kUrgent);
    line.tickets["a"]->promote(Pacer::Priority::kExpiring);
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "u@0 e@1000 a@2000 x@3000");
}

Test(pacer, what_has_expired_goes_where_it_was_and_nothing_else_goes_back) {
    Line line({.per_second = 1.0, .max_parallel = 100});
    line.queue("e", Pacer::Priority::kExpiring);
    line.queue("u", Pacer::Priority::kUrgent);
    line.ask("x");
    line.ask("y");
    for (const char* name : {"e", "u", "y"}) line.tickets[name]->promote(Pacer::Priority::kBackground);
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "u@0 x@1000 y@2000 e@3000");
}

Test(pacer, lanes_do_not_hinder_each_other) {
    Line line({.per_second = 1.0, .max_parallel = 1});
    line.queue("a", Pacer::Priority::kBackground, "one");
    line.queue("b", Pacer::Priority::kBackground, "one");
    line.queue("c", Pacer::Priority::kBackground, "two");
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "a@0 c@0");
    cr_expect(line.pacer.queued() == 1);
}

Test(pacer, a_ticket_that_is_destroyed_gives_up_its_place) {
    Line line({.per_second = 1.0, .max_parallel = 1});
    for (const char* name : {"a", "b", "c"}) line.queue(name);
    line.tickets.erase("a");
    line.tickets.erase("b");
    cr_expect(line.pacer.queued() == 1);
    line.timers.advance(10s);
    EXPECT_TEXT(line.begun, "c@0");
    line.tickets.clear();
    line.timers.advance(10s);
    cr_expect(line.timers.waiting() == 0);
}

Test(pacer, begin_may_destroy_its_ticket_and_give_back_its_turn) {
    fakes::FakeClock clock;
    fakes::FakeTimers timers(clock);
    Pacer pacer(clock, timers, {.per_second = 1.0, .max_parallel = 1});
    int begun = 0;
    std::unique_ptr<Pacer::Ticket> ticket;
    const std::string on_the_heap(100, 'x');
    std::function<void(Pacer::Turn)> begin = [&, on_the_heap](Pacer::Turn turn) {
        ticket.reset();
        begun += on_the_heap.size() == 100 ? 1 : 0;
        if (begun < 3) ticket = pacer.queue("lane", Pacer::Priority::kAsked, begin);
        turn = {};
    };
    ticket = pacer.queue("lane", Pacer::Priority::kAsked, begin);
    timers.advance(10s);
    cr_expect(begun == 3);
}

Test(pacer, turns_and_tickets_may_outlive_it) {
    fakes::FakeClock clock;
    fakes::FakeTimers timers(clock);
    std::optional<Pacer> pacer(std::in_place, clock, timers, Pacer::Limits{.per_second = 1.0, .max_parallel = 1});
    std::optional<Pacer::Turn> turn;
    const auto first =
        pacer->queue("lane", Pacer::Priority::kAsked, [&](Pacer::Turn t) { turn.emplace(std::move(t)); });
    const auto second = pacer->queue("lane", Pacer::Priority::kAsked, [](const Pacer::Turn&) {});
    timers.turn();
    cr_assert(turn.has_value());
    pacer.reset();
    turn.reset();
}

Test(pacer, holds_a_lane) {
    Line line({.per_second = 1000.0, .max_parallel = 10});
    line.queue("a");
    line.timers.turn();
    line.queue("b");
    line.pacer.hold("lane", 60s, "HTTP 429");
    line.pacer.hold("lane", 10s, "HTTP 503");  // the later end counts
    line.ask("c");
    line.queue("d", Pacer::Priority::kBackground, "other");
    EXPECT_TEXT(line.pacer.held_because("lane"), "HTTP 429");
    EXPECT_TEXT(line.pacer.held_because("other"), "");
    line.timers.advance(2min);
    EXPECT_TEXT(line.begun, "a@0 d@0 c@60000 b@60001");
    EXPECT_TEXT(line.pacer.held_because("lane"), "");
}

Test(pacer, resumes_a_held_lane) {
    Line line({.per_second = 1000.0, .max_parallel = 10});
    line.pacer.hold("lane", 1h, "refused");
    line.queue("a");
    line.timers.advance(5s);
    line.pacer.resume("lane");
    line.pacer.resume("unheard of");
    EXPECT_TEXT(line.pacer.held_because("lane"), "");
    line.timers.advance(1s);
    EXPECT_TEXT(line.begun, "a@5000");
}

Test(pacer, new_limits_count_for_those_who_wait) {
    Line line({.per_second = 0.1, .max_parallel = 1});
    for (const char* name : {"a", "b", "c"}) line.queue(name);
    line.timers.advance(1min);
    EXPECT_TEXT(line.begun, "a@0");
    line.pacer.set_limits({.per_second = 1.0, .max_parallel = 10});
    line.timers.advance(1min);
    EXPECT_TEXT(line.begun, "a@0 b@60000 c@61000");
}

Test(pacer, requests_leave_evenly_spaced_however_late_after_their_turn) {
    Line line({.per_second = 2.0, .max_parallel = 10});
    for (const char* name : {"a", "b", "c"}) line.queue(name);
    line.timers.advance(5s);  // the disk was slow: three are about to leave at once
    cr_assert(line.turns.size() == 3);
    cr_expect(line.turns[0].begin_request() == 0ms);
    cr_expect(line.turns[1].begin_request() == 500ms && line.turns[2].begin_request() == 500ms);
    line.timers.advance(500ms);
    cr_expect(line.turns[2].begin_request() == 0ms);
    cr_expect(line.turns[1].begin_request() == 500ms);
}

Test(pacer, thousands_wait_in_order) {
    Line line({.per_second = 100.0, .max_parallel = 100'000});
    constexpr int kMany = 5000;
    std::vector<int> begun;
    std::vector<std::unique_ptr<Pacer::Ticket>> tickets;
    for (int i = 0; i < kMany; ++i)
        tickets.push_back(line.pacer.queue("lane", Pacer::Priority::kBackground,
                                           [&begun, i](const Pacer::Turn&) { begun.push_back(i); }));
    for (int i = kMany - 1; i >= kMany / 2; --i) tickets[static_cast<std::size_t>(i)]->promote(Pacer::Priority::kAsked);
    cr_expect(line.pacer.queued() == kMany);
    line.timers.advance(std::chrono::milliseconds(10 * (kMany - 1)));
    cr_assert(begun.size() == kMany);
    cr_expect(begun.front() == kMany - 1 && begun[kMany / 2 - 1] == kMany / 2, "promoted ones first, as they were");
    cr_expect(begun[kMany / 2] == 0 && begun.back() == kMany / 2 - 1);
}
