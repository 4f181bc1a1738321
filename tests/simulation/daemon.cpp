// SPDX-License-Identifier: Apache-2.0
#include "simulation/daemon.h"

#include <utility>
#include <vector>

namespace agent::sim {

Daemon::Daemon(World world, const Sealer& sealer, RedirectListener& listener, AccountBook::Options options,
               const Trace& trace)
    : store_(world.store, sealer),
      world_{
          .clock = world.clock, .timers = world.timers, .entropy = world.entropy, .http = world.http, .store = store_},
      apps_(sealer, world.timers, store_, {}),
      book_(world_, sealer, apps_, events_, options),
      desk_(world_, listener, apps_, book_),
      backups_(world.clock, world.timers, apps_, book_),
      traced_(events_, [&trace](const Event& event) {
          trace.say("agent: ", word_of(kEventKinds, event.kind), ", ", event.account, " generation ", event.generation,
                    event.detail.empty() ? "" : ": ", event.detail);
      }) {
    std::vector<StoredRow> accounts;
    const auto loaded = store_.load([&](StoredRow row) {
        if (row.kind == StoredRow::Kind::kAccount)
            accounts.push_back(std::move(row));
        else if (const auto restored = apps_.load(row); !restored)
            std::abort();
    });
    if (!loaded) std::abort();
    for (const StoredRow& row : accounts) book_.load(row);
    book_.start();
}

void Daemon::wind_down(std::function<void()> wound_down) {
    stop_refreshes();
    desk_.wind_down([this, wound_down = std::move(wound_down)]() mutable { book_.wind_down(std::move(wound_down)); });
}

void Daemon::resume() {
    desk_.resume();
    book_.resume();
}

}  // namespace agent::sim
