// SPDX-License-Identifier: Apache-2.0
#include "io/api/handlers/backup_members.h"

#include <limits>
#include <utility>

#include "base/text/encoding.h"
#include "core/backup/backups.h"
#include "protocol/names.h"

namespace agent {

namespace {

constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

}  // namespace

SecretString optional_secret(JsonReader& in, std::string_view key) {
    const Json* member = in.optional(key);
    if (member == nullptr) return {};
    const auto text = member->string();
    if (!text || text->empty()) in.refuse(key, "expected a non-empty string");
    return SecretString(text.value_or(""));
}

Bytes required_bytes(JsonReader& in, std::string_view key) {
    const Json* const member = in.required(key, "a string");
    const auto text = member == nullptr ? std::nullopt : member->string();
    const auto bytes = text ? base64url_decode(*text) : std::nullopt;
    if (!bytes) {
        if (member != nullptr) in.refuse(key, "expected base64url without padding");
        return {};
    }
    const auto raw = as_bytes(bytes->reveal());
    return {raw.begin(), raw.end()};
}

std::shared_ptr<const Sealer> required_backup_key(JsonReader& in) {
    const Json* const member = in.required("key", "a string");
    const auto text = member == nullptr ? std::nullopt : member->string();
    const auto raw = text ? base64url_decode(*text) : std::nullopt;
    if (!raw || raw->size() != SealingKey::kSize) {
        if (member != nullptr) in.refuse("key", "expected 32 bytes in base64url");
        return nullptr;
    }
    auto key = SealingKey::from_raw(as_bytes(raw->reveal()));
    if (!key) {
        in.refuse(std::move(key).error());
        return nullptr;
    }
    return std::make_shared<const Sealer>(*std::move(key));
}

KdfParameters read_kdf(const Json& json, JsonReader& in) {
    JsonReader kdf(json);
    KdfParameters parameters;
    parameters.operations = static_cast<std::uint64_t>(kdf.required_integer("operations", 1, kHighest));
    parameters.memory = static_cast<std::uint64_t>(kdf.required_integer("memory", 1, kHighest));
    parameters.salt = required_bytes(kdf, "salt");
    if (auto read = kdf.finish(); !read) in.refuse(std::move(read).error());
    return parameters;
}

Result<StoredRow> read_record(const Json& json) {
    JsonReader in(json);
    StoredRow record;
    record.kind = in.required_word("kind", kRecordKinds);
    record.name = in.required_string("name");
    if (!is_valid_name(record.name)) in.refuse("name", std::string("a name has ").append(kNameRule));
    record.generation = static_cast<std::uint64_t>(in.required_integer("generation", 1, kHighest));
    record.sealed = required_bytes(in, "sealed");
    AGENT_CHECK(in.finish());
    return record;
}

void write_key(JsonWriter& out, const SealingKey& key) {
    out.member("key", secret_base64url(key.raw()).reveal());
}

void write_kdf(JsonWriter& out, const KdfParameters& kdf) {
    out.key("kdf").begin_object().member("operations", kdf.operations).member("memory", kdf.memory);
    out.member("salt", base64url(kdf.salt)).end_object();
}

void write_record(JsonWriter& out, const StoredRow& record) {
    out.begin_object().member("kind", word_of(kRecordKinds, record.kind)).member("name", record.name);
    out.member("generation", record.generation).member("sealed", base64url(record.sealed)).end_object();
}

}  // namespace agent
