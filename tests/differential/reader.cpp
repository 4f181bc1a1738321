// SPDX-License-Identifier: Apache-2.0
// Usage: differential-reader < CASES
// Reads what a connection brings, one connection a line, in hexadecimal. Prints for each the requests that the parser
// finds: "PATH:SIZE-OF-BODY", and "refused" where it refuses.
#include <iostream>
#include <string>

#include "base/text/number.h"
#include "io/server/parser/request_parser.h"

namespace {

using agent::RequestParser;
using Found = RequestParser::Found;

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        bytes += static_cast<char>(*agent::whole_number<unsigned>(hex.substr(at, 2), 16));
    return bytes;
}

std::string found_in(std::string_view input) {
    constexpr std::size_t kMost = std::size_t{1} << 20;  // the other reader has no limit
    RequestParser parser({.head_bytes = 8192, .body_bytes = kMost});
    std::string found;
    std::string path;
    std::size_t body = 0;
    bool keeps_alive = true;
    for (;;) {
        const RequestParser::Step step = parser.read(input);
        switch (step.found) {
            case Found::kNothing:
                return found;
            case Found::kRefusal:
                return found + "refused ";
            case Found::kHead: {
                const agent::RequestHead head = parser.head(input.substr(0, step.used));
                path = std::string(head.path) + (head.query.empty() ? "" : "?" + std::string(head.query));
                keeps_alive = head.keeps_alive;
                body = 0;
                input.remove_prefix(step.used);
                continue;
            }
            case Found::kBody:
                body += step.body.size();
                break;
            case Found::kEnd:
                found += path + ':' + std::to_string(body) + ' ';
                if (!keeps_alive) return found;
                break;
        }
        input.remove_prefix(step.used);
    }
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << found_in(bytes_of(line)) << '\n';
}
