// SPDX-License-Identifier: Apache-2.0
#include "core/keys/resealing.h"

#include <utility>

#include "core/owed.h"

namespace agent {

Resealing::Resealing(Timers& timers, RevisedStore& store, AppRegistry& apps, AccountBook& accounts, Forget forget,
                     std::function<void()> done)
    : timers_(timers), apps_(apps), accounts_(accounts), forget_(std::move(forget)), done_(std::move(done)) {
    // A login or an app that was sealed with the previous key may still be on its way to the disk, and comes into
    // memory only then. Commits end in order: so whatever was started before this one is there when it ends.
    const Owed<Result<void>> ended([this](const Result<void>&) { list_records(); });
    earlier_commits_ = ended.waiting();
    store.advance([ended](Result<void> result) { ended.answer(std::move(result)); });
}

void Resealing::list_records() {
    for (AppFacts& facts : apps_.list()) waiting_.push_back({.is_app = true, .name = std::move(facts.app.name)});
    for (AccountFacts& facts : accounts_.list()) waiting_.push_back({.is_app = false, .name = std::move(facts.name)});
    records_ = waiting_.size();
    timer_ = timers_.after(Duration::zero(), [this] { go_on(); });
}

void Resealing::go_on() {
    timer_.reset();
    while (under_way_.size() < kAtOnce && !waiting_.empty()) {
        Record next = std::move(waiting_.front());
        waiting_.pop_front();
        begin(std::move(next));
    }
    if (waiting_.empty() && under_way_.empty()) forget();
}

void Resealing::begin(Record record) {
    const auto at = under_way_.insert(under_way_.end(), UnderWay{.record = std::move(record), .waiting = {}});
    auto done = [this, at](const Result<void>& result) { ended(at, result); };
    at->waiting = at->record.is_app ? apps_.reseal(at->record.name, std::move(done))
                                    : accounts_.reseal(at->record.name, std::move(done));
}

void Resealing::ended(std::list<UnderWay>::iterator at, const Result<void>& result) {
    const UnderWay over = std::move(*at);
    under_way_.erase(at);
    const auto code = result ? std::optional<Error::Code>() : result.error().code;
    if (code == Error::Code::kConflict || code == Error::Code::kTemporarilyUnavailable) {
        waiting_.push_back(over.record);
        timer_ = timers_.after(kPause, [this] { go_on(); });
        return;
    }
    // Else it is done, or gone, or damaged: neither key opens it, so that it needs neither.
    // Not at once: this was called by what has just ended.
    if (!timer_) timer_ = timers_.after(Duration::zero(), [this] { go_on(); });
}

void Resealing::forget() {
    const auto try_later = [this] { timer_ = timers_.after(kForgetPause, [this] { forget(); }); };
    forgetting_ = forget_([this, try_later](const Result<void>& forgotten) {
        const auto ended = std::move(forgetting_);
        if (!forgotten) return try_later();
        const auto done = done_;  // which may destroy this
        done();
    });
    if (!forgetting_) try_later();
}

}  // namespace agent
