// SPDX-License-Identifier: Apache-2.0
#include "lib/http/response_reader.h"

#include <algorithm>

#include "lib/http/http_fields.h"

#include "base/text/ascii.h"

namespace agent {

namespace {

constexpr std::size_t kChunkLineBytes = 1024;  // a size and any extensions

}  // namespace

Result<std::size_t> ResponseReader::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !is_complete()) {
        const std::string_view rest = bytes.substr(used);
        AGENT_TRY(const std::size_t step, state_ == State::kBody ? feed_body(rest) : feed_line(rest));
        used += step;
    }
    return used;
}

Result<void> ResponseReader::end_of_stream() {
    if (is_complete()) return {};
    if (state_ == State::kBody && !rest_) {
        state_ = State::kComplete;
        return {};
    }
    return fail(Error::Code::kTemporarilyUnavailable, "agent: closed the connection before its answer was complete");
}

Result<std::size_t> ResponseReader::feed_line(std::string_view bytes) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t used = newline == std::string_view::npos ? bytes.size() : newline + 1;
    const bool of_chunk = state_ == State::kChunkSize || state_ == State::kChunkEnd;
    if (!of_chunk) header_bytes_ += used;
    if (header_bytes_ > kHeaderBytes) return bad_answer("header too large");
    line_.append(bytes.substr(0, used));
    if (of_chunk && line_.size() > kChunkLineBytes) return bad_answer("line of a chunk too long");
    if (newline == std::string_view::npos) return used;
    // A bare LF as line end enables response smuggling (RFC 9112 section 2.2 allows rejecting it).
    if (!line_.ends_with("\r\n")) return bad_answer("line without CRLF");
    const std::string line = line_.substr(0, line_.size() - 2);
    line_.clear();
    AGENT_CHECK(on_line(line));
    return used;
}

Result<void> ResponseReader::on_line(std::string_view line) {
    switch (state_) {
        case State::kStatusLine: {
            AGENT_TRY(status_, parse_status_line(line));
            state_ = State::kFields;
            return {};
        }
        case State::kFields:
            return line.empty() ? on_end_of_fields() : on_field(line);
        case State::kChunkSize:
            return on_chunk_size(line);
        case State::kChunkEnd:
            if (!line.empty()) return bad_answer("chunk longer than its size");
            state_ = State::kChunkSize;
            return {};
        case State::kTrailers:
            if (line.empty()) state_ = State::kComplete;
            return {};
        case State::kBody:
        case State::kComplete:
            break;
    }
    return bad_answer("out of order");
}

Result<void> ResponseReader::on_field(std::string_view line) {
    AGENT_TRY(const HeaderField parsed, parse_header_field(line));
    // A second Content-Length or Transfer-Encoding would be ambiguous.
    const bool frames =
        equal_ignoring_case(parsed.name, "Content-Length") || equal_ignoring_case(parsed.name, "Transfer-Encoding");
    if (frames && field(parsed.name)) return bad_answer("duplicate field for the body's length");
    fields_.emplace_back(parsed.name, parsed.value);
    return {};
}

/// RFC 9112 section 6.3, for a client that sends no HEAD and no CONNECT.
Result<void> ResponseReader::on_end_of_fields() {
    if (status_ == 101) return bad_answer("unrequested protocol switch");
    if (status_ < 200) {
        fields_.clear();
        state_ = State::kStatusLine;
        return {};
    }
    const auto length = field("Content-Length");
    const auto encoding = field("Transfer-Encoding");
    if (length && encoding) return bad_answer("both Content-Length and Transfer-Encoding");
    if (encoding && !equal_ignoring_case(*encoding, "chunked")) return bad_answer("unknown Transfer-Encoding");
    if (length) {
        AGENT_TRY(rest_, parse_content_length(*length));
        if (*rest_ > kBodyBytes) return bad_answer("body too large");
    }
    chunked_ = encoding.has_value();
    const bool no_body = status_ == 204 || status_ == 304 || rest_ == 0U;
    state_ = no_body ? State::kComplete : chunked_ ? State::kChunkSize : State::kBody;
    return {};
}

Result<void> ResponseReader::on_chunk_size(std::string_view line) {
    AGENT_TRY(rest_, parse_chunk_size(line));
    state_ = rest_ == 0U ? State::kTrailers : State::kBody;
    return {};
}

Result<std::size_t> ResponseReader::feed_body(std::string_view bytes) {
    const std::size_t used = rest_ ? std::min(*rest_, bytes.size()) : bytes.size();
    if (!body_.try_append(bytes.substr(0, used))) return bad_answer("body too large");
    if (rest_) {
        *rest_ -= used;
        if (*rest_ == 0) state_ = chunked_ ? State::kChunkEnd : State::kComplete;
    }
    return used;
}

std::optional<std::string_view> ResponseReader::field(std::string_view name) const noexcept {
    const auto found =
        std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return equal_ignoring_case(f.first, name); });
    if (found == fields_.end()) return std::nullopt;
    return found->second;
}

}  // namespace agent
