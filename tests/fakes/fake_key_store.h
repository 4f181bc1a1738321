// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/keys/key_store.h"
#include "ports/timers.h"

namespace fakes {

/// Key slots in memory, made and opened as real ones are. Jobs are done, in order, at the next turn of the loop;
/// between hold() and release() the test says when, one by one.
class FakeKeyStore : public agent::KeyStore {
  public:
    explicit FakeKeyStore(agent::Timers& timers) : timers_(timers) {}

    /// What is durable. A test may change it.
    agent::KeySlots slots{.store = "/fake/store.db", .store_id = "fake", .slots = {}, .sealed_previous = {}};
    std::vector<std::string> unreadable;  // what forget_previous() tells
    int asked_to_forget = 0;

    /// A slot of this kind, at once.
    std::int64_t add_now(const agent::SealingKey& data_key, agent::SlotKind kind, const agent::SealingKey& slot_key,
                         std::string source = {}) {
        return *make(data_key, {.id = 0, .kind = kind, .source = std::move(source), .made_at = {}, .kdf = {}}, {},
                     slot_key);
    }

    [[nodiscard]] std::unique_ptr<agent::StoreCommit> read(
        std::function<void(agent::Result<agent::KeySlots>)> done) override {
        return start<agent::KeySlots>([this] { return agent::Result<agent::KeySlots>(slots); }, std::move(done));
    }
    [[nodiscard]] std::unique_ptr<agent::StoreCommit> add(
        Key data_key, agent::KeySlotFacts facts, agent::Bytes salt, Key slot_key,
        std::function<void(agent::Result<std::int64_t>)> done) override {
        return start<std::int64_t>([=, this] { return make(*data_key, facts, salt, *slot_key); }, std::move(done));
    }
    [[nodiscard]] std::unique_ptr<agent::StoreCommit> remove(std::int64_t id, Done done) override {
        return start<void>([this, id] { return remove_now(id); }, std::move(done));
    }
    [[nodiscard]] std::unique_ptr<agent::StoreCommit> rotate(Key current, Key next, Done done) override {
        return start<void>([=, this] { return slots.rotate(*current, *next); }, std::move(done));
    }
    [[nodiscard]] std::unique_ptr<agent::StoreCommit> forget_previous(
        Key, std::function<void(agent::Result<std::vector<std::string>>)> done) override {
        ++asked_to_forget;
        return start<std::vector<std::string>>(
            [this] {
                slots.sealed_previous.clear();
                return agent::Result<std::vector<std::string>>(unreadable);
            },
            std::move(done));
    }

    /// Every job fails from now on; nothing ends that.
    void refuse(std::optional<agent::Error> error) { refusal_ = std::move(error); }
    void disk_is_full() {
        refuse(agent::Error{.code = agent::Error::Code::kTemporarilyUnavailable, .message = "fake store: disk full"});
    }
    void hold() {
        held_ = true;
        timer_.reset();
    }
    void release() {
        held_ = false;
        arm();
    }
    void finish() {
        if (waiting_.empty()) {
            std::fputs("fake key store: no job waits\n", stderr);
            std::abort();
        }
        const auto job = std::move(waiting_.front());
        waiting_.pop_front();
        job();
    }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  private:
    struct Handle : agent::StoreCommit {
        explicit Handle(std::function<void()> c) : cancel(std::move(c)) {}
        ~Handle() override { cancel(); }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        std::function<void()> cancel;
    };

    template <class T>
    [[nodiscard]] std::unique_ptr<agent::StoreCommit> start(std::function<agent::Result<T>()> job,
                                                            std::function<void(agent::Result<T>)> done) {
        const auto told = std::make_shared<std::function<void(agent::Result<T>)>>(std::move(done));
        waiting_.push_back([this, job = std::move(job), told] {
            agent::Result<T> result = refusal_ ? agent::Result<T>(tl::unexpected(*refusal_)) : job();
            if (const auto call = std::exchange(*told, nullptr)) call(std::move(result));
        });
        arm();
        return std::make_unique<Handle>([told] { *told = nullptr; });
    }

    void arm() {
        if (held_ || timer_ || waiting_.empty()) return;
        timer_ = timers_.after(agent::Duration::zero(), [this] {
            timer_.reset();
            for (auto n = waiting_.size(); n > 0 && !held_ && !waiting_.empty(); --n) finish();
            arm();
        });
    }

    agent::Result<std::int64_t> make(const agent::SealingKey& data_key, agent::KeySlotFacts facts, agent::Bytes salt,
                                     const agent::SealingKey& slot_key) {
        facts.id = last_id_ + 1;
        AGENT_TRY(agent::KeySlot slot, slots.make(data_key, std::move(facts), std::move(salt), slot_key));
        slots.slots.push_back(std::move(slot));
        return ++last_id_;
    }

    agent::Result<void> remove_now(std::int64_t id) {
        if (slots.slots.size() == 1) return agent::fail(agent::Error::Code::kConflict, "fake store: the last slot");
        const auto removed =
            std::erase_if(slots.slots, [&](const agent::KeySlot& slot) { return slot.facts.id == id; });
        if (removed == 0) return agent::fail(agent::Error::Code::kNotFound, "fake store: no such slot");
        return {};
    }

    agent::Timers& timers_;
    std::deque<std::function<void()>> waiting_;
    std::unique_ptr<agent::Timer> timer_;
    std::optional<agent::Error> refusal_;
    std::int64_t last_id_ = 0;
    bool held_ = false;
};

}  // namespace fakes
