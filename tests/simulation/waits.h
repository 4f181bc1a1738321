// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "core/accounts/accounts.h"
#include "simulation/findings.h"
#include "simulation/sim_time.h"
#include "simulation/statistics.h"

namespace agent::sim {

/// All callers that wait for an answer of the agent. Checks that each is answered exactly once and in time, only after
/// the call that asks has returned, and never after it has given up.
class Waits {
  public:
    Waits(EventQueue& events, Random random, Statistics& statistics, Findings& findings)
        : events_(events), random_(random), statistics_(statistics), findings_(findings) {}

    /// Calls `start` with the callback, and passes the answer to `then`. `patience` is the longest time that the answer
    /// may take; some give up before.
    template <class T>
    void ask(std::string what, Duration patience,
             const std::function<std::unique_ptr<Waiting>(std::function<void(T)>)>& start,
             std::function<void(T)> then) {
        const auto wait = begin(std::move(what));
        auto handle = start([this, wait, then = std::move(then)](T answer) {
            if (answered(*wait)) then(std::move(answer));
        });
        began(wait, std::move(handle), patience);
    }

    /// The agent has died, and with it every connection.
    void abandon_all();

  private:
    struct Wait {
        std::string what;
        std::unique_ptr<Waiting> handle;
        bool began = false;
        bool over = false;
    };

    std::shared_ptr<Wait> begin(std::string what);
    void began(const std::shared_ptr<Wait>& wait, std::unique_ptr<Waiting> handle, Duration patience);
    [[nodiscard]] bool answered(Wait& wait);
    void give_up(Wait& wait);
    void expect_answer(const std::shared_ptr<Wait>& wait, Duration within, bool last_chance);

    EventQueue& events_;
    Random random_;
    Statistics& statistics_;
    Findings& findings_;
    std::list<std::weak_ptr<Wait>> open_;
};

}  // namespace agent::sim
