// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_store.h"

#include <algorithm>
#include <set>

namespace agent::sim {

using namespace std::chrono_literals;

struct SimStore::Entry {
    StoreChange change;
    Job job;                // instead of the change
    TokenStore::Done done;  // empty once nobody wants to hear of it
    TokenStore::Read read;  // the same, instead of a change
    bool reads = false;
    bool over = false;
};

struct SimStore::Handle : StoreCommit {
    explicit Handle(std::shared_ptr<Entry> e) : entry(std::move(e)) {}
    ~Handle() override {
        entry->done = nullptr;
        entry->read = nullptr;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    std::shared_ptr<Entry> entry;
};

Result<void> SimStore::load(const std::function<void(StoredRow)>& each) {
    std::vector<StoredRow> rows;
    for (const auto& [key, row] : durable_) rows.push_back(row);
    for (std::size_t left = rows.size(); left > 1; --left) std::swap(rows[left - 1], rows[random_.below(left)]);
    for (StoredRow& row : rows) each(std::move(row));
    return {};
}

std::unique_ptr<StoreCommit> SimStore::commit(StoreChange change, Done done) {
    return start({.change = std::move(change), .job = {}, .done = std::move(done), .read = {}});
}

std::unique_ptr<StoreCommit> SimStore::run(Job job, Done done) {
    return start({.change = {}, .job = std::move(job), .done = std::move(done), .read = {}});
}

std::unique_ptr<StoreCommit> SimStore::look(Job job, Done done) {
    return start({.change = {}, .job = std::move(job), .done = std::move(done), .read = {}, .reads = true});
}

std::unique_ptr<StoreCommit> SimStore::read(StoredRow::Kind kind, std::string name, Read done) {
    StoreChange which;
    which.row.kind = kind;
    which.row.name = std::move(name);
    return start({.change = std::move(which), .job = {}, .done = {}, .read = std::move(done), .reads = true});
}

std::unique_ptr<StoreCommit> SimStore::start(Entry from) {
    auto entry = std::make_shared<Entry>(std::move(from));
    waiting_.push_back(entry);
    if (waiting_.size() == 1) write_next();
    return std::make_unique<Handle>(std::move(entry));
}

void SimStore::tell(Entry& entry, const Result<void>& result) const {
    if (const auto read = std::exchange(entry.read, nullptr)) {
        const auto found = durable_.find({entry.change.row.kind, entry.change.row.name});
        return read(found == durable_.end() ? std::nullopt : std::optional(found->second));
    }
    if (const auto done = std::exchange(entry.done, nullptr)) done(result);
}

const DiskSpell* SimStore::spell() const {
    const BootTime now = events_.now();
    const auto found =
        std::find_if(spells_.begin(), spells_.end(), [&](const auto& s) { return s.from <= now && now < s.to; });
    return found == spells_.end() ? nullptr : &*found;
}

Duration SimStore::latency() {
    const DiskSpell* now = spell();
    if (now != nullptr && now->slowness > 0ms) return random_.between(0ms, now->slowness);
    return random_.magnitude(1ms, 40ms);
}

void SimStore::write_next() {
    events_.add(latency(), EventQueue::Place::kMachine, [this, life = life_] {
        if (life != life_) return;
        const auto entry = waiting_.front();
        auto result = write(*entry);
        entry->over = true;
        // Durable, but not yet reported: the process may die in between.
        const Duration later = random_.between(0ms, 5ms);
        events_.add(later, EventQueue::Place::kMachine, [this, life, entry, result = std::move(result)] {
            if (life != life_) return;
            waiting_.pop_front();
            if (!waiting_.empty()) write_next();
            tell(*entry, result);
        });
    });
}

Result<void> SimStore::write(const Entry& entry) {
    if (entry.reads) return entry.job ? entry.job(durable_) : Result<void>();
    const DiskSpell* now = spell();
    if (now != nullptr && now->full) {
        ++refusals_;
        return fail(Error::Code::kTemporarilyUnavailable, "store: the disk is full");
    }
    return entry.job ? entry.job(durable_) : write(entry.change);
}

Result<void> SimStore::write(const StoreChange& change) {
    const Key key{change.row.kind, change.row.name};
    const auto found = durable_.find(key);
    const std::uint64_t present = found == durable_.end() ? 0 : found->second.version;
    if (present != change.expected_version)
        return fail(Error::Code::kConflict, "store: " + key.second + ": is not the version that was read");
    if (change.action == StoreChange::Action::kPut)
        durable_.insert_or_assign(key, change.row);
    else
        durable_.erase(key);
    on_durable_(change);
    return {};
}

void SimStore::end() {
    ++life_;
    for (const auto& entry : std::exchange(waiting_, {}))
        if (!entry->over) static_cast<void>(write(*entry));
}

void SimStore::crash() {
    ++life_;
    const auto lost = std::exchange(waiting_, {});
    std::set<Key> ended;  // records whose later commits are lost because an earlier one was
    for (const auto& entry : lost) {
        const Key key{entry->change.row.kind, entry->change.row.name};
        if (entry->over || entry->reads || ended.contains(key) || (entry->job && !ended.empty())) continue;
        if (random_.chance(0.5) || !write(*entry)) ended.insert(key);
    }
}

}  // namespace agent::sim
