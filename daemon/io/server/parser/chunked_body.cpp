// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/chunked_body.h"

#include <algorithm>
#include <string_view>

#include "base/text/ascii.h"
#include "io/server/parser/characters.h"

namespace agent {

Verdict ChunkedBody::read(std::string_view& input, std::string_view& data) noexcept {
    data = {};
    while (!input.empty()) {
        if (part_ == Part::kData) {
            data = input.substr(0, left_);
            input.remove_prefix(data.size());
            left_ -= data.size();
            if (left_ == 0) part_ = Part::kDataCr;
            return Verdict::kUnfinished;
        }
        const Verdict verdict = take(input.front());
        if (is_refusal(verdict)) return verdict;
        input.remove_prefix(1);
        if (verdict == Verdict::kFinished) return verdict;
    }
    return Verdict::kUnfinished;
}

Verdict ChunkedBody::take(char c) noexcept {
    const auto judged = [](bool is_allowed) { return is_allowed ? Verdict::kUnfinished : Verdict::kMalformed; };
    switch (part_) {
        case Part::kSizeBegin:
            left_ = 0;
            digits_ = 0;
            part_ = Part::kSize;
            [[fallthrough]];
        case Part::kSize:
            if (!take_size(c)) return Verdict::kMalformed;
            return left_ > data_room_ ? Verdict::kBodyTooLong : Verdict::kUnfinished;
        case Part::kSizeLf:
            if (c != '\n') return Verdict::kMalformed;
            if (left_ == 0) return Verdict::kFinished;
            data_room_ -= left_;
            part_ = Part::kData;
            return Verdict::kUnfinished;
        case Part::kDataCr:
            part_ = Part::kDataLf;
            return judged(c == '\r');
        case Part::kDataLf:
            part_ = Part::kSizeBegin;
            return judged(c == '\n');
        default:
            if (extension_room_ == 0) return Verdict::kHeadTooLong;
            --extension_room_;
            return judged(take_extension(c));
    }
}

bool ChunkedBody::take_size(char c) noexcept {
    if (may_be(kInNumber, c)) {
        const char digit = ascii_lower(c);
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        return ++digits_ <= kMostDigits;
    }
    if (digits_ == 0) return false;
    if (is_blank(c)) {
        part_ = Part::kAfterSize;
        return true;
    }
    return end_part(c);
}

/// RFC 9112 section 7.1.1: `;name`, `;name=token` or `;name="quoted"`, with blanks that nobody should write.
bool ChunkedBody::take_extension(char c) noexcept {
    switch (part_) {
        case Part::kAfterSize:
            if (!is_blank(c) && c != ';') return false;
            if (c == ';') part_ = Part::kNameBegin;
            return true;
        case Part::kNameBegin:
        case Part::kValueBegin:
            if (is_blank(c)) return true;
            if (part_ == Part::kValueBegin && c == '"') {
                part_ = Part::kQuoted;
                return true;
            }
            part_ = part_ == Part::kNameBegin ? Part::kName : Part::kValue;
            return may_be(kInToken, c);
        case Part::kName:
        case Part::kValue:
            if (may_be(kInToken, c)) return true;
            [[fallthrough]];
        case Part::kAfterName:
        case Part::kAfterValue: {
            const bool may_have_value = part_ == Part::kName || part_ == Part::kAfterName;
            if (may_have_value && c == '=') {
                part_ = Part::kValueBegin;
                return true;
            }
            if (!is_blank(c)) return end_part(c);
            part_ = may_have_value ? Part::kAfterName : Part::kAfterValue;
            return true;
        }
        case Part::kQuoted:
            if (c == '"') part_ = Part::kAfterValue;
            if (c == '\\') part_ = Part::kEscaped;
            return may_be(kInValue, c);
        case Part::kEscaped:
            part_ = Part::kQuoted;
            return may_be(kInValue, c);
        default:
            return false;
    }
}

/// After a size or an extension comes another extension, or the end of the line.
bool ChunkedBody::end_part(char c) noexcept {
    part_ = c == ';' ? Part::kNameBegin : Part::kSizeLf;
    return c == ';' || c == '\r';
}

}  // namespace agent
