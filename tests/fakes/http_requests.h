// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text/number.h"
#include "unit/source_root.h"

namespace fakes {

/// One line of tests/unit/http_requests.txt.
struct HttpRequestCase {
    std::string expected;  // "taken N", "refused N" or "unfinished"
    std::string name;
    std::string bytes;
};

inline std::string repeated(std::string_view text) {
    std::string out;
    const std::size_t star = text.find('*');
    for (auto left = *agent::whole_number<unsigned>(text.substr(0, star)); left > 0; --left)
        out += text.substr(star + 1);
    return out;
}

inline std::string plain(std::string_view written) {
    std::string out;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '\\') {
            out += written[i];
            continue;
        }
        const char kind = written[++i];
        if (kind == 'x') {
            out += static_cast<char>(*agent::whole_number<unsigned>(written.substr(i + 1, 2), 16));
            i += 2;
        } else {
            out += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind == 't' ? '\t' : kind;
        }
    }
    return out;
}

/// Escapes first, so that they can be repeated.
inline std::string bytes_of(std::string_view written) {
    const std::string text = plain(written);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t star = text.find('*', i);
        const bool repeats = text[i] == '{' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9' &&
                             star != std::string::npos;
        if (!repeats) {
            out += text[i];
            continue;
        }
        const std::size_t end = text.find('}', star);
        out += repeated(std::string_view(text).substr(i + 1, end - i - 1));
        i = end;
    }
    return out;
}

inline std::vector<HttpRequestCase> read_http_requests() {
    constexpr std::string_view kChunked = "chunked ";
    constexpr std::string_view kHead = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::vector<HttpRequestCase> cases;
    std::ifstream file(source_path("tests/unit/http_requests.txt"));
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const bool is_chunked = line.starts_with(kChunked);
        if (is_chunked) line.erase(0, kChunked.size());
        const std::size_t name = line.find(" | ");
        const std::size_t bytes = line.find(" | ", name + 3);
        std::string expected = line.substr(0, name);
        expected.erase(expected.find_last_not_of(' ') + 1);
        cases.push_back({.expected = std::move(expected),
                         .name = line.substr(name + 3, bytes - name - 3),
                         .bytes = (is_chunked ? std::string(kHead) : "") + bytes_of(line.substr(bytes + 3))});
    }
    return cases;
}

}  // namespace fakes
