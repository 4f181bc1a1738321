// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include <optional>
#include <string>
#include <vector>

#include "core/events.h"

using agent::Event;
using agent::Events;

namespace {

Event named(std::string account) {
    return Event{
        .at = {}, .kind = agent::EventKind::kRefreshed, .account = std::move(account), .generation = 1, .detail = ""};
}

}  // namespace

Test(events, reach_every_listener_in_order) {
    Events events;
    std::string heard;
    const Events::Subscription first(events, [&](const Event& e) { heard += "1" + e.account; });
    const Events::Subscription second(events, [&](const Event& e) { heard += "2" + e.account; });
    events.publish(named("a"));
    events.publish(named("b"));
    cr_assert(heard == "1a2a1b2b");
}

Test(events, end_with_the_subscription) {
    Events events;
    int heard = 0;
    {
        const Events::Subscription listening(events, [&](const Event&) { ++heard; });
        events.publish(named("a"));
    }
    events.publish(named("b"));
    cr_assert(heard == 1);
}

Test(events, listener_may_end_its_own_listening) {
    Events events;
    std::string heard;
    std::optional<Events::Subscription> once;
    const std::string tail(100, 'x');  // on the heap: read after the listener was ended, under ASan
    once.emplace(events, [&heard, &once, tail](const Event& e) {
        once.reset();
        heard += e.account + tail.substr(0, 1);
    });
    events.publish(named("a"));
    events.publish(named("b"));
    cr_assert(heard == "ax");
}

Test(events, listener_may_end_a_later_one) {
    Events events;
    int heard = 0;
    std::optional<Events::Subscription> later;
    const Events::Subscription earlier(events, [&](const Event&) { later.reset(); });
    later.emplace(events, [&](const Event&) { ++heard; });
    events.publish(named("a"));
    cr_assert(heard == 0);
}

Test(events, listener_that_comes_meanwhile_hears_the_next) {
    Events events;
    std::string heard;
    std::optional<Events::Subscription> late;
    const Events::Subscription early(events, [&](const Event&) {
        if (!late) late.emplace(events, [&](const Event& e) { heard += e.account; });
    });
    events.publish(named("a"));
    events.publish(named("b"));
    cr_assert(heard == "b");
}

namespace {

std::string kept(const Events& events, agent::WallTime from = {}) {
    std::string names;
    events.replay(from, [&](const Event& e) { names += e.account + " "; });
    return names;
}

}  // namespace

Test(events, the_last_ones_are_kept) {
    Events events;
    for (std::size_t n = 0; n < Events::kMostKept + 2; ++n) {
        Event event = named(std::to_string(n));
        event.at = agent::WallTime(std::chrono::seconds(n));
        events.publish(event);
    }
    const std::string all = kept(events);
    cr_expect(all.starts_with("2 "), "%s", all.c_str());
    cr_expect(all.ends_with(" 1001 "));
    cr_expect(kept(events, agent::WallTime(std::chrono::seconds(1000))) == "1000 1001 ");
    cr_expect(kept(events, agent::WallTime(std::chrono::seconds(1002))).empty());
}

Test(events, as_many_are_kept_as_take_little_memory) {
    Events events;
    for (const char* name : {"a", "b", "c", "d"}) {
        Event event = named(name);
        event.detail = std::string(Events::kMostKeptBytes / 3, 'x');
        events.publish(event);
    }
    cr_expect(kept(events) == "c d ");
    Event huge = named("e");
    huge.detail = std::string(2 * Events::kMostKeptBytes, 'x');
    events.publish(huge);
    cr_expect(kept(events).empty());
    events.publish(named("f"));
    cr_expect(kept(events) == "f ");
}
