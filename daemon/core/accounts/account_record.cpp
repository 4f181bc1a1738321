// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_record.h"

#include <utility>

#include "base/bytes.h"
#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "base/text/utf8.h"
#include "core/refresh/refresh_timing.h"
#include "core/refresh/token_set.h"
#include "core/store/seal_context.h"

namespace agent {

namespace {

constexpr std::string_view kRecordPurpose = "account-record";
constexpr std::size_t kLongestReason = 1000;   // bytes; ours have less
constexpr std::size_t kLongestUserText = 200;  // bytes

std::int64_t to_wire(WallTime t) {
    return t.time_since_epoch().count();
}
/// Nothing for a time that no clock shows, and that could not be reckoned with.
std::optional<WallTime> from_wire(std::optional<std::int64_t> milliseconds) {
    constexpr std::int64_t kYear10000 = 253'402'300'800'000;
    if (!milliseconds || *milliseconds < 0 || *milliseconds >= kYear10000) return std::nullopt;
    return WallTime(Duration(*milliseconds));
}

SecretString write_facts(const AccountRecord& record) {
    const Life& life = record.life;
    JsonWriter out;
    out.begin_object();
    out.member("app", record.app);
    if (!record.origin.empty()) out.member("origin", record.origin);
    out.member("obtained_at", to_wire(life.obtained_at));
    out.member("expires_at", to_wire(life.expires_at));
    out.member("refresh_at", to_wire(life.refresh_at));
    out.member("intent", life.intent_saved);
    out.member("answer_lost_before", life.answer_lost_before);
    out.member("login_required", life.state == State::kLoginRequired);
    out.member("grant_dead", life.state == State::kLoginRequired && life.grant_dead);
    out.member("reason", life.state == State::kLoginRequired ? life.reason : "");
    if (record.last_refresh) out.member("last_refresh", to_wire(*record.last_refresh));
    if (record.user) {
        out.key("user").begin_object();
        out.member("id", record.user->id).member("name", record.user->name).member("email", record.user->email);
        out.end_object();
    }
    out.member("previous_generation", record.previous_generation);
    if (!record.moved_to.empty()) out.member("moved_to", record.moved_to);
    out.end_object();
    return out.take();
}

bool read_facts(const Json& json, AccountRecord& record) {
    const auto app = json.find_string("app");
    const auto obtained_at = from_wire(json.find_integer("obtained_at"));
    const auto expires_at = from_wire(json.find_integer("expires_at"));
    const auto refresh_at = from_wire(json.find_integer("refresh_at"));
    const auto intent = json.find_boolean("intent");
    const auto answer_lost_before = json.find_boolean("answer_lost_before");
    const auto login_required = json.find_boolean("login_required");
    const auto previous = json.find_integer("previous_generation");
    if (!app || !obtained_at || !expires_at || !refresh_at || !intent || !answer_lost_before || !login_required ||
        !previous)
        return false;

    record.app = *app;
    record.origin = json.find_string("origin").value_or("");
    record.previous_generation = static_cast<std::uint64_t>(*previous);
    record.life.obtained_at = *obtained_at;
    record.life.expires_at = *expires_at;
    record.life.refresh_at = *refresh_at;
    record.life.intent_saved = *intent;
    record.life.answer_lost_before = *answer_lost_before;
    record.life.state = *login_required ? State::kLoginRequired : State::kReady;
    record.life.grant_dead = json.find_boolean("grant_dead").value_or(false);  // an older record does not tell
    record.life.reason = cut_utf8(json.find_string("reason").value_or(""), kLongestReason);
    record.last_refresh = from_wire(json.find_integer("last_refresh"));
    record.moved_to = json.find_string("moved_to").value_or("");
    if (const Json* user = json.find("user"); user != nullptr) {
        record.user = clio_user(user->find_integer("id").value_or(0), user->find_string("name").value_or(""),
                                user->find_string("email").value_or(""));
    }
    return true;
}

Bytes to_bytes(std::string_view text) {
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

/// The three fields of a stored record.
struct Fields {
    std::string_view facts;
    std::string_view tokens;
    std::string_view previous_tokens;
};

std::optional<Fields> split(std::string_view plain) {
    FieldReader reader(plain);
    const auto facts = reader.next();
    const auto tokens = reader.next();
    const auto previous_tokens = reader.next();
    if (!facts || !tokens || !previous_tokens || !reader.at_end()) return std::nullopt;
    return Fields{.facts = *facts, .tokens = *tokens, .previous_tokens = *previous_tokens};
}

Bytes seal_fields(const Sealer& sealer, const Fields& fields, std::string_view context) {
    SecretBuffer plain;
    append_field(plain, fields.facts);
    append_field(plain, fields.tokens);
    append_field(plain, fields.previous_tokens);
    return sealer.seal(plain.view(), context);
}

/// `sealed` itself when it does not open.
Bytes resealed_if_possible(const Sealer& sealer, std::string_view sealed, std::string_view account,
                           std::uint64_t generation) {
    auto resealed = reseal_token_set(sealer, as_bytes(sealed), account, generation);
    return resealed ? *std::move(resealed) : to_bytes(sealed);
}

}  // namespace

ClioUser clio_user(std::int64_t id, std::string_view name, std::string_view email) {
    return {.id = id,
            .name = std::string(cut_utf8(name, kLongestUserText)),
            .email = std::string(cut_utf8(email, kLongestUserText))};
}

StoredRow seal_account_record(const Sealer& sealer, const AccountRecord& record) {
    const SecretString facts = write_facts(record);
    const std::uint64_t generation = record.life.generation;
    return {.kind = StoredRow::Kind::kAccount,
            .name = record.name,
            .generation = generation,
            .sealed = seal_fields(sealer,
                                  {.facts = facts.reveal(),
                                   .tokens = as_text(record.tokens),
                                   .previous_tokens = as_text(record.previous_tokens)},
                                  seal_context(kRecordPurpose, record.name, generation)),
            .version = random_number()};
}

Result<AccountRecord> open_account_record(const Sealer& sealer, const StoredRow& row) {
    AGENT_TRY(const SecretString plain,
              sealer.open(row.sealed, seal_context(kRecordPurpose, row.name, row.generation)));
    const auto fields = split(plain.reveal());
    if (!fields) return fail(Error::Code::kInternal, "record of " + row.name + ": not in a known form");
    AGENT_TRY(const Json json, Json::parse(fields->facts));

    AccountRecord record;
    record.name = row.name;
    record.version = row.version;
    record.life.generation = row.generation;
    if (!read_facts(json, record))
        return fail(Error::Code::kInternal, "record of " + row.name + ": a fact is missing or cannot be");
    record.tokens = to_bytes(fields->tokens);
    record.previous_tokens = to_bytes(fields->previous_tokens);
    return record;
}

Result<StoredRow> reseal_account_row(const Sealer& sealer, StoredRow row) {
    const std::string context = seal_context(kRecordPurpose, row.name, row.generation);
    AGENT_TRY(const SecretString plain, sealer.open(row.sealed, context));
    if (const auto fields = split(plain.reveal())) {
        const auto facts = Json::parse(fields->facts);
        const auto previous_generation = facts ? facts->find_integer("previous_generation") : std::nullopt;
        const Bytes tokens = resealed_if_possible(sealer, fields->tokens, row.name, row.generation);
        const Bytes previous_tokens = resealed_if_possible(sealer, fields->previous_tokens, row.name,
                                                           static_cast<std::uint64_t>(previous_generation.value_or(0)));
        if (as_text(tokens) != fields->tokens || as_text(previous_tokens) != fields->previous_tokens) {
            row.sealed = seal_fields(
                sealer,
                {.facts = fields->facts, .tokens = as_text(tokens), .previous_tokens = as_text(previous_tokens)},
                context);
            return row;
        }
    }
    AGENT_TRY(row.sealed, sealer.resealed(row.sealed, context));
    return row;
}

AccountRecord next_generation(const AccountRecord& before, TokenAnswer answer, SecretString old_refresh_token,
                              WallTime asked_at, WallTime refresh_at, const Sealer& sealer) {
    const TokenSet tokens{
        .access_token = std::move(answer.access_token),
        .refresh_token = answer.refresh_token ? *std::move(answer.refresh_token) : std::move(old_refresh_token)};
    AccountRecord after = before;
    after.previous_tokens = before.tokens;
    after.previous_generation = before.life.generation;
    after.moved_to.clear();
    after.life = Life{.generation = before.life.generation + 1,
                      .obtained_at = asked_at,
                      .expires_at = expiry(asked_at, answer.expires_in),
                      .refresh_at = refresh_at,
                      .retry_at = {},
                      .reason = {}};
    after.tokens = seal_token_set(sealer, tokens, after.name, after.life.generation);
    return after;
}

void set_tokens(AccountRecord& record, const TokenSet& tokens, std::uint64_t generation, const Sealer& sealer) {
    record.life.generation = generation;
    record.tokens = seal_token_set(sealer, tokens, record.name, generation);
    record.previous_tokens.clear();
    record.previous_generation = 0;
}

}  // namespace agent
