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

void Events::publish(const Event& event) {
    // Weak, since a listener may remove any other while all are being called; locked during its own call.
    const std::vector<std::weak_ptr<Listener>> told(listeners_.begin(), listeners_.end());
    for (const std::weak_ptr<Listener>& one : told) {
        if (const std::shared_ptr<Listener> listener = one.lock()) (*listener)(event);
    }
}

}  // namespace agent
