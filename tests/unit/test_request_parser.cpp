// SPDX-License-Identifier: Apache-2.0
// All of http_requests.txt, each request whole and cut at every byte, and what is read of the heads that are taken.
#include "io/server/parser/request_parser.h"

#include <string>
#include <vector>

#include "expect.h"
#include "fakes/http_requests.h"

using agent::RequestHead;
using agent::RequestParser;
using fakes::HttpRequestCase;
using Found = agent::RequestParser::Found;

namespace {

constexpr RequestParser::Limits kLimits{.head_bytes = 8192, .body_bytes = 65536};
constexpr const char* kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

/// What there is on a connection, in words.
class Reader {
  public:
    void read(std::string_view input) {
        for (;;) {
            const RequestParser::Step step = parser_.read(input);
            cr_assert(step.used <= input.size());
            const std::string_view used = input.substr(0, step.used);
            if (step.found == Found::kHead || parser_.head_size() > head_.size()) head_ += used;
            input.remove_prefix(step.used);
            used_ += step.used;
            switch (step.found) {
                case Found::kNothing:
                    cr_assert(input.empty());
                    return;
                case Found::kHead:
                    begin_request();
                    break;
                case Found::kBody:
                    cr_assert(!step.body.empty() && used.find(step.body) != std::string_view::npos);
                    body_ += step.body;
                    break;
                case Found::kEnd:
                    if (ends_.empty()) found_ = "taken " + std::to_string(body_.size());
                    ends_.push_back(used_);
                    head_.clear();
                    body_.clear();
                    break;
                case Found::kRefusal:
                    if (ends_.empty()) found_ = "refused " + std::to_string(status_of(parser_.refusal()));
                    cr_assert(parser_.read(kNext).used == 0 && parser_.read("").found == Found::kRefusal);
                    return;
            }
        }
    }

    [[nodiscard]] const std::string& found() const { return found_; }
    [[nodiscard]] const std::vector<std::size_t>& ends() const { return ends_; }
    [[nodiscard]] std::size_t used() const { return used_; }
    [[nodiscard]] const std::string& last_path() const { return last_path_; }

  private:
    void begin_request() {
        cr_assert(parser_.head_size() == head_.size());
        last_path_ = parser_.head(head_).path;
    }

    RequestParser parser_{kLimits};
    std::string head_;
    std::string body_;
    std::size_t used_ = 0;
    std::string found_ = "unfinished";
    std::vector<std::size_t> ends_;
    std::string last_path_;
};

void expect_case(const HttpRequestCase& given, const Reader& reader, std::size_t cut) {
    EXPECT_TEXT(given.name + ": " + reader.found(), given.name + ": " + given.expected);
    if (!given.expected.starts_with("taken")) return;
    cr_expect(reader.ends().size() == 2 && reader.ends()[0] == given.bytes.size(), "%s, cut at %zu", given.name.c_str(),
              cut);
    EXPECT_TEXT(reader.last_path(), "/next");
}

/// The head of `text`, which has nothing behind it.
RequestHead head_of(std::string_view text) {
    RequestParser parser(kLimits);
    const RequestParser::Step step = parser.read(text);
    cr_assert(step.found == Found::kHead && step.used == text.size(), "%s", std::string(text).c_str());
    return parser.head(text);
}

}  // namespace

Test(request_parser, takes_and_refuses_what_it_should) {
    const std::vector<HttpRequestCase> cases = fakes::read_http_requests();
    cr_assert(cases.size() > 150);
    for (const HttpRequestCase& given : cases) {
        const std::string bytes = given.bytes + (given.expected.starts_with("taken") ? kNext : "");
        Reader reader;
        reader.read(bytes);
        expect_case(given, reader, 0);
    }
}

