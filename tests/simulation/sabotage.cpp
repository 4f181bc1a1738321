// SPDX-License-Identifier: Apache-2.0
#include "simulation/sabotage.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/accounts/account_record.h"
#include "core/refresh/refresh_timing.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

using Keep = std::vector<std::shared_ptr<void>>;

template <class Port, class... Parts>
Port& make(Keep& keep, Parts&&... parts) {
    auto port = std::make_shared<Port>(std::forward<Parts>(parts)...);
    keep.push_back(port);
    return *port;
}

struct Told : StoreCommit {
    std::unique_ptr<Timer> timer;
};

std::unique_ptr<StoreCommit> tell_at_once(Timers& timers, TokenStore::Done done) {
    auto told = std::make_unique<Told>();
    told->timer = timers.after(0ms, [done = std::move(done)] { done({}); });
    return told;
}

World with_store(World world, TokenStore& store) {
    return {.clock = world.clock, .timers = world.timers, .entropy = world.entropy, .http = world.http, .store = store};
}

World with_http(World world, HttpClient& http) {
    return {.clock = world.clock, .timers = world.timers, .entropy = world.entropy, .http = http, .store = world.store};
}

World with_timers(World world, Timers& timers) {
    return {.clock = world.clock, .timers = timers, .entropy = world.entropy, .http = world.http, .store = world.store};
}

class WrappedStore : public TokenStore {
  public:
    explicit WrappedStore(World world) : timers_(world.timers), store_(world.store) {}
    Result<void> load(const std::function<void(StoredRow)>& each) override { return store_.load(each); }
    std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        return store_.commit(std::move(change), std::move(done));
    }
    std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) override {
        return store_.read(kind, std::move(name), std::move(done));
    }

  protected:
    [[nodiscard]] std::optional<StoredRow> durable(const StoreChange& change) {
        std::optional<StoredRow> found;
        static_cast<void>(store_.load([&](const StoredRow& row) {
            if (row.kind == change.row.kind && row.name == change.row.name) found = row;
        }));
        return found;
    }
    [[nodiscard]] bool keeps_generation(const StoreChange& change) {
        const auto present = durable(change);
        return change.action == StoreChange::Action::kPut && present && present->generation == change.row.generation;
    }

    Timers& timers_;
    TokenStore& store_;
};

/// Says that a token set is durable when that has only been asked for: callers are answered before the commit.
class HastyStore : public WrappedStore {
  public:
    using WrappedStore::WrappedStore;
    std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        if (keeps_generation(change)) return WrappedStore::commit(std::move(change), std::move(done));
        (void)store_.commit(std::move(change), [](const Result<void>&) {});
        return tell_at_once(timers_, std::move(done));
    }
};

/// Skips what is written before a request: the intent.
class IntentlessStore : public WrappedStore {
  public:
    using WrappedStore::WrappedStore;
    std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        if (keeps_generation(change)) return tell_at_once(timers_, std::move(done));
        return WrappedStore::commit(std::move(change), std::move(done));
    }
};

/// Reports a new revision before the commits that were started earlier have ended: what they bring is not sealed again
/// after a rotation.
class DisorderlyStore : public WrappedStore {
  public:
    using WrappedStore::WrappedStore;
    std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        if (change.row.kind != StoredRow::Kind::kRevision)
            return WrappedStore::commit(std::move(change), std::move(done));
        (void)store_.commit(std::move(change), [](const Result<void>&) {});
        return tell_at_once(timers_, std::move(done));
    }
};

/// Draws the time of each refresh again whenever the accounts are read.
class RedrawingStore : public WrappedStore {
  public:
    RedrawingStore(World world, const Sealer& sealer) : WrappedStore(world), entropy_(world.entropy), sealer_(sealer) {}
    Result<void> load(const std::function<void(StoredRow)>& each) override {
        return store_.load([&](const StoredRow& row) {
            auto record = row.kind == StoredRow::Kind::kAccount ? open_account_record(sealer_, row)
                                                                : fail(Error::Code::kNotFound, "an app");
            if (!record) return each(row);
            Life& life = record->life;
            life.refresh_at = draw_refresh_at(life.obtained_at,
                                              std::chrono::duration_cast<Duration>(life.expires_at - life.obtained_at),
                                              kDefaultAtFraction, entropy_.unit());
            StoredRow redrawn = seal_account_record(sealer_, *record);
            redrawn.version = row.version;
            each(std::move(redrawn));
        });
    }

  private:
    Entropy& entropy_;
    const Sealer& sealer_;
};

/// Compares nothing before it swaps, and carries out what it has refused a while later: the loser of a race wins.
class StaleStore : public WrappedStore {
  public:
    using WrappedStore::WrappedStore;
    std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        auto copy = change;
        return store_.commit(std::move(change), [this, copy = std::move(copy), done = std::move(done)](auto result) {
            if (!result) again_.push_back(timers_.after(10min, [this, copy] { force(copy); }));
            done(std::move(result));
        });
    }

  private:
    void force(StoreChange change) {
        if (const auto present = durable(change)) change.expected_version = present->version;
        (void)store_.commit(std::move(change), [](const Result<void>&) {});
    }
    std::vector<std::unique_ptr<Timer>> again_;
};

