// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <array>
#include <cstdlib>
#include <limits>

namespace agent {

namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

void append_field(SecretBuffer& out, std::string_view field) {
    if (field.size() > std::numeric_limits<std::uint32_t>::max()) std::abort();
    std::array<char, kLengthBytes> length{};
    for (std::size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<char>((field.size() >> (8 * i)) & 0xff);
    out.append({length.data(), length.size()});
    out.append(field);
}

std::optional<std::string_view> FieldReader::next() noexcept {
    if (rest_.size() < kLengthBytes) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= std::size_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    if (rest_.size() - kLengthBytes < length) return std::nullopt;
    const std::string_view field = rest_.substr(kLengthBytes, length);
    rest_.remove_prefix(kLengthBytes + length);
    return field;
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace agent
