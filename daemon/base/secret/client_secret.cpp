// SPDX-License-Identifier: Apache-2.0
#include "base/secret/client_secret.h"

#include <array>
#include <cstdio>
#include <string>

namespace agent {

namespace {

bool is_client_character(char c) noexcept {
    return c >= ' ' && c <= '~';
}

}  // namespace

std::string why_not_client_text(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.starts_with("\xef\xbb\xbf")) return "begins with a byte order mark; save it as plain text";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_client_character(text[i])) continue;
        if (text[i] == '\n' || text[i] == '\r') return "has more than one line";
        std::array<char, 8> byte{};
        std::snprintf(byte.data(), byte.size(), "0x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[i])));
        return std::string("has an invisible or foreign character (byte ") + byte.data() + " at position " +
               std::to_string(i + 1) + "); copy it again";
    }
    return {};
}

Result<SecretString> client_secret_of(std::string_view text, std::string_view source) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    const std::string why_not = why_not_client_text(text);
    if (!why_not.empty()) return fail(Error::Code::kBadRequest, std::string(source) + ": the secret " + why_not);
    return SecretString(text);
}

}  // namespace agent