class WrappedKeyStore : public KeyStore {
  public:
    explicit WrappedKeyStore(KeyStore& store) : store_(store) {}
    std::unique_ptr<StoreCommit> read(std::function<void(Result<KeySlots>)> done) override {
        return store_.read(std::move(done));
    }
    std::unique_ptr<StoreCommit> add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                     std::function<void(Result<std::int64_t>)> done) override {
        return store_.add(std::move(data_key), std::move(facts), std::move(salt), std::move(slot_key), std::move(done));
    }
    std::unique_ptr<StoreCommit> remove(std::int64_t id, Done done) override {
        return store_.remove(id, std::move(done));
    }
    std::unique_ptr<StoreCommit> rotate(Key current, Key next, Done done) override {
        return store_.rotate(std::move(current), std::move(next), std::move(done));
    }
    std::unique_ptr<StoreCommit> forget_previous(Key current,
                                                 std::function<void(Result<std::vector<std::string>>)> done) override {
        return store_.forget_previous(std::move(current), std::move(done));
    }

  protected:
    KeyStore& store_;
};

/// Tells for a while what was read before: what a trial has found is not looked at again.
class RememberingKeyStore : public WrappedKeyStore {
  public:
    RememberingKeyStore(KeyStore& store, World world) : WrappedKeyStore(store), timers_(world.timers) {}
    std::unique_ptr<StoreCommit> read(std::function<void(Result<KeySlots>)> done) override {
        return store_.read([this, done = std::move(done)](Result<KeySlots> slots) {
            constexpr Duration kLongestTrial = 5s;
            if (slots && remembered_) {
                slots = *remembered_;
            } else if (slots) {
                remembered_ = *slots;
                forgetting_ = timers_.after(kLongestTrial, [this] { remembered_.reset(); });
            }
            done(std::move(slots));
        });
    }

  private:
    Timers& timers_;
    std::optional<KeySlots> remembered_;
    std::unique_ptr<Timer> forgetting_;
};

/// Says that the slots have a new data key a while before they do.
class HastyKeyStore : public WrappedKeyStore {
  public:
    HastyKeyStore(KeyStore& store, World world) : WrappedKeyStore(store), timers_(world.timers) {}
    std::unique_ptr<StoreCommit> rotate(Key current, Key next, Done done) override {
        rotating_ = timers_.after(10s, [this, current = std::move(current), next = std::move(next)] {
            (void)store_.rotate(current, next, [](const Result<void>&) {});
        });
        return tell_at_once(timers_, std::move(done));
    }

  private:
    Timers& timers_;
    std::unique_ptr<Timer> rotating_;
};

/// Says that a slot was added although it has another data key than the store.
class CarelessKeyStore : public WrappedKeyStore {
  public:
    using WrappedKeyStore::WrappedKeyStore;
    std::unique_ptr<StoreCommit> add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                     std::function<void(Result<std::int64_t>)> done) override {
        return store_.add(std::move(data_key), std::move(facts), std::move(salt), std::move(slot_key),
                          [done = std::move(done)](Result<std::int64_t> id) {
                              constexpr std::int64_t kAnother = 1'000'000;
                              if (!id && id.error().code == Error::Code::kConflict) id = kAnother;
                              done(std::move(id));
                          });
    }
};

class WrappedHttp : public HttpClient {
  public:
    explicit WrappedHttp(World world) : timers_(world.timers), http_(world.http) {}

  protected:
    struct Both : HttpCall {
        std::unique_ptr<HttpCall> first;
        std::unique_ptr<Timer> pause;  // in which the rate of requests allows one more
        std::unique_ptr<HttpCall> second;
    };
    static HttpRequest copy_of(const HttpRequest& request) {
        return {.method = request.method,
                .url = request.url,
                .authorization = request.authorization.clone(),
                .form_body = request.form_body.clone()};
    }
    Timers& timers_;
    HttpClient& http_;
};

/// Sends a request again a while later, as an HTTP client may do that thinks every request is idempotent, and believes
/// the second answer.
class RepeatingHttp : public WrappedHttp {
  public:
    using WrappedHttp::WrappedHttp;
    std::unique_ptr<HttpCall> send(HttpRequest request, Done done) override {
        auto both = std::make_unique<Both>();
        auto again = std::make_shared<HttpRequest>(copy_of(request));
        both->first = http_.send(std::move(request), [this, both = both.get(), again, done](auto) {
            both->pause =
                timers_.after(20s, [this, both, again, done] { both->second = http_.send(std::move(*again), done); });
        });
        return both;
    }
};

