// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <utility>

#include "ports/timers.h"
#include "ports/worker.h"
#include "simulation/random.h"

namespace agent::sim {

/// What takes as long as passphrases do. Of a process: destroying it ends what is under way.
class SimWorker : public Worker {
  public:
    SimWorker(Timers& timers, Random random) : timers_(timers), random_(random) {}

    Result<void> run(std::uint32_t, Work work, Done done) override {
        const auto at = jobs_.emplace(jobs_.end());
        *at = timers_.after(random_.magnitude(Duration(1), Duration(3000)),
                            [this, at, work = std::move(work), done = std::move(done)] {
                                const auto over = std::move(*at);
                                const auto call = done;
                                work();
                                jobs_.erase(at);
                                call({});
                            });
        return {};
    }

  private:
    Timers& timers_;
    Random random_;
    std::list<std::unique_ptr<Timer>> jobs_;
};

}  // namespace agent::sim
