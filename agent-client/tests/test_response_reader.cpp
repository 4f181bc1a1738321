// SPDX-License-Identifier: Apache-2.0
#include "lib/http/response_reader.h"

#include <optional>
#include <string>

#include "expect.h"

using agent::Error;
using agent::ResponseReader;
using agent::Result;

namespace {

struct ResponseReaderRow {
    const char* name;
    std::string stream;
    bool closed = false;  // the stream ends after it
    // What is expected: a response, or the reason why it is not one.
    int status = 0;
    std::string body = {};
    const char* reason = nullptr;
};

const ResponseReaderRow kRows[] = {
    {.name = "length", .stream = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", .status = 200, .body = "hello"},
    {.name = "length of 0", .stream = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .status = 200},
    {.name = "no reason", .stream = "HTTP/1.1 404 \r\ncontent-length:2\r\n\r\n{}", .status = 404, .body = "{}"},
    {.name = "204", .stream = "HTTP/1.1 204 No Content\r\n\r\n", .status = 204},
    {.name = "304 with a length", .stream = "HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n", .status = 304},
    {.name = "until close",
     .stream = "HTTP/1.0 200 OK\r\n\r\nall of it",
     .closed = true,
     .status = 200,
     .body = "all of it"},
    {.name = "chunked",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;x=\"y\"\r\npedia\r\n0\r\n\r\n",
     .status = 200,
     .body = "wikipedia"},
    {.name = "chunked with trailers",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n00\r\nX: y\r\n\r\n",
     .status = 200,
     .body = "0123456789"},
    {.name = "no chunk at all",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     .status = 200},
    {.name = "interim responses",
     .stream = "HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 "
               "OK\r\nContent-Length: 1\r\n\r\n!",
     .status = 200,
     .body = "!"},

    {.name = "cut header",
     .stream = "HTTP/1.1 200 OK\r\nCont",
     .closed = true,
     .reason = "before its answer was complete"},
    {.name = "nothing", .stream = "", .closed = true, .reason = "before its answer was complete"},
    {.name = "cut body",
     .stream = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
     .closed = true,
     .reason = "before its answer was complete"},
    {.name = "cut chunk",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
     .closed = true,
     .reason = "before its answer was complete"},

    {.name = "no HTTP", .stream = "SSH-2.0-OpenSSH_9.2\r\n", .reason = "not an HTTP status line"},
    {.name = "HTTP/2", .stream = "HTTP/2 200 OK\r\n", .reason = "not an HTTP status line"},
    {.name = "101", .stream = "HTTP/1.1 101 Switching\r\n\r\n", .reason = "protocol switch"},
    {.name = "lone LF", .stream = "HTTP/1.1 200 OK\nContent-Length: 0\n\n", .reason = "line without CRLF"},
    {.name = "folded", .stream = "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", .reason = "header line without a name"},
    {.name = "length and chunks",
     .stream = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     .reason = "both Content-Length and Transfer-Encoding"},
    {.name = "two lengths",
     .stream = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n",
     .reason = "duplicate field"},
    {.name = "gzip",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     .reason = "unknown Transfer-Encoding"},
    {.name = "negative length",
     .stream = "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
     .reason = "invalid Content-Length"},
    {.name = "huge length", .stream = "HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n", .reason = "body too large"},
    {.name = "length beyond numbers",
     .stream = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
     .reason = "invalid Content-Length"},
    {.name = "bad chunk size",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n",
     .reason = "invalid chunk size"},
    {.name = "chunk longer than its size",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n",
     .reason = "chunk longer than its size"},
    {.name = "endless line of a chunk",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(2000, 'x'),
     .reason = "line of a chunk too long"},
    {.name = "endless line", .stream = "HTTP/1.1 200 " + std::string(20000, 'x'), .reason = "header too large"},
    {.name = "endless interim responses",
     .stream =
         [] {
             std::string stream;
             for (int i = 0; i < 1000; ++i) stream += "HTTP/1.1 100 Continue\r\n\r\n";
             return stream;
         }(),
     .reason = "header too large"},
    {.name = "endless trailers",
     .stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + std::string(20000, 'x'),
     .reason = "header too large"},
};

/// Feeds `stream` in two pieces, or byte by byte if `cut` is nullopt. Returns the error, if any.
std::optional<Error> feed(ResponseReader& reader, const ResponseReaderRow& row, std::optional<std::size_t> cut) {
    std::string_view rest = row.stream;
    bool first = true;
    while (!rest.empty()) {
        const std::string_view piece = rest.substr(0, cut ? (first ? *cut : rest.size()) : 1);
        first = false;
        const Result<std::size_t> used = reader.feed(piece);
        if (!used) return used.error();
        cr_expect(*used == piece.size() || reader.is_complete(), "%s: stopped at %zu of %zu", row.name, *used,
                  piece.size());
        rest.remove_prefix(piece.size());
    }
    if (!row.closed) return std::nullopt;
    const Result<void> end = reader.end_of_stream();
    return end ? std::nullopt : std::optional<Error>(end.error());
}

void expect_row(const ResponseReaderRow& row, std::optional<std::size_t> cut) {
    ResponseReader reader;
    const std::optional<Error> error = feed(reader, row, cut);
    if (row.reason != nullptr) {
        cr_assert(error.has_value(), "%s: no error", row.name);
        EXPECT_CONTAINS(error->message, row.reason);
        const auto expected = row.closed ? Error::Code::kTemporarilyUnavailable : Error::Code::kInternal;
        cr_expect(error->code == expected, "%s: another code", row.name);
        return;
    }
    cr_assert(!error, "%s: %s", row.name, error ? error->message.c_str() : "");
    cr_expect(reader.is_complete(), "%s: not complete", row.name);
    cr_expect(reader.status() == row.status, "%s: status %d", row.name, reader.status());
    EXPECT_TEXT(reader.take_body().reveal(), row.body);
}

}  // namespace

Test(response_reader, at_once) {
    for (const ResponseReaderRow& row : kRows) expect_row(row, row.stream.size());
}

Test(response_reader, cut_at_every_byte) {
    for (const ResponseReaderRow& row : kRows) {
        const std::size_t step = row.stream.size() < 1000 ? 1 : 1009;  // the long ones only repeat themselves
        for (std::size_t cut = 1; cut < row.stream.size(); cut += step) expect_row(row, cut);
    }
}

Test(response_reader, byte_by_byte) {
    for (const ResponseReaderRow& row : kRows) expect_row(row, std::nullopt);
}

Test(response_reader, leaves_what_follows) {
    ResponseReader reader;
    const auto used = reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n");
    cr_assert(used.has_value());
    cr_expect(reader.is_complete());
    cr_expect(*used == 40, "used %zu", *used);
}

Test(response_reader, finds_fields_in_any_case) {
    ResponseReader reader;
    cr_assert(reader.feed("HTTP/1.1 503 x\r\nRetry-After:  30 \r\nContent-Length: 0\r\n\r\n").has_value());
    EXPECT_TEXT(reader.field("retry-after").value_or("none"), "30");
    cr_expect(!reader.field("Retry"));
}

Test(response_reader, bounds_only_what_was_not_taken) {
    ResponseReader reader;
    cr_assert(reader.feed("HTTP/1.1 200 OK\r\n\r\n").has_value());
    const std::string block(ResponseReader::kBodyBytes, 'x');
    for (int i = 0; i < 3; ++i) {
        cr_assert(reader.feed(block).has_value());
        cr_expect(reader.take_body().size() == block.size());
    }
    cr_assert(reader.feed(block).has_value());
    cr_expect(!reader.feed("x").has_value());
}
