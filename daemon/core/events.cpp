// SPDX-License-Identifier: Apache-2.0
#include "core/events.h"

#include <utility>
#include <vector>

namespace agent {

Events::Subscription::Subscription(Events& events, Listener listener)
    : events_(events),
      at_(events.listeners_.insert(events.listeners_.end(), std::make_shared<Listener>(std::move(listener)))) {}

Events::Subscription::~Subscription() {
    events_.listeners_.erase(at_);
}

namespace {

/// About what it takes as a line of JSON.
std::size_t bytes_of(const Event& event) {
    constexpr std::size_t kNamesAndNumbers = 100;
    return kNamesAndNumbers + event.account.size() + event.detail.size();
}

}  // namespace

void Events::keep(const Event& event) {
    kept_.push_back(event);
    kept_bytes_ += bytes_of(event);
    while (kept_.size() > kMostKept || kept_bytes_ > kMostKeptBytes) {
        kept_bytes_ -= bytes_of(kept_.front());
        kept_.pop_front();
    }
}

void Events::replay(WallTime from, const Listener& listener) const {
    for (const Event& event : kept_) {
        if (event.at >= from) listener(event);
    }
}

void Events::publish(const Event& event) {
    keep(event);
    // Weak, since a listener may remove any other while all are being called; locked during its own call.
    const std::vector<std::weak_ptr<Listener>> told(listeners_.begin(), listeners_.end());
    for (const std::weak_ptr<Listener>& one : told) {
        if (const std::shared_ptr<Listener> listener = one.lock()) (*listener)(event);
    }
}

}  // namespace agent
