// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/keys/vault.h"
#include "core/store/revised_store.h"
#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

/// After the data key was rotated: seals every app and account with the new key, some at a time, so that nobody waits
/// for it, and then has the previous key forgotten. What cannot be done now is tried again. Destroying it leaves the
/// rest for later: what is sealed with either key opens.
class Resealing {
  public:
    static constexpr std::size_t kAtOnce = 64;
    static constexpr Duration kPause = std::chrono::seconds(5);        // before a record that has failed is tried again
    static constexpr Duration kForgetPause = std::chrono::minutes(1);  // before the store is asked again to forget

    /// Has the store forget the previous key, once no stored row needs it; as TokenStore::commit(). Null if that cannot
    /// begin now; then it is tried again, too.
    using Forget = std::function<std::unique_ptr<StoreCommit>(TokenStore::Done)>;

    /// Calls `done` when the store has forgotten the previous key and nothing in memory needs it; never before this
    /// returns.
    Resealing(Timers& timers, RevisedStore& store, AppRegistry& apps, AccountBook& accounts, Forget forget,
              std::function<void()> done);
    [[nodiscard]] ResealingProgress progress() const noexcept {
        return {.records = records_, .left = waiting_.size() + under_way_.size()};
    }
    Resealing(const Resealing&) = delete;
    Resealing& operator=(const Resealing&) = delete;

  private:
    struct Record {
        bool is_app = false;
        std::string name;
    };
    struct UnderWay {
        Record record;
        std::unique_ptr<Waiting> waiting;
    };

    void list_records();
    void go_on();
    void begin(Record record);
    void ended(std::list<UnderWay>::iterator at, const Result<void>& result);
    void forget();

    Timers& timers_;
    AppRegistry& apps_;
    AccountBook& accounts_;
    Forget forget_;
    std::function<void()> done_;
    std::unique_ptr<Waiting> earlier_commits_;
    std::size_t records_ = 0;
    std::deque<Record> waiting_;
    std::list<UnderWay> under_way_;
    std::unique_ptr<StoreCommit> forgetting_;
    std::unique_ptr<Timer> timer_;
};

}  // namespace agent
