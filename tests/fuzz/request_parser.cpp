// SPDX-License-Identifier: Apache-2.0
// What a parser finds on a connection: how the bytes are cut makes no difference, and after a refusal it reads no more.
//
// Input: two letters that say where the bytes are cut; then the bytes.
#include "io/server/parser/request_parser.h"

#include <string>
#include <utility>

#include "target.h"

namespace {

using agent::RequestParser;
using Found = RequestParser::Found;

constexpr RequestParser::Limits kLimits{.head_bytes = 256, .body_bytes = 100};  // all of them within reach

/// Writes down what is found, and where.
class Reader {
  public:
    void read(std::string_view input) {
        for (;;) {
            const RequestParser::Step step = parser_.read(input);
            FUZZ_ASSERT(step.used <= input.size());
            const std::string_view used = input.substr(0, step.used);
            at_ += step.used;
            input.remove_prefix(step.used);
            if (!in_body_) head_ += used;
            switch (step.found) {
                case Found::kNothing:
                    FUZZ_ASSERT(input.empty());
                    return;
                case Found::kHead:
                    on_head();
                    break;
                case Found::kBody:
                    FUZZ_ASSERT(!step.body.empty() && step.body.data() >= used.data() &&
                                step.body.data() + step.body.size() <= used.data() + used.size());
                    body_ += step.body;
                    FUZZ_ASSERT(body_.size() <= kLimits.body_bytes);
                    break;
                case Found::kEnd:
                    note("end");
                    note(body_);
                    FUZZ_ASSERT(parser_.head_size() == 0);
                    head_.clear();
                    body_.clear();
                    in_body_ = false;
                    break;
                case Found::kRefusal:
                    note("refused " + std::to_string(static_cast<int>(parser_.refusal())));
                    FUZZ_ASSERT(agent::is_refusal(parser_.refusal()));
                    FUZZ_ASSERT(parser_.read("GET / HTTP/1.0\r\n\r\n").used == 0);
                    is_over_ = true;
                    return;
            }
        }
    }

    [[nodiscard]] bool is_over() const { return is_over_; }
    [[nodiscard]] const std::string& notes() const { return notes_; }

  private:
    void note(std::string_view text) {
        notes_ += std::to_string(at_) + ' ';
        notes_.append(text) += '\n';
    }

    void on_head() {
        FUZZ_ASSERT(head_.size() == parser_.head_size() && head_.size() <= kLimits.head_bytes);
        FUZZ_ASSERT(head_.ends_with("\r\n\r\n"));
        const agent::RequestHead head = parser_.head(head_);
        FUZZ_ASSERT(!head.method.empty() && head.method.find(' ') == std::string_view::npos);
        FUZZ_ASSERT(head.path.starts_with('/') || (head.path == "*" && head.method == "OPTIONS"));
        FUZZ_ASSERT(head.path.find_first_of(" ?#") == std::string_view::npos);
        FUZZ_ASSERT(head.fields.empty() || head.fields.ends_with("\r\n"));
        FUZZ_ASSERT(head.is_http_1_0 || head.field("host"));
        FUZZ_ASSERT(!head.field("content-length") || !head.field("transfer-encoding"));
        FUZZ_ASSERT(!head.field(""));
        note(std::string(head.method) + ' ' + std::string(head.path) + ' ' + std::string(head.query) + ' ' +
             (head.keeps_alive ? "k" : "") + (head.expects_continue ? "e" : "") + (head.has_body ? "b" : ""));
        in_body_ = true;
    }

    RequestParser parser_{kLimits};
    std::string head_;
    std::string body_;
    std::string notes_;
    std::size_t at_ = 0;
    bool in_body_ = false;
    bool is_over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const std::size_t first = input.pick(64) + 1;
    const std::size_t then = input.pick(16) + 1;
    const std::string_view bytes = input.rest();
    Reader whole;
    whole.read(bytes);
    Reader cut;
    std::size_t piece = first;
    for (std::size_t at = 0; at < bytes.size() && !cut.is_over(); at += std::exchange(piece, then))
        cut.read(bytes.substr(at, piece));
    FUZZ_ASSERT(whole.notes() == cut.notes());
    return 0;
}
