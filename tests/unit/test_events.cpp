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
