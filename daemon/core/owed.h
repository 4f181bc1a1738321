// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "core/accounts/accounts.h"
#include "ports/timers.h"

namespace agent {

/// An answer owed once to somebody who may give up waiting. Copies stand for the same answer; the first one counts.
template <class T>
class Owed {
  public:
    using Done = std::function<void(T)>;

    explicit Owed(Done done) : slot_(std::make_shared<Slot>(Slot{std::move(done), {}})) {}

    /// For the one who waits: destroying it gives the answer up.
    [[nodiscard]] std::unique_ptr<Waiting> waiting() const { return std::make_unique<Handle>(slot_); }
    /// Holds on to `timer` as long as the answer is owed.
    void keep(std::unique_ptr<Timer> timer) const { slot_->timer = std::move(timer); }
    [[nodiscard]] bool is_open() const { return slot_->done != nullptr; }

    void answer(T value) const {
        const auto slot = slot_;
        const auto done = std::exchange(slot->done, nullptr);
        const auto timer = std::exchange(slot->timer, nullptr);
        if (done) done(std::move(value));
    }

    /// For an answer that is known before the one who waits has its handle.
    void answer_soon(Timers& timers, T value) const {
        const auto kept = std::make_shared<T>(std::move(value));  // std::function wants to be able to copy
        slot_->timer = timers.after(Duration::zero(), [owed = *this, kept] { owed.answer(std::move(*kept)); });
    }

  private:
    struct Slot {
        Done done;
        std::unique_ptr<Timer> timer;
    };
    struct Handle : Waiting {
        explicit Handle(std::shared_ptr<Slot> s) : slot(std::move(s)) {}
        ~Handle() override {
            slot->done = nullptr;
            slot->timer.reset();
        }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        std::shared_ptr<Slot> slot;
    };

    std::shared_ptr<Slot> slot_;
};

/// An answer that is known already, given as every answer is: not before the asker has its handle.
template <class T>
[[nodiscard]] std::unique_ptr<Waiting> answer_later(Timers& timers, T value, typename Owed<T>::Done done) {
    const Owed<T> owed(std::move(done));
    owed.answer_soon(timers, std::move(value));
    return owed.waiting();
}

}  // namespace agent
