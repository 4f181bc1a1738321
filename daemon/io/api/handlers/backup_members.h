// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/crypto/passphrase.h"
#include "base/crypto/sealing.h"
#include "base/json/json_reader.h"
#include "base/json/json_writer.h"
#include "base/secret/secret.h"
#include "ports/token_store.h"

namespace agent {

// Members of request bodies about backups. Readers report errors through `in`; the value is then unusable.

/// A non-empty string, read in place, not as a std::string; empty on error.
[[nodiscard]] SecretString optional_secret(JsonReader& in, std::string_view key);
/// base64url.
[[nodiscard]] Bytes required_bytes(JsonReader& in, std::string_view key);
/// "key": the key of a backup; null on error.
[[nodiscard]] std::shared_ptr<const Sealer> required_backup_key(JsonReader& in);
[[nodiscard]] KdfParameters read_kdf(const Json& json, JsonReader& in);
[[nodiscard]] Result<StoredRow> read_record(const Json& json);

void write_key(JsonWriter& out, const SealingKey& key);
void write_kdf(JsonWriter& out, const KdfParameters& kdf);
void write_record(JsonWriter& out, const StoredRow& record);

}  // namespace agent
