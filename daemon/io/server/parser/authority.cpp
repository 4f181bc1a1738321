// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/authority.h"

#include "io/server/parser/characters.h"

namespace agent {

bool Authority::take(char c) noexcept {
    switch (part_) {
        case Part::kBegin:
            if (c == '[') {
                part_ = Part::kAddress;
                return true;
            }
            if (c == ':') return false;
            [[fallthrough]];
        case Part::kName:
            part_ = c == ':' ? Part::kPort : c == '%' ? Part::kFirstHex : Part::kName;
            return part_ != Part::kName || may_be(kInHost, c);
        case Part::kFirstHex:
            part_ = Part::kSecondHex;
            return may_be(kInNumber, c);
        case Part::kSecondHex:
            part_ = Part::kName;
            return may_be(kInNumber, c);
        case Part::kAddress:
            if (c == ']' && has_address_) {
                part_ = Part::kAfterAddress;
                return true;
            }
            has_address_ = true;
            return may_be(kInNumber, c) || c == ':' || c == '.';
        case Part::kAfterAddress:
            part_ = Part::kPort;
            return c == ':';
        case Part::kPort:
            break;
    }
    return c >= '0' && c <= '9';
}

}  // namespace agent
