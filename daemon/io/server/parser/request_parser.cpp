// SPDX-License-Identifier: Apache-2.0
#include "io/server/parser/request_parser.h"

namespace agent {

RequestParser::Step RequestParser::read(std::string_view input) noexcept {
    if (part_ == Part::kLine || part_ == Part::kFields) return read_head(input);
    if (part_ == Part::kBodyBegin) {
        if (const Step step = begin_body(); step.found != Found::kNothing) return step;
    }
    if (part_ == Part::kEnd) {
        begin_request();
        return {.found = Found::kEnd};
    }
    if (part_ == Part::kRefused) return {.found = Found::kRefusal};
    return read_body(input);
}

RequestParser::Step RequestParser::read_head(std::string_view input) noexcept {
    const std::string_view allowed = input.substr(0, limits_.head_bytes - head_size_);
    std::string_view rest = allowed;
    Verdict verdict = Verdict::kUnfinished;
    if (part_ == Part::kLine) {
        verdict = line_.read(rest);
        if (verdict == Verdict::kFinished) {
            line_size_ = head_size_ + static_cast<std::uint32_t>(allowed.size() - rest.size());
            part_ = Part::kFields;
        }
    }
    if (part_ == Part::kFields) {
        verdict = fields_.read(rest);
        if (verdict == Verdict::kFinished) verdict = judge_head();
    }
    const std::size_t used = allowed.size() - rest.size();
    head_size_ += static_cast<std::uint32_t>(used);
    if (verdict == Verdict::kUnfinished && head_size_ == limits_.head_bytes) verdict = Verdict::kHeadTooLong;
    if (is_refusal(verdict)) return refuse(verdict, used);
    if (verdict == Verdict::kUnfinished) return {.used = used};
    part_ = Part::kBodyBegin;
    return {.found = Found::kHead, .used = used};
}

/// RFC 9112 sections 3.2 and 6.1 to 6.3.
Verdict RequestParser::judge_head() const noexcept {
    const Framing& framing = fields_.framing();
    const bool is_old = line_.is_http_1_0();
    if (!framing.has_host && !is_old) return Verdict::kMalformed;
    if (framing.has_coding && (framing.has_length || is_old)) return Verdict::kMalformed;
    if (framing.has_coding && !framing.is_chunked) return Verdict::kUnknownCoding;
    if (framing.expects_otherwise) return Verdict::kUnknownExpectation;
    return Verdict::kFinished;
}

RequestHead RequestParser::head(std::string_view text) const noexcept {
    const Framing& framing = fields_.framing();
    const bool is_old = line_.is_http_1_0();
    const std::string_view path = line_.path().of(text);
    constexpr std::size_t kLineEnd = 2;
    return {.method = line_.method().of(text),
            .path = path.empty() ? std::string_view("/") : path,
            .query = line_.query().of(text),
            .fields = text.substr(line_size_, head_size_ - kLineEnd - line_size_),
            .names_host = line_.names_host(),
            .is_http_1_0 = is_old,
            .keeps_alive = !framing.closes && (!is_old || framing.keeps_alive),
            .expects_continue = framing.expects_continue && !is_old,  // RFC 9110 section 10.1.1
            .has_body = framing.has_coding || framing.length > 0};
}

/// Finds nothing if a body follows.
RequestParser::Step RequestParser::begin_body() noexcept {
    const Framing& framing = fields_.framing();
    if (framing.is_chunked) {
        chunks_ = ChunkedBody(body_limit_, limits_.head_bytes);
        part_ = Part::kChunks;
        return {};
    }
    if (framing.length > body_limit_) return refuse(Verdict::kBodyTooLong, 0);
    left_ = framing.length;
    part_ = left_ == 0 ? Part::kEnd : Part::kFixedBody;
    return {};
}

RequestParser::Step RequestParser::read_body(std::string_view input) noexcept {
    std::string_view rest = input;
    if (part_ == Part::kFixedBody) {
        const std::string_view body = input.substr(0, left_);
        if (body.empty()) return {};
        left_ -= body.size();
        if (left_ == 0) part_ = Part::kEnd;
        return {.found = Found::kBody, .used = body.size(), .body = body};
    }
    if (part_ == Part::kChunks) {
        std::string_view body;
        const Verdict verdict = chunks_.read(rest, body);
        const std::size_t used = input.size() - rest.size();
        if (is_refusal(verdict)) return refuse(verdict, used);
        if (verdict == Verdict::kUnfinished)
            return {.found = body.empty() ? Found::kNothing : Found::kBody, .used = used, .body = body};
        fields_ = FieldLines(FieldLines::Of::kTrailer);
        left_ = limits_.head_bytes;
        part_ = Part::kTrailer;
    }
    const std::size_t before = input.size() - rest.size();
    std::string_view trailer = rest.substr(0, left_);
    const std::size_t given = trailer.size();
    Verdict verdict = fields_.read(trailer);
    const std::size_t taken = given - trailer.size();
    left_ -= taken;
    if (verdict == Verdict::kUnfinished && left_ == 0) verdict = Verdict::kHeadTooLong;
    if (is_refusal(verdict)) return refuse(verdict, before + taken);
    if (verdict == Verdict::kUnfinished) return {.used = before + taken};
    begin_request();
    return {.found = Found::kEnd, .used = before + taken};
}

RequestParser::Step RequestParser::refuse(Verdict why, std::size_t used) noexcept {
    refusal_ = why;
    part_ = Part::kRefused;
    return {.found = Found::kRefusal, .used = used};
}

void RequestParser::begin_request() noexcept {
    part_ = Part::kLine;
    head_size_ = 0;
    body_limit_ = limits_.body_bytes;
    line_ = RequestLine();
    fields_ = FieldLines(FieldLines::Of::kHead);
}

}  // namespace agent
