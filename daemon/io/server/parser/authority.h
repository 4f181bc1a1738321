// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace agent {

/// Judges the host and port of a Host field or a URL (RFC 3986 section 3.2) byte by byte. User information is not
/// allowed (RFC 9110 section 4.2.4).
class Authority {
  public:
    /// False if the byte may not stand here.
    [[nodiscard]] bool take(char c) noexcept;
    [[nodiscard]] bool is_empty() const noexcept { return part_ == Part::kBegin; }
    /// Whether it may end here, and is not empty.
    [[nodiscard]] bool is_whole() const noexcept {
        return part_ == Part::kName || part_ == Part::kAfterAddress || part_ == Part::kPort;
    }

  private:
    enum class Part : std::uint8_t { kBegin, kName, kFirstHex, kSecondHex, kAddress, kAfterAddress, kPort };

    Part part_ = Part::kBegin;
    bool has_address_ = false;
};

}  // namespace agent
