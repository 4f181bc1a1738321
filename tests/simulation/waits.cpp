// SPDX-License-Identifier: Apache-2.0
#include "simulation/waits.h"

namespace agent::sim {

using namespace std::chrono_literals;

std::shared_ptr<Waits::Wait> Waits::begin(std::string what) {
    auto wait = std::make_shared<Wait>();
    wait->what = std::move(what);
    ++statistics_[Count::kCalls];
    return wait;
}

void Waits::began(const std::shared_ptr<Wait>& wait, std::unique_ptr<Waiting> handle, Duration patience) {
    wait->handle = std::move(handle);
    wait->began = true;
    if (wait->over) return;  // a violation, and noted as one
    std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
    open_.push_back(wait);
    // The list holds on to nothing: what holds the wait is the event of its deadline.
    expect_answer(wait, patience + 5s, /*last_chance=*/false);
    if (random_.chance(0.1))
        events_.add(random_.between(0ms, std::max<Duration>(patience, 1ms)), EventQueue::Place::kMachine,
                    [this, wait] { give_up(*wait); });
}

bool Waits::answered(Wait& wait) {
    if (!wait.began) findings_.violated(wait.what + ": answered before the call returned");
    if (wait.over) {
        findings_.violated(wait.what + ": answered again, or after it was given up");
        return false;
    }
    wait.over = true;
    // An answered one may destroy its handle within the callback, or any time later.
    if (random_.chance(0.5)) wait.handle.reset();
    return true;
}

void Waits::give_up(Wait& wait) {
    if (wait.over) return;
    ++statistics_[Count::kGivenUp];
    wait.over = true;
    wait.handle.reset();
}

void Waits::expect_answer(const std::shared_ptr<Wait>& wait, Duration within, bool last_chance) {
    events_.add(within, EventQueue::Place::kMachine, [this, wait, last_chance] {
        if (wait->over) return;
        // Woken up just now, its timer may only be about to fire.
        if (!last_chance) return expect_answer(wait, 5s, /*last_chance=*/true);
        findings_.violated(wait->what + ": not answered in time");
    });
}

void Waits::abandon_all() {
    for (const auto& weak : std::exchange(open_, {})) {
        const auto wait = weak.lock();
        if (!wait) continue;
        wait->over = true;
        wait->handle.reset();
    }
}

}  // namespace agent::sim
