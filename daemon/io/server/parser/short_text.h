// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/server/parser/characters.h"

namespace agent {

/// A word that comes byte by byte, without the blanks round it. One that is longer than all that are looked for is
/// not kept.
class ShortText {
  public:
    void clear() noexcept { size_ = blanks_ = 0; }

    void take(char c) noexcept {
        if (is_blank(c)) {
            if (size_ > 0) blanks_ = 1;
            return;
        }
        if (blanks_ > 0) put(' ');
        blanks_ = 0;
        put(c);
    }

    /// Bytes of which none is a blank.
    void take_word(std::string_view part) noexcept {
        const std::size_t room = kMost - std::min<std::size_t>(size_, kMost);
        std::copy_n(part.data(), std::min(part.size(), room), text_.data() + (kMost - room));
        size_ = static_cast<std::uint8_t>(std::min<std::size_t>(size_ + part.size(), kMost + 1));
    }

    [[nodiscard]] bool is_kept() const noexcept { return size_ <= kMost; }
    /// Empty if it is not kept.
    [[nodiscard]] std::string_view view() const noexcept {
        return is_kept() ? std::string_view(text_.data(), size_) : std::string_view();
    }

  private:
    static constexpr std::size_t kMost = 22;

    void put(char c) noexcept {
        if (size_ < kMost) text_[size_] = c;
        if (size_ <= kMost) ++size_;
    }

    std::array<char, kMost> text_{};
    std::uint8_t size_ = 0;
    std::uint8_t blanks_ = 0;  // between what came and what may come
};

}  // namespace agent
