// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <algorithm>
#include <vector>

#include "base/text/encoding.h"

namespace agent {

namespace {

constexpr std::size_t kLongestQuote = 200;
constexpr std::size_t kLongestSearched = std::size_t{8} * 1024;
constexpr std::string_view kBlank = "[secret]";

// Of a secret: with fewer characters it protects nothing, and would blank out words.
constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kTellingPart = 8;

/// How much of `text` repeats the beginning of `secret`; 0 unless that is enough to tell.
std::size_t repeated(std::string_view text, std::string_view secret) {
    if (!text.starts_with(secret.substr(0, kTellingPart))) return 0;
    const auto end = std::mismatch(text.begin(), text.end(), secret.begin(), secret.end()).first;
    return static_cast<std::size_t>(end - text.begin());
}

/// Each secret as it is, and as it stands in a form.
std::vector<SecretString> forms_of(std::span<const SecretString> sent) {
    std::vector<SecretString> forms;
    for (const SecretString& secret : sent) {
        if (secret.size() < kShortestSecret) continue;
        SecretBuffer encoded;
        append_percent_encoded(encoded, secret.reveal());
        forms.push_back(encoded.take());
        forms.push_back(secret.clone());
    }
    return forms;
}

SecretString blanked(std::string_view text, std::span<const SecretString> sent) {
    const std::vector<SecretString> secrets = forms_of(sent);
    SecretBuffer out;
    while (!text.empty()) {
        std::size_t most = 0;
        for (const SecretString& secret : secrets) most = std::max(most, repeated(text, secret.reveal()));
        out.append(most > 0 ? kBlank : text.substr(0, 1));
        text.remove_prefix(std::max<std::size_t>(most, 1));
    }
    return out.take();
}

}  // namespace

std::string quoted_server_text(std::string_view text, std::span<const SecretString> sent) {
    // A server of which more is wanted than can be shown is not worth searching all of.
    const SecretString clean = blanked(text.substr(0, kLongestSearched), sent);
    text = clean.reveal();
    const std::string_view part = text.substr(0, kLongestQuote);
    std::string out(part);
    // Descriptions are ASCII by RFC 6749 section 5.2; whatever else comes is not worth decoding.
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    if (part.size() < text.size()) out += "…";
    return out;
}

}  // namespace agent
