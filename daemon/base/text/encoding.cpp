// SPDX-License-Identifier: Apache-2.0
#include "base/text/encoding.h"

#include <algorithm>

#include "base/crypto/sealing.h"

namespace agent {

namespace {

constexpr std::size_t kMostParameters = 64;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes the digits of `bytes` to `out`, without padding, and returns how many.
std::size_t write_digits(std::span<const std::byte> bytes, std::string_view digits, char* out) {
    std::size_t written = 0;
    unsigned bits = 0;
    int held = 0;
    for (const std::byte b : bytes) {
        bits = (bits << 8 | std::to_integer<unsigned>(b)) & 0xffff;
        for (held += 8; held >= 6;) {
            held -= 6;
            out[written++] = digits[bits >> held & 0x3f];
        }
    }
    if (held > 0) out[written++] = digits[bits << (6 - held) & 0x3f];
    return written;
}

bool is_unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

template <class Append>
void write_percent_encoded(std::string_view text, const Append& append) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_unreserved(c)) {
            append(std::string_view(&c, 1));
        } else {
            const auto byte = static_cast<unsigned char>(c);
            const char encoded[] = {'%', kDigits[byte >> 4], kDigits[byte & 0xf]};
            append(std::string_view(encoded, sizeof encoded));
        }
    }
}

void write_hex(std::span<const std::byte> bytes, char* out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const std::byte b : bytes) {
        *out++ = kDigits[std::to_integer<std::size_t>(b >> 4)];
        *out++ = kDigits[std::to_integer<std::size_t>(b & std::byte{0xf})];
    }
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int base64url_value(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    return c == '_' ? 63 : -1;
}

/// The byte that two digits encode.
std::optional<char> hex_byte(std::string_view digits) noexcept {
    if (digits.size() != 2) return std::nullopt;
    const int high = hex_value(digits[0]);
    const int low = hex_value(digits[1]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

}  // namespace

std::string hex(std::span<const std::byte> bytes) {
    std::string text(2 * bytes.size(), '\0');
    write_hex(bytes, text.data());
    return text;
}

SecretString secret_hex(std::span<const std::byte> bytes) {
    SecretString text(2 * bytes.size());
    write_hex(bytes, text.data());
    return text;
}

std::optional<SecretString> hex_decode(std::string_view digits) {
    if (digits.size() % 2 != 0) return std::nullopt;
    SecretString bytes(digits.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = hex_byte(digits.substr(2 * i, 2));
        if (!byte) return std::nullopt;
        bytes.data()[i] = *byte;
    }
    return bytes;
}

std::string base64url(std::span<const std::byte> bytes) {
    std::string text(bytes.size() / 3 * 4 + 4, '\0');
    text.resize(write_digits(bytes, kBase64Url, text.data()));
    return text;
}

SecretString secret_base64url(std::span<const std::byte> bytes) {
    SecretString digits((bytes.size() * 8 + 5) / 6);
    write_digits(bytes, kBase64Url, digits.data());
    return digits;
}

std::optional<SecretString> base64url_decode(std::string_view text) {
    SecretString bytes(text.size() * 6 / 8);
    std::size_t written = 0;
    unsigned bits = 0;
    int held = 0;
    for (const char c : text) {
        const int value = base64url_value(c);
        if (value < 0) return std::nullopt;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.data()[written++] = static_cast<char>(bits >> held & 0xff);
    }
    const bool is_whole = held < 6 && (bits & ((1U << held) - 1)) == 0;
    return is_whole ? std::optional(std::move(bytes)) : std::nullopt;
}

SecretString base64(std::string_view bytes) {
    SecretString text((bytes.size() + 2) / 3 * 4);
    const std::size_t written = write_digits(as_bytes(bytes), kBase64, text.data());
    std::fill(text.data() + written, text.data() + text.size(), '=');
    return text;
}

std::string percent_encode(std::string_view text) {
    std::string encoded;
    encoded.reserve(text.size());
    write_percent_encoded(text, [&](std::string_view part) { encoded += part; });
    return encoded;
}

void append_percent_encoded(SecretBuffer& out, std::string_view text) {
    write_percent_encoded(text, [&](std::string_view part) { out.append(part); });
}

std::optional<SecretString> percent_decode(std::string_view text, bool plus_is_space) {
    std::size_t escapes = 0;
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        if (!hex_byte(text.substr(at + 1, 2))) return std::nullopt;
        ++escapes;
    }
    SecretString decoded(text.size() - 2 * escapes);
    char* out = decoded.data();
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            c = *hex_byte(text.substr(i + 1, 2));
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        *out++ = c;
    }
    return decoded;
}

Result<FormParameters> FormParameters::parse(std::string_view text) {
    FormParameters form;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        if (form.parameters_.size() == kMostParameters) {
            return fail(Error::Code::kBadRequest, "parameters: more than 64 of them");
        }
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = percent_decode(pair.substr(0, equals), /*plus_is_space=*/true);
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), /*plus_is_space=*/true);
        if (!name || !value) return fail(Error::Code::kBadRequest, "parameters: invalid percent-encoding");
        form.parameters_.emplace_back(name->reveal(), *std::move(value));
    }
    return form;
}

std::optional<std::string_view> FormParameters::find(std::string_view name) const noexcept {
    const auto is_it = [&](const auto& parameter) { return parameter.first == name; };
    const auto found = std::find_if(parameters_.begin(), parameters_.end(), is_it);
    if (found == parameters_.end() || std::any_of(found + 1, parameters_.end(), is_it)) return std::nullopt;
    return found->second.reveal();
}

std::string html_escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace agent
