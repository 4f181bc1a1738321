// SPDX-License-Identifier: Apache-2.0
#include "pkce.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>

namespace agent::sandbox {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 7636 section 4.1.
bool is_well_formed(std::string_view verifier) {
    return verifier.size() >= 43 && verifier.size() <= 128 && std::all_of(verifier.begin(), verifier.end(), [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
           });
}

/// By libsodium and not by base/text/encoding.h: the agent makes its challenges with that, and must not check its own
/// work.
std::string s256(std::string_view verifier) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
    std::array<char, sodium_base64_ENCODED_LEN(digest.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
    return sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(),
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace

bool is_verifier_of(std::string_view code_verifier, std::string_view code_challenge) {
    if (code_challenge.empty()) return code_verifier.empty();
    return is_well_formed(code_verifier) && s256(code_verifier) == code_challenge;
}

bool is_challenge(std::string_view code_challenge) {
    return code_challenge.size() == 43 && std::all_of(code_challenge.begin(), code_challenge.end(), [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '_';
           });
}

}  // namespace agent::sandbox
