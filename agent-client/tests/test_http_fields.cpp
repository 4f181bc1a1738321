// SPDX-License-Identifier: Apache-2.0
#include "lib/http/http_fields.h"

#include <string>

#include "expect.h"

using namespace agent;

Test(http_fields, status_line) {
    struct Row {
        std::string line;
        int status;  // 0 for none
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK", 200}, {"HTTP/1.0 599 ", 599},   {"HTTP/1.1 100 a b\tc \xc3\xa9", 100},
        {"HTTP/1.1 200", 0},      {"HTTP/1.1 2000 OK", 0},  {"HTTP/1.1 099 x", 0},
        {"HTTP/1.1 600 x", 0},    {"HTTP/1.1  200 OK", 0},  {"http/1.1 200 OK", 0},
        {"HTTP/1.1 2x0 OK", 0},   {"HTTP/1.2 200 OK", 0},   {"", 0},
        {"HTTP/1.1 +20 OK", 0},   {"HTTP/1.1 200 a\rb", 0}, {std::string("HTTP/1.1 200 a\0b", 16), 0},
    };
    for (const Row& row : rows) {
        const auto status = parse_status_line(row.line);
        cr_expect(status.value_or(0) == row.status, "<%s>: %d", row.line.c_str(), status.value_or(0));
    }
}

Test(http_fields, header_field) {
    struct Row {
        std::string line;
        const char* name;  // null for none
        const char* value = "";
    };
    const Row rows[] = {
        {"A: b", "A", "b"},
        {"A:b", "A", "b"},
        {"A: \t b c \t", "A", "b c"},
        {"A:", "A", ""},
        {"A:: b", "A", ": b"},
        {"A-1_x!: é", "A-1_x!", "é"},
        {": b", nullptr},
        {"A", nullptr},
        {"A : b", nullptr},
        {" A: b", nullptr},
        {"A(B): c", nullptr},
        {"A: b\rc", nullptr},
        {std::string("A: b\0c", 6), nullptr},
        {"A: b\x7f", nullptr},
    };
    for (const Row& row : rows) {
        const auto field = parse_header_field(row.line);
        cr_assert(field.has_value() == (row.name != nullptr), "<%s>", row.line.c_str());
        if (!field) continue;
        EXPECT_TEXT(field->name, row.name);
        EXPECT_TEXT(field->value, row.value);
    }
}

Test(http_fields, sizes) {
    cr_expect(parse_content_length("0").value_or(9) == 0);
    cr_expect(parse_content_length("0012").value_or(9) == 12);
    for (const char* bad : {"", "+1", "-1", "1 ", "1,1", "0x1", "1.0", "18446744073709551616"}) {
        cr_expect(!parse_content_length(bad), "<%s>", bad);
    }
    cr_expect(parse_chunk_size("ff").value_or(9) == 255);
    cr_expect(parse_chunk_size("FF ; a=b").value_or(9) == 255);
    for (const char* bad : {"", ";a", "g", "-1", "0x1", "1 1", "ffffffffffffffffff"}) {
        cr_expect(!parse_chunk_size(bad), "<%s>", bad);
    }
}
