// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "core/accounts/accounts.h"

namespace fakes {

/// Answers that a fake owes, given when the test says so. A wait that its holder destroyed has gone from here.
template <class T>
class OwedAnswers {
  public:
    using Done = std::function<void(T)>;

    [[nodiscard]] std::unique_ptr<agent::Waiting> add(Done done) {
        return std::make_unique<Wait>(waits_, waits_->insert(waits_->end(), std::move(done)));
    }

    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::count_if(waits_->begin(), waits_->end(), is_open));
    }

    /// Gives `value` to the one that has waited longest.
    void answer(T value) {
        // Taken out, since its holder may destroy the wait from within the callback, or later.
        const Done done = std::exchange(*std::find_if(waits_->begin(), waits_->end(), is_open), nullptr);
        done(std::move(value));
    }

  private:
    using Waits = std::list<Done>;

    static bool is_open(const Done& done) noexcept { return done != nullptr; }

    struct Wait : agent::Waiting {
        Wait(std::shared_ptr<Waits> all, typename Waits::iterator position) : waits(std::move(all)), at(position) {}
        ~Wait() override { waits->erase(at); }
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;

        std::shared_ptr<Waits> waits;
        typename Waits::iterator at;
    };

    std::shared_ptr<Waits> waits_ = std::make_shared<Waits>();
};

}  // namespace fakes
