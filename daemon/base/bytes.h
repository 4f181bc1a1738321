// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/secret/secret.h"

namespace agent {

/// Writes length-prefixed fields (32-bit little-endian length, then the bytes): the framing of stored records.
void append_field(SecretBuffer& out, std::string_view field);

/// Reads such fields back, in order.
class FieldReader {
  public:
    explicit FieldReader(std::string_view text) noexcept : rest_(text) {}
    /// Nullopt if the text ends within the field.
    [[nodiscard]] std::optional<std::string_view> next() noexcept;
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  private:
    std::string_view rest_;
};

[[nodiscard]] std::string_view as_text(std::span<const std::byte> bytes) noexcept;

}  // namespace agent