Test(request_parser, finds_the_same_however_the_bytes_are_cut) {
    for (const HttpRequestCase& given : fakes::read_http_requests()) {
        const std::string bytes = given.bytes + (given.expected.starts_with("taken") ? kNext : "");
        Reader whole;
        whole.read(bytes);
        Reader bytewise;
        for (const char& c : bytes) bytewise.read({&c, 1});
        expect_case(given, bytewise, 1);
        cr_expect(bytewise.used() == whole.used(), "%s", given.name.c_str());
        const std::size_t stride = bytes.size() > 1000 ? 97 : 1;
        for (std::size_t cut = 0; cut <= bytes.size(); cut += stride) {
            Reader two_parts;
            two_parts.read(std::string_view(bytes).substr(0, cut));
            two_parts.read(std::string_view(bytes).substr(cut));
            expect_case(given, two_parts, cut);
            cr_expect(two_parts.used() == whole.used(), "%s, cut at %zu", given.name.c_str(), cut);
        }
    }
}

Test(request_parser, reads_the_target) {
    struct {
        const char* target;
        const char* path;
        const char* query;
    } const rows[] = {{"/", "/", ""},
                      {"/v1/a%20b/c?x=1&y=%20", "/v1/a%20b/c", "x=1&y=%20"},
                      {"/x?", "/x", ""},
                      {"/x?a?b", "/x", "a?b"},
                      {"http://agent/v1/status", "/v1/status", ""},
                      {"HTTP://[::1]:80/x?y", "/x", "y"},
                      {"https://agent", "/", ""},
                      {"http://agent?y", "/", "y"}};
    for (const auto& row : rows) {
        const std::string text = "\r\nGET " + std::string(row.target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        const RequestHead head = head_of(text);
        EXPECT_TEXT(head.method, "GET");
        EXPECT_TEXT(head.path, row.path);
        EXPECT_TEXT(head.query, row.query);
        EXPECT_TEXT(head.fields, "Host: a\r\n");
        cr_expect(head.names_host == (row.target[0] != '/'));
    }
}

Test(request_parser, knows_what_becomes_of_the_connection) {
    struct {
        const char* version;
        const char* fields;
        bool keeps_alive;
    } const rows[] = {{"1.1", "", true},
                      {"1.0", "", false},
                      {"1.1", "Connection: close\r\n", false},
                      {"1.1", "Connection: x, Close ,y\r\n", false},
                      {"1.1", "Connection: closed\r\n", true},
                      {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
                      {"1.0", "Connection: Keep-Alive\r\n", true},
                      {"1.0", "Connection: keep-alive, close\r\n", false}};
    for (const auto& row : rows) {
        const std::string text = "GET / HTTP/" + std::string(row.version) + "\r\nHost: a\r\n" + row.fields + "\r\n";
        cr_expect(head_of(text).keeps_alive == row.keeps_alive, "%s", text.c_str());
    }
}

Test(request_parser, knows_who_waits_for_a_word) {
    constexpr std::string_view kBody = "Host: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    const std::string now = "PUT / HTTP/1.1\r\n" + std::string(kBody);
    const std::string once = "PUT / HTTP/1.0\r\n" + std::string(kBody);
    cr_expect(head_of(now).expects_continue && head_of(now).has_body);
    cr_expect(!head_of(once).expects_continue && head_of(once).has_body);
    const std::string without = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    cr_expect(!head_of(without).expects_continue && !head_of(without).has_body);
}

Test(request_parser, finds_fields_by_their_names) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nPurpose:  prefetch \r\nEmpty:\r\nhost-name: b\r\n\r\n";
    const RequestHead head = head_of(text);
    EXPECT_TEXT(head.field("HOST").value_or("none"), "a");
    EXPECT_TEXT(head.field("purpose").value_or("none"), "prefetch");
    EXPECT_TEXT(head.field("Empty").value_or("none"), "");
    EXPECT_TEXT(head.field("Host-Name").value_or("none"), "b");
    cr_expect(!head.field("Nam"));
}

Test(request_parser, limits_the_body_of_one_request) {
    RequestParser parser(kLimits);
    constexpr std::string_view kPut = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n";
    cr_assert(parser.read(kPut).found == Found::kHead);
    parser.limit_body(65535);
    cr_expect(parser.read("").found == Found::kRefusal && status_of(parser.refusal()) == 413);

    RequestParser other(kLimits);
    cr_assert(other.read("GET / HTTP/1.1\r\nHost: a\r\n\r\n").found == Found::kHead);
    other.limit_body(0);
    cr_assert(other.read("").found == Found::kEnd);
    cr_assert(other.read(kPut).found == Found::kHead);
    cr_expect(other.read("").found == Found::kNothing);
}
