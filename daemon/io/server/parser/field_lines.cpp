// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/field_lines.h"

#include <algorithm>
#include <utility>

#include "base/text/ascii.h"
#include "base/text/number.h"
#include "io/server/parser/characters.h"

namespace agent {

Verdict FieldLines::read(std::string_view& input) noexcept {
    const char* at = input.data();
    const char* const end = at + input.size();
    bool is_allowed = true;
    bool is_finished = false;
    while (at != end && is_allowed && !is_finished) {
        // Most of a head are names, and values that mean nothing here.
        const char* const begin = at;
        if (part_ == Part::kName) {
            while (at != end && may_be(kInToken, *at)) ++at;
            word_.take_word({begin, at});
        } else if (part_ == Part::kValue && field_ == Field::kOther) {
            while (at != end && may_be(kInValue, *at)) ++at;
        }
        if (at == end) break;
        is_finished = part_ == Part::kLastLf && *at == '\n';
        is_allowed = is_finished || take(*at);
        if (is_allowed) ++at;
    }
    input.remove_prefix(static_cast<std::size_t>(at - input.data()));
    if (fields_ > kMostFields) return Verdict::kHeadTooLong;
    if (!is_allowed) return Verdict::kMalformed;
    return is_finished ? Verdict::kFinished : Verdict::kUnfinished;
}

bool FieldLines::take(char c) noexcept {
    switch (part_) {
        case Part::kLineBegin:
            if (c == '\r') {
                part_ = Part::kLastLf;
                return true;
            }
            if (++fields_ > kMostFields) return false;
            word_.clear();
            word_.take(c);
            part_ = Part::kName;
            return may_be(kInToken, c);
        case Part::kName:
            return c == ':' && begin_value();
        case Part::kValueBegin:
            if (is_blank(c)) return true;
            part_ = Part::kValue;
            [[fallthrough]];
        case Part::kValue:
            if (c != '\r') return may_be(kInValue, c) && take_of_value(c);
            part_ = Part::kLf;
            return end_value();
        case Part::kLf:
            part_ = Part::kLineBegin;
            return c == '\n';
        case Part::kLastLf:
            break;  // read() knows its end
    }
    return false;
}

/// False for a second field of a kind of which there is one, and for what may not be in a trailer.
bool FieldLines::begin_value() noexcept {
    static constexpr std::pair<std::string_view, Field> kNames[] = {{"host", Field::kHost},
                                                                    {"content-length", Field::kLength},
                                                                    {"transfer-encoding", Field::kCoding},
                                                                    {"expect", Field::kExpect},
                                                                    {"connection", Field::kConnection}};
    const auto* const known = std::find_if(std::begin(kNames), std::end(kNames), [this](const auto& name) {
        return equal_ignoring_case(word_.view(), name.first);
    });
    field_ = known == std::end(kNames) ? Field::kOther : known->second;
    part_ = Part::kValueBegin;
    word_.clear();
    const bool frames = field_ == Field::kHost || field_ == Field::kLength || field_ == Field::kCoding;
    if (place_ == Of::kTrailer) {
        field_ = Field::kOther;
        return !frames;
    }
    switch (field_) {
        case Field::kHost:
            return !std::exchange(framing_.has_host, true);
        case Field::kLength:
            return !std::exchange(framing_.has_length, true);
        case Field::kCoding:
            return !std::exchange(framing_.has_coding, true);
        default:
            return true;
    }
}

bool FieldLines::take_of_value(char c) noexcept {
    if (field_ == Field::kHost) {
        is_host_over_ = is_host_over_ || is_blank(c);
        return is_host_over_ ? is_blank(c) : host_.take(c);
    }
    if (field_ == Field::kConnection && c == ',')
        end_option();
    else
        word_.take(c);
    return true;
}

bool FieldLines::end_value() noexcept {
    switch (field_) {
        case Field::kHost:
            return host_.is_empty() || host_.is_whole();  // RFC 9112 section 3.2: empty where a URL has no host
        case Field::kLength:
            return end_length();
        case Field::kCoding:
            framing_.is_chunked = equal_ignoring_case(word_.view(), "chunked");
            return true;
        case Field::kExpect:
            (equal_ignoring_case(word_.view(), "100-continue") ? framing_.expects_continue
                                                               : framing_.expects_otherwise) = true;
            return true;
        case Field::kConnection:
            end_option();
            return true;
        case Field::kOther:
            break;
    }
    return true;
}

/// RFC 9112 section 6.3: digits, and nothing else. No list, even of equal numbers.
bool FieldLines::end_length() noexcept {
    const std::string_view digits = word_.view();
    if (!word_.is_kept()) {
        framing_.length = Framing::kTooLong;
        return true;
    }
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    framing_.length = whole_number<std::uint64_t>(digits).value_or(Framing::kTooLong);
    return true;
}

void FieldLines::end_option() noexcept {
    if (equal_ignoring_case(word_.view(), "close")) framing_.closes = true;
    if (equal_ignoring_case(word_.view(), "keep-alive")) framing_.keeps_alive = true;
    word_.clear();
}

}  // namespace agent
