// SPDX-License-Identifier: Apache-2.0
#include "protocol/names.h"

#include <algorithm>

namespace agent {

namespace {

constexpr std::size_t kLongestName = 64;

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '@' || c == '-';
}

}  // namespace

bool is_valid_name(std::string_view name) noexcept {
    if (name == "." || name == "..") return false;
    return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), is_name_character);
}

}  // namespace agent