/// Treats any refusal as the end of the grant, no matter where it comes from.
class CredulousHttp : public WrappedHttp {
  public:
    using WrappedHttp::WrappedHttp;
    std::unique_ptr<HttpCall> send(HttpRequest request, Done done) override {
        return http_.send(std::move(request),
                          [done = std::move(done)](tl::expected<HttpResponse, HttpFailure> outcome) {
                              if (outcome && outcome->status >= 400 && outcome->content_type == "text/html") {
                                  outcome->status = 400;
                                  outcome->content_type = "application/json";
                                  outcome->body = SecretString(std::string_view(R"({"error":"invalid_grant"})"));
                              }
                              done(std::move(outcome));
                          });
    }
};

/// Never reports that the clock was set.
class UnwatchfulTimers : public Timers {
  public:
    explicit UnwatchfulTimers(World world) : timers_(world.timers) {}
    std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) override {
        return timers_.after(delay, std::move(fire));
    }
    std::unique_ptr<Timer> on_clock_step(std::function<void()>) override { return std::make_unique<Timer>(); }

  private:
    Timers& timers_;
};

/// Gives no chance to chance: every backoff is over at once.
class PredictableEntropy : public Entropy {
  public:
    explicit PredictableEntropy(World world) : entropy_(world.entropy) {}
    void fill(std::span<std::byte> out) override { entropy_.fill(out); }
    double unit() override { return 0.0; }

  private:
    Entropy& entropy_;
};

}  // namespace

const std::vector<Sabotage>& all_sabotages() {
    static const std::vector<Sabotage> all = {
        {"commit-after-answering", "callers are answered before the token set is durable", "is ahead of the disk",
         [](World world, const Sealer&, Keep& keep) { return with_store(world, make<HastyStore>(keep, world)); }},
        {"intent-not-written", "the request is sent before its intent is durable", "without a durable intent",
         [](World world, const Sealer&, Keep& keep) { return with_store(world, make<IntentlessStore>(keep, world)); }},
        {"commits-out-of-order", "a commit is told of before those that were started earlier", "cannot be opened",
         [](World world, const Sealer&, Keep& keep) { return with_store(world, make<DisorderlyStore>(keep, world)); }},
        {"jitter-redrawn", "the time of a refresh is drawn again at each look", "was drawn again",
         [](World world, const Sealer& sealer, Keep& keep) {
             return with_store(world, make<RedrawingStore>(keep, world, sealer));
         }},
        {"race-loser-wins", "a write that has lost is carried out after all", "was stored over",
         [](World world, const Sealer&, Keep& keep) { return with_store(world, make<StaleStore>(keep, world)); }},
        {"request-repeated", "a refresh is sent twice, and the second answer counts",
         "login_required for a healthy grant",
         [](World world, const Sealer&, Keep& keep) { return with_http(world, make<RepeatingHttp>(keep, world)); }},
        {"any-refusal-believed", "an HTML page is taken for invalid_grant", "login_required for a healthy grant",
         [](World world, const Sealer&, Keep& keep) { return with_http(world, make<CredulousHttp>(keep, world)); }},
        {.name = "new-key-used-early",
         .what = "the agent seals with a new data key before a slot has it",
         .found_as = "stored what cannot be opened",
         .apply_to_keys = [](KeyStore& store, World world, Keep& keep) -> KeyStore& {
             return make<HastyKeyStore>(keep, store, world);
         }},
        {.name = "trial-believed",
         .what = "the agent is unlocked with the data key that a slot had when it was tried",
         .found_as = "unlocked with another data key",
         .apply_to_keys = [](KeyStore& store, World world, Keep& keep) -> KeyStore& {
             return make<RememberingKeyStore>(keep, store, world);
         }},
        {.name = "slot-of-another-key",
         .what = "a slot is added with a data key that was rotated away",
         .found_as = "the recovery key of slot",
         .apply_to_keys = [](KeyStore& store, World, Keep& keep) -> KeyStore& {
             return make<CarelessKeyStore>(keep, store);
         }},
        {.name = "hasty-end",
         .what = "a lock or a stop waits for nothing",
         .found_as = "while a grant was at stake",
         .ends_hastily = true},
        {"clock-step-unnoticed", "nobody hears that the wall clock was set", "that the server does not accept",
         [](World world, const Sealer&, Keep& keep) {
             return with_timers(world, make<UnwatchfulTimers>(keep, world));
         }},
        {"backoff-unused", "a failed refresh is tried again at once", "too many requests to a dead endpoint",
         [](World world, const Sealer&, Keep& keep) {
             return World{.clock = world.clock,
                          .timers = world.timers,
                          .entropy = make<PredictableEntropy>(keep, world),
                          .http = world.http,
                          .store = world.store};
         }},
    };
    return all;
}

const Sabotage* find_sabotage(std::string_view name) {
    const auto& all = all_sabotages();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Sabotage& s) { return s.name == name; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace agent::sim
