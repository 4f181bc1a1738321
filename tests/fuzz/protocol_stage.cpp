// SPDX-License-Identifier: Apache-2.0
#include "protocol_stage.h"

#include <utility>

#include "target.h"

namespace fuzz {

using agent::Error;

namespace {

agent::SealingKey backup_key() {
    return *agent::SealingKey::from_raw(agent::as_bytes(std::string(agent::SealingKey::kSize, 'b')));
}

}  // namespace

ProtocolStage::ProtocolStage(std::size_t mood, std::string_view input)
    : secret_("secret-" + std::to_string(std::hash<std::string_view>()(input))) {
    FUZZ_ASSERT(agent::init_sealing());
    fixture_.accounts.token_prefix = secret_;
    fixture_.accounts.hold("smith");
    if (mood % 2 == 0) fixture_.accounts.hold("jones@example.com");
    fixture_.accounts.held.begin()->second.user = agent::ClioUser{.id = 42, .name = "J\"\\\n\u2028", .email = "j@x"};
    agent::App app;
    app.redirect_uris = {"http://127.0.0.1:1/c"};
    app.name = "firm";
    app.client_id = "id";
    app.client_secret = agent::SecretString(secret_);
    fixture_.apps.held.emplace("firm", std::move(app));
    static_cast<void>(fixture_.logins.start({.app = "firm", .account = "smith", .replace_user = false, .user = 0}));
    fixture_.logins.request = {};

    if (mood == kMoods - 1) fixture_.api.lock();
    if (mood == kMoods - 1 || mood == 0) return;
    fixture_.accounts.must_wait = true;
    if (mood == 1) return;
    const Error error{.code = static_cast<Error::Code>((mood - 2) / 2),
                      .message = "the core: says no",
                      .retry_after = std::chrono::seconds(mood)};
    if (mood % 2 == 0) {
        late_error_ = error;
    } else {
        fixture_.accounts.error = fixture_.logins.error = error;
    }
}

template <class T>
void ProtocolStage::settle(fakes::OwedAnswers<T>& owed, const T& good) {
    while (owed.size() > 0) {
        if (late_error_) {
            owed.answer(tl::unexpected(*late_error_));
        } else if constexpr (std::is_same_v<T, agent::Result<agent::IssuedToken>>) {
            owed.answer(fixture_.accounts.token("smith"));
        } else {
            owed.answer(T(good));
        }
    }
}

template <class T>
void ProtocolStage::settle(std::function<void(agent::Result<T>)>& done, agent::Result<T> good) {
    const auto owed = std::exchange(done, nullptr);
    if (owed == nullptr) return;
    if (late_error_) return owed(tl::unexpected(*late_error_));
    owed(std::move(good));
}

void ProtocolStage::settle() {
    fakes::FakeAccounts& accounts = fixture_.accounts;
    settle(accounts.tokens, agent::Result<agent::IssuedToken>());
    settle(accounts.refreshes, agent::Result<agent::AccountFacts>(accounts.held.find("smith")->second));
    settle(accounts.revivals, agent::Result<agent::AccountFacts>(accounts.held.find("smith")->second));
    settle(accounts.removals, agent::Result<void>());
    settle(fixture_.apps.changes, agent::Result<void>());
    settle(fixture_.logins.waits, agent::Result<agent::LoginState>(*fixture_.logins.login));

    fakes::FakeKeyring& keyring = fixture_.keyring;
    const agent::KeySlotFacts slot{
        .id = 1, .kind = agent::SlotKind::kFile, .source = "/key", .made_at = fakes::FakeClock::kStart, .kdf = {}};
    settle(keyring.done, agent::Result<void>());
    settle(keyring.list_done, agent::Result<agent::KeyringFacts>({.slots = {slot}, .rotating = true, .progress = {}}));
    settle(keyring.add_done,
           agent::Result<agent::AddedKeySlot>({.id = 2, .recovery_key = agent::SecretString(secret_)}));
    settle(keyring.test_done,
           agent::Result<std::vector<agent::TriedKeySlot>>({{.id = 1, .kind = slot.kind, .opens = {}, .detail = "x"}}));
    if (keyring.make_backup_key_done) {
        settle(keyring.make_backup_key_done,
               agent::Result<agent::NewBackupKey>(
                   {.key = backup_key(), .kdf = {}, .recovery_key = agent::SecretString(secret_)}));
    }
    if (keyring.backup_key_done) settle(keyring.backup_key_done, agent::Result<agent::SealingKey>(backup_key()));
    settle(fixture_.backups.move_done, agent::Result<std::string>("it needs a login"));
    if (const auto restored = std::exchange(fixture_.backups.restore_done, nullptr))
        restored({{.name = "smith", .result = agent::RestoredRecord::Result::kKept, .detail = "it works"}});
}

bool ProtocolStage::was_changed() const {
    const fakes::FakeAccounts& accounts = fixture_.accounts;
    return accounts.refreshes.size() + accounts.revivals.size() + accounts.removals.size() > 0 ||
           fixture_.apps.changes.size() > 0 || !fixture_.logins.request.account.empty() ||
           !fixture_.logins.pasted.empty() || !fixture_.logins.cancelled.empty() || !fixture_.keyring.asked.empty() ||
           !fixture_.backups.asked.empty();
}

void ProtocolStage::check_secrets(int status, std::string_view path, std::string_view body) const {
    const bool was_asked_for =
        (status == 200 && path.ends_with("/token")) || (status == 201 && (path == "/v1/keys" || path == "/v1/backups"));
    FUZZ_ASSERT(was_asked_for || body.find(secret_) == std::string_view::npos);
}

}  // namespace fuzz
