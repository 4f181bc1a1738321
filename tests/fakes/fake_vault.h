// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/keys/vault.h"

namespace fakes {

/// Notes what the lock and the keyring ask of it. Aborts the test on a call that a vault does not allow in its state.
class FakeVault : public agent::Vault {
  public:
    agent::Result<void> open_result;
    agent::Result<void> may_close_result;
    std::function<void()> wound_down;      // while it winds down
    std::optional<agent::SealingKey> key;  // while it is open
    std::string calls;                     // "open wind_down close ", each with a space
    mutable int asked_for_key = 0;
    bool tokens_at_stake = false;
    std::optional<agent::ResealingProgress> progress;
    agent::Duration ends_later{0};  // the sum of the delays

    [[nodiscard]] bool is_open() const { return key.has_value(); }

    [[nodiscard]] agent::Result<void> open(agent::DataKeys keys) override {
        cr_assert(!is_open(), "opened twice");
        calls += "open ";
        if (open_result) key = std::move(keys.current);
        return open_result;
    }
    [[nodiscard]] agent::Result<void> may_close() const override {
        cr_assert(is_open());
        return may_close_result;
    }
    void wind_down(std::function<void()> done) override {
        cr_assert(is_open() && !wound_down, "wound down twice");
        calls += "wind_down ";
        wound_down = std::move(done);
    }
    [[nodiscard]] bool has_tokens_at_stake() const override {
        cr_assert(is_open() && wound_down, "asked while nothing ends");
        return tokens_at_stake;
    }
    void end_later(agent::Duration time) override {
        cr_assert(tokens_at_stake);
        ends_later += time;
    }
    void resume() override {
        cr_assert(is_open() && wound_down);
        calls += "resume ";
        wound_down = nullptr;
    }
    void close() override {
        cr_assert(is_open(), "closed twice");
        calls += "close ";
        key.reset();
    }
    [[nodiscard]] const agent::SealingKey* data_key() const override {
        ++asked_for_key;
        return key && !wound_down ? &*key : nullptr;
    }
    [[nodiscard]] agent::Result<void> rotate(agent::SealingKey next) override {
        cr_assert(is_open());
        calls += "rotate ";
        key = std::move(next);
        return {};
    }
    [[nodiscard]] std::optional<agent::ResealingProgress> resealing() const override { return progress; }
    void key_slots_changed() override { calls += "slots_changed "; }

    void end_what_is_under_way() {
        const auto done = std::exchange(wound_down, nullptr);
        cr_assert(done);
        done();
    }
};

}  // namespace fakes
