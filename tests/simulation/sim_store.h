// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ports/token_store.h"
#include "simulation/sim_time.h"

namespace agent::sim {

/// A time in which the disk is full, or slow.
struct DiskSpell {
    BootTime from;
    BootTime to;
    bool full = false;
    Duration slowness{0};  // that a commit may take at most
};

/// The machine's disk: keeps what is durable, and what was requested but is not durable yet. Commits become durable one
/// after the other, and only later report it.
class SimStore : public TokenStore {
  public:
    using Key = std::pair<StoredRow::Kind, std::string>;
    using Rows = std::map<Key, StoredRow>;
    using OnDurable = std::function<void(const StoreChange&)>;

    SimStore(EventQueue& events, Random random, std::vector<DiskSpell> spells, OnDurable on_durable)
        : events_(events), random_(random), spells_(std::move(spells)), on_durable_(std::move(on_durable)) {}

    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) override;

    /// Does something else with what is durable, between the commits before and after it.
    using Job = std::function<Result<void>(Rows&)>;
    [[nodiscard]] std::unique_ptr<StoreCommit> run(Job job, Done done);
    /// The same for a job that only reads, which a full disk does not refuse.
    [[nodiscard]] std::unique_ptr<StoreCommit> look(Job job, Done done);

    /// The process dies, or the power fails. Each commit that was not yet durable may become so or not; those of one
    /// record in their order, and a job only when all before it did.
    void crash();
    /// The process ends in order: what was committed is written before it does.
    void end();

    [[nodiscard]] bool idle() const { return waiting_.empty(); }
    [[nodiscard]] const Rows& durable() const { return durable_; }
    [[nodiscard]] std::uint64_t refusals() const { return refusals_; }

  private:
    struct Entry;
    struct Handle;

    [[nodiscard]] const DiskSpell* spell() const;
    [[nodiscard]] Duration latency();
    [[nodiscard]] std::unique_ptr<StoreCommit> start(Entry from);
    void tell(Entry& entry, const Result<void>& result) const;
    void write_next();
    [[nodiscard]] Result<void> write(const Entry& entry);
    [[nodiscard]] Result<void> write(const StoreChange& change);

    EventQueue& events_;
    Random random_;
    std::vector<DiskSpell> spells_;
    OnDurable on_durable_;
    Rows durable_;
    std::deque<std::shared_ptr<Entry>> waiting_;
    std::uint64_t refusals_ = 0;
    std::uint64_t life_ = 0;  // of the process that commits
};

}  // namespace agent::sim
