// SPDX-License-Identifier: Apache-2.0
#include "lib/http/http_fields.h"

#include <algorithm>
#include <string>

#include "base/text/ascii.h"
#include "base/text/number.h"

namespace agent {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// RFC 9110 section 5.6.2.
bool is_token_character(char c) {
    const char l = ascii_lower(c);
    return (l >= 'a' && l <= 'z') || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// RFC 9110 section 5.5: visible characters, space, tab, and bytes beyond ASCII.
bool is_field_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

Result<std::size_t> parse_size(std::string_view digits, int base, const char* reason) {
    const auto size = whole_number<std::size_t>(digits, base);
    if (!size) return bad_answer(reason);
    return *size;
}

}  // namespace

tl::unexpected<Error> bad_answer(const char* reason) {
    return fail(Error::Code::kInternal, std::string("answer of the agent: ") + reason);
}

Result<int> parse_status_line(std::string_view line) {
    const bool version = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
    // The space after the status is required even if no reason follows (RFC 9112 section 4).
    if (!version || line.size() < 13 || line[12] != ' ') return bad_answer("not an HTTP status line");
    if (!std::all_of(line.begin(), line.end(), is_field_character))
        return bad_answer("control character in the status line");
    int status = 0;
    for (const char c : line.substr(9, 3)) {
        if (!is_digit(c)) return bad_answer("status is not a number");
        status = status * 10 + (c - '0');
    }
    if (status < 100 || status > 599) return bad_answer("status out of range");
    return status;
}

Result<HeaderField> parse_header_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return bad_answer("header line without a name");
    const HeaderField field{.name = line.substr(0, colon), .value = trimmed(line.substr(colon + 1))};
    // This also rejects folded lines and white space before the colon (RFC 9112 sections 5.1 and 5.2).
    if (!std::all_of(field.name.begin(), field.name.end(), is_token_character))
        return bad_answer("invalid header field name");
    if (!std::all_of(field.value.begin(), field.value.end(), is_field_character)) {
        return bad_answer("control character in a header field");
    }
    return field;
}

Result<std::size_t> parse_content_length(std::string_view value) {
    return parse_size(value, 10, "invalid Content-Length");
}

Result<std::size_t> parse_chunk_size(std::string_view line) {
    return parse_size(trimmed(line.substr(0, line.find(';'))), 16, "invalid chunk size");
}

}  // namespace agent
