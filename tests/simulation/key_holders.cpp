// SPDX-License-Identifier: Apache-2.0
#include "simulation/key_holders.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

// On average.
constexpr Duration kBetweenAdditions = 24h * 3;
constexpr Duration kBetweenRemovals = 24h * 4;
constexpr Duration kBetweenRotations = 24h * 6;
constexpr Duration kBetweenTests = 24h * 8;

constexpr Duration kSlowestDiskForKeys = 6h;  // hundreds of commits, each of which may take two minutes
constexpr std::size_t kFewestKeys = 2;        // that are kept, so that somebody can unlock
constexpr std::size_t kMostKeys = 4;          // each costs time in every rotation

std::uint32_t some_user(Random& random) {
    return static_cast<std::uint32_t>(random.below(3));
}

}  // namespace

KeyHolders::KeyHolders(const Surroundings& around, Findings& findings, Random random, const SimKeyStore& store,
                       KeyringOf keyring)
    : around_(around),
      findings_(findings),
      random_(random),
      store_(store),
      keyring_(std::move(keyring)),
      waits_(around.events, random, around.statistics, findings) {}

void KeyHolders::start() {
    around_.events.add(1s, EventQueue::Place::kMachine, [this] { add(); });
    repeat(around_.events, random_, kBetweenAdditions, [this] { add(); });
    repeat(around_.events, random_, kBetweenRemovals, [this] { remove(); });
    repeat(around_.events, random_, kBetweenRotations, [this] { rotate(); });
    repeat(around_.events, random_, kBetweenTests, [this] { test(); });
}

void KeyHolders::rotate_soon() {
    around_.events.add(random_.magnitude(1ms, 1s), EventQueue::Place::kMachine, [this] { rotate(); });
    if (random_.chance(0.3))
        around_.events.add(random_.magnitude(1ms, 1s), EventQueue::Place::kMachine, [this] { add(); });
}

void KeyHolders::abandon() {
    waits_.abandon_all();
}

std::optional<TypedSecrets> KeyHolders::typed() {
    if (keys_.empty()) return std::nullopt;
    TypedSecrets typed;
    typed.recovery_key = std::next(keys_.begin(), static_cast<long>(random_.below(keys_.size())))->second.clone();
    return typed;
}

bool KeyHolders::may_be_refused(const TypedSecrets& typed) const {
    return std::none_of(keys_.begin(), keys_.end(),
                        [&](const auto& key) { return key.second.equals(typed.recovery_key.reveal()); });
}

void KeyHolders::check(std::int64_t slot, const SecretString& recovery_key) const {
    const auto key = read_recovery_key(recovery_key.reveal());
    const std::string why = key ? store_.why_closed(slot, *key) : key.error().message;
    if (!why.empty()) findings_.violated("the recovery key of slot " + std::to_string(slot) + " is lost: " + why);
}

void KeyHolders::check_any() {
    if (keys_.empty()) return;
    const auto any = std::next(keys_.begin(), static_cast<long>(random_.below(keys_.size())));
    check(any->first, any->second);
}

void KeyHolders::check_all() const {
    for (const auto& [slot, recovery_key] : keys_) check(slot, recovery_key);
}

void KeyHolders::add() {
    Keyring* const keyring = keyring_();
    if (keyring == nullptr || keys_.size() >= kMostKeys) return;
    around_.trace.say("operator: adds a recovery key");
    using Answer = Result<AddedKeySlot>;
    waits_.ask<Answer>(
        "a new key slot", kSlowestDiskForKeys,
        [&](std::function<void(Answer)> done) {
            NewKeySlot slot{.kind = SlotKind::kRecovery, .source = {}, .passphrase = {}, .calibrate = {}};
            return keyring->add(std::move(slot), some_user(random_), std::move(done));
        },
        [this](Answer added) {
            around_.trace.say("operator: a new slot: ",
                              added ? std::to_string(added->id) : "none: " + added.error().message);
            if (!added) return;
            ++around_.statistics[Count::kSlotsAdded];
            const auto [slot, is_new] = keys_.emplace(added->id, std::move(added->recovery_key));
            check(slot->first, slot->second);
        });
}

void KeyHolders::remove() {
    Keyring* const keyring = keyring_();
    if (keyring == nullptr || keys_.size() <= kFewestKeys) return;
    const std::int64_t slot = std::next(keys_.begin(), static_cast<long>(random_.below(keys_.size())))->first;
    around_.trace.say("operator: removes slot ", slot);
    keys_.erase(slot);  // whatever the answer, nobody may rely on it
    using Answer = Result<void>;
    waits_.ask<Answer>(
        "a removal of a key slot", kSlowestDiskForKeys,
        [&](Keyring::Done done) { return keyring->remove(slot, std::move(done)); }, [](const Answer&) {});
}

void KeyHolders::rotate() {
    Keyring* const keyring = keyring_();
    if (keyring == nullptr || around_.events.now() >= around_.scenario.faults.end) return;
    around_.trace.say("operator: rotates the data key");
    using Answer = Result<void>;
    waits_.ask<Answer>(
        "a rotation of the data key", kSlowestDiskForKeys,
        [&](Keyring::Done done) { return keyring->rotate(std::move(done)); },
        [this](const Answer& rotated) {
            around_.trace.say("operator: ", rotated ? "a new data key" : rotated.error().message);
            check_all();
        });
}

void KeyHolders::test() {
    Keyring* const keyring = keyring_();
    auto tried = typed();
    if (keyring == nullptr || !tried) return;
    const auto key = std::make_shared<TypedSecrets>(std::move(*tried));
    TypedSecrets secrets;
    secrets.recovery_key = key->recovery_key.clone();
    using Answer = Result<std::vector<TriedKeySlot>>;
    waits_.ask<Answer>(
        "a test of the key slots", kSlowestDiskForKeys,
        [&](std::function<void(Answer)> done) {
            return keyring->test(std::move(secrets), some_user(random_), std::move(done));
        },
        [this, key](const Answer& slots) {
            if (!slots || may_be_refused(*key)) return;
            const bool opens =
                std::any_of(slots->begin(), slots->end(), [](const TriedKeySlot& slot) { return slot.opens == true; });
            if (!opens) findings_.violated("a recovery key that was given out opens no slot");
        });
}

}  // namespace agent::sim
