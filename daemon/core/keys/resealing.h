// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "ports/timers.h"

namespace agent {

/// After the data key was rotated: seals every app and account anew, some at a time, so that nobody waits for it. What
/// cannot be done now is tried again. Destroying it leaves the rest for later: whatever is sealed with either key
/// opens.
class Resealing {
  public:
    static constexpr std::size_t kAtOnce = 64;
    static constexpr Duration kPause = std::chrono::seconds(5);  // before what has failed is tried again

    /// Calls `done` when nothing needs the previous key any more; never before this returns. A damaged record, which no
    /// key opens, keeps it from being called.
    Resealing(Timers& timers, AppRegistry& apps, AccountBook& accounts, std::function<void()> done);
    Resealing(const Resealing&) = delete;
    Resealing& operator=(const Resealing&) = delete;

    /// How many are still to be done, damaged ones among them.
    [[nodiscard]] std::size_t left() const noexcept { return waiting_.size() + under_way_.size() + damaged_; }

  private:
    struct Record {
        bool is_app = false;
        std::string name;
    };
    struct UnderWay {
        Record record;
        std::unique_ptr<Waiting> waiting;
    };

    void go_on();
    void begin(Record record);
    void ended(std::list<UnderWay>::iterator at, const Result<void>& result);

    Timers& timers_;
    AppRegistry& apps_;
    AccountBook& accounts_;
    std::function<void()> done_;
    std::deque<Record> waiting_;
    std::list<UnderWay> under_way_;
    std::size_t damaged_ = 0;
    std::unique_ptr<Timer> timer_;
};

}  // namespace agent
