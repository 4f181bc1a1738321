// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "core/waiting.h"
#include "ports/timers.h"

namespace agent {

/// An answer owed once to a caller that may give up waiting. Copies refer to the same answer; only the first call
/// counts.
template <class T>
class Owed {
  public:
    using Done = std::function<void(T)>;

    explicit Owed(Done done) : slot_(std::make_shared<Slot>(Slot{std::move(done), {}})) {}

    /// For the caller: destroying it cancels the answer.
    [[nodiscard]] std::unique_ptr<Waiting> waiting() const { return std::make_unique<Handle>(slot_); }
    /// Keeps `timer` as long as the answer is owed.
    void keep(std::unique_ptr<Timer> timer) const { slot_->timer = std::move(timer); }
    [[nodiscard]] bool is_open() const { return slot_->done != nullptr; }

    void answer(T value) const {
        const auto slot = slot_;
        const auto done = std::exchange(slot->done, nullptr);
        const auto timer = std::exchange(slot->timer, nullptr);
        if (done) done(std::move(value));
    }

    /// For an answer that is known before the caller has its handle.
    void answer_soon(Timers& timers, T value) const {
        const auto kept = std::make_shared<T>(std::move(value));  // std::function requires a copyable callable
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

/// An answer that is already known, given like any other: only after the caller has its handle.
template <class T>
[[nodiscard]] std::unique_ptr<Waiting> answer_later(Timers& timers, T value, typename Owed<T>::Done done) {
    const Owed<T> owed(std::move(done));
    owed.answer_soon(timers, std::move(value));
    return owed.waiting();
}

}  // namespace agent
