// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/request_line.h"

#include "base/text/ascii.h"
#include "io/server/parser/characters.h"

namespace agent {

namespace {

constexpr std::string_view kVersionStart = "HTTP/1.";
constexpr std::string_view kScheme = "https://";
constexpr std::size_t kAfterHttp = 4;

}  // namespace

Verdict RequestLine::read(std::string_view& input) noexcept {
    const char* at = input.data();
    const char* const end = at + input.size();
    const auto position = [&] { return size_ + static_cast<std::uint32_t>(at - input.data()); };
    bool is_allowed = true;
    bool is_finished = false;
    while (at != end && is_allowed && !is_finished) {
        const char* const begin = at;
        if (part_ == Part::kMethod) {
            while (at != end && may_be(kInToken, *at)) ++at;
            word_.take_word({begin, at});
        } else if (part_ == Part::kPath) {
            while (at != end && may_be(kInTarget, *at) && *at != '?') ++at;
        } else if (part_ == Part::kQuery) {
            while (at != end && may_be(kInTarget, *at)) ++at;
        }
        if (at == end) break;
        is_finished = part_ == Part::kLf && *at == '\n';
        is_allowed = is_finished || take(*at, position());
        if (is_allowed) ++at;
    }
    size_ = position();
    input.remove_prefix(static_cast<std::size_t>(at - input.data()));
    if (!is_allowed) return Verdict::kMalformed;
    return is_finished ? Verdict::kFinished : Verdict::kUnfinished;
}

bool RequestLine::take(char c, std::uint32_t at) noexcept {
    switch (part_) {
        case Part::kBegin:
            if (c == '\r') {
                part_ = Part::kEmptyLine;
                return true;
            }
            [[fallthrough]];
        case Part::kMethodBegin:
            method_.begin = at;
            part_ = Part::kMethod;
            word_.take(c);
            return may_be(kInToken, c);
        case Part::kEmptyLine:
            part_ = Part::kMethodBegin;
            return c == '\n';
        case Part::kMethod:
            method_.end = at;
            part_ = Part::kTargetBegin;
            return c == ' ';
        case Part::kTargetBegin:
            return begin_target(c, at);
        case Part::kScheme:
            return take_scheme(c);
        case Part::kAuthority:
            if (c != '/' && c != '?' && c != ' ') return authority_.take(c);
            path_ = {.begin = at, .end = at};
            if (!authority_.is_whole()) return false;
            if (c == ' ') return end_target(at);
            part_ = Part::kPath;
            if (c == '/') return true;
            [[fallthrough]];
        case Part::kPath:
            if (c == ' ') return end_target(at);
            path_.end = at;
            query_.begin = at + 1;
            part_ = Part::kQuery;
            return c == '?';
        case Part::kQuery:
        case Part::kAsterisk:
            if (c == ' ') return end_target(at);
            return part_ != Part::kAsterisk && may_be(kInTarget, c);
        case Part::kVersion:
            if (c != kVersionStart[matched_++]) return false;
            if (matched_ == kVersionStart.size()) part_ = Part::kMinor;
            return true;
        case Part::kMinor:
            minor_ = c;
            part_ = Part::kCr;
            return c >= '0' && c <= '9';
        case Part::kCr:
            part_ = Part::kLf;
            return c == '\r';
        case Part::kLf:
            break;  // read() knows its end
    }
    return false;
}

/// RFC 9112 section 3.2: which of the forms it is shows in its first byte and the method.
bool RequestLine::begin_target(char c, std::uint32_t at) noexcept {
    path_.begin = at;
    matched_ = 0;
    if (word_.view() == "CONNECT") return false;  // only a proxy has tunnels
    if (c == '/') {
        part_ = Part::kPath;
        return true;
    }
    if (c == '*') {
        part_ = Part::kAsterisk;
        return word_.view() == "OPTIONS";
    }
    part_ = Part::kScheme;
    return take_scheme(c);
}

bool RequestLine::take_scheme(char c) noexcept {
    if (matched_ == kAfterHttp && c == ':') ++matched_;  // without the "s"
    if (ascii_lower(c) != kScheme[matched_++]) return false;
    if (matched_ == kScheme.size()) part_ = Part::kAuthority;
    return true;
}

bool RequestLine::end_target(std::uint32_t at) noexcept {
    (part_ == Part::kQuery ? query_ : path_).end = at;
    matched_ = 0;
    part_ = Part::kVersion;
    return true;
}

}  // namespace agent
