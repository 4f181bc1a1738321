// SPDX-License-Identifier: Apache-2.0
#include "token_format.h"

#include <sodium.h>

#include <array>
#include <string_view>

namespace agent::sandbox {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr unsigned char kUnbiased = 256 / kAlphabet.size() * kAlphabet.size();

std::string alphanumerics(std::size_t length) {
    std::string text;
    text.reserve(length);
    // Many bytes at once: libsodium asks the kernel for each call.
    for (std::array<unsigned char, 64> bytes{}; text.size() < length;) {
        randombytes_buf(bytes.data(), bytes.size());
        for (const unsigned char b : bytes) {
            if (b < kUnbiased && text.size() < length) text += kAlphabet[b % kAlphabet.size()];
        }
    }
    return text;
}

}  // namespace

std::string make_token(TokenFormat format) {
    if (format == TokenFormat::kPlain) return alphanumerics(40);
    return std::to_string(1000 + randombytes_uniform(9000)) + '-' + alphanumerics(34 + randombytes_uniform(7));
}

}  // namespace agent::sandbox
