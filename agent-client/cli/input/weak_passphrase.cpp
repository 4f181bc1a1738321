// SPDX-License-Identifier: Apache-2.0
#include "cli/input/weak_passphrase.h"

#include <algorithm>
#include <array>

#include "base/text/ascii.h"
#include "base/text/utf8.h"

namespace agent {

namespace {

constexpr std::size_t kFewestCharacters = 8;
constexpr std::size_t kFewestDifferent = 4;

// What lists of leaked passwords begin with, of those that the other rules let pass.
constexpr std::array<std::string_view, 8> kTriedFirst{"password",  "password1", "passw0rd", "qwertyui",
                                                      "qwerty123", "iloveyou",  "sunshine", "letmein1"};

/// What is seen of a passphrase, character by character, without a copy of it.
struct Characters {
    std::size_t count = 0;
    std::size_t different = 0;
    bool is_run = true;  // each is the neighbour of the one before, always on the same side
};

Characters characters_of(std::string_view text) noexcept {
    Characters seen;
    std::array<char32_t, kFewestDifferent> known{};
    char32_t before = 0;
    char32_t first_step = 0;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
        const char32_t c = decode_utf8(text.substr(0, length));
        text.remove_prefix(length);
        const auto end = known.begin() + static_cast<std::ptrdiff_t>(seen.different);
        if (seen.different < known.size() && std::find(known.begin(), end, c) == end) known.at(seen.different++) = c;
        const char32_t step = c - before;
        if (seen.count == 1) first_step = step;
        if (seen.count > 0 && (step != first_step || (step != 1 && step != char32_t(-1)))) seen.is_run = false;
        before = c;
        ++seen.count;
    }
    return seen;
}

}  // namespace

std::string_view why_weak(std::string_view passphrase) noexcept {
    const Characters seen = characters_of(passphrase);
    if (seen.count < kFewestCharacters) return "has fewer than 8 characters";
    if (seen.different < kFewestDifferent) return "has fewer than 4 different characters";
    if (seen.is_run) return "is a run of neighbours, as 12345678";
    const bool is_tried_first =
        std::any_of(kTriedFirst.begin(), kTriedFirst.end(),
                    [passphrase](std::string_view known) { return equal_ignoring_case(passphrase, known); });
    return is_tried_first ? "is one of the first that are tried" : "";
}

}  // namespace agent
