// SPDX-License-Identifier: Apache-2.0
#include "base/json/json.h"

#include <string>

#include "expect.h"

using namespace std::string_view_literals;
using agent::Json;

namespace {

struct JsonBad {
    std::string_view text;
    const char* error;
};

// Refused with and without comments.
constexpr JsonBad kJsonBad[] = {
    {"", "line 1, column 1: expected a value, found nothing"},
    {" \n ", "line 2, column 2: expected a value, found nothing"},
    {"{} x", "line 1, column 4: unexpected text after the value"},
    {"{}{}", "line 1, column 3: unexpected text after the value"},
    {"{\"a\":1", "line 1, column 7: expected ',' or '}' after the member"},
    {"[1 2]", "line 1, column 4: expected ',' or ']' after the element"},
    {"{a:1}", "line 1, column 2: expected a key in double quotes"},
    {"{'a':1}", "line 1, column 2: expected a key in double quotes"},
    {"{\"a\" 1}", "line 1, column 6: expected ':' after the key"},
    {"{\"a\":}", "line 1, column 6: expected a value"},
    {"[,1]", "line 1, column 2: expected a value"},
    {"[1,,2]", "line 1, column 4: expected a value"},
    {"nul", "line 1, column 4: expected a value"},
    {"NaN", "line 1, column 1: expected a value"},
    {"Infinity", "line 1, column 1: expected a value"},
    {"+1", "line 1, column 1: expected a value"},
    {"01", "line 1, column 2: unexpected text after the value"},
    {"1.", "line 1, column 3: expected a digit"},
    {"1e", "line 1, column 3: expected a digit"},
    {"0x10", "line 1, column 2: unexpected text after the value"},
    {"\"abc", "line 1, column 5: the string does not end"},
    {"\"a\nb\"", "line 1, column 3: invalid escape or control character in a string"},
    {"\"\\x\"", "line 1, column 2: invalid escape or control character in a string"},
    {"\"\\u12g4\"", "line 1, column 2: expected four hexadecimal digits after \\u"},
    {"\"\\ud800\"", "line 1, column 2: half of a surrogate pair"},
    {"\"\\ud800\\u0041\"", "line 1, column 2: half of a surrogate pair"},
    {"\n \"\\udc00\"", "line 2, column 2: half of a surrogate pair"},
    {"{\"\\udc00\":1}", "line 1, column 2: half of a surrogate pair"},
    {"\"\xff\"", "line 1, column 2: invalid UTF-8"},
    {"\"\xed\xa0\x80\"", "line 1, column 2: invalid UTF-8"},
    {"\xef\xbb\xbf{}", "line 1, column 1: expected a value"},
    {"{}\0"sv, "line 1, column 3: unexpected NUL byte"},
    {"{}\0{"sv, "line 1, column 3: unexpected NUL byte"},
    {"\0"sv, "line 1, column 1: unexpected NUL byte"},
    {"{\"a\":1,\n \"b\":2,\n  \"a\":3}", "line 3, column 3: duplicate key \"a\""},
    {"{\"b\":1,\"a\":1,\"a\":1,\"b\":1}", "line 1, column 14: duplicate key \"a\""},
    {"{\"\\u0061\":1,\"a\":1}", "line 1, column 13: duplicate key \"a\""},
    {"[{\"a\":{\"x\":1,\"x\":1}}]", "line 1, column 14: duplicate key \"x\""},
};

// Refused unless comments are allowed.
constexpr const char* kCommented[] = {
    "// first\n{}", "{}// last", "/* */{}/**/",
    "{\"a\":1,}",   "[1,2,]",    "{/* { \" */\"a\"/***/:// } ]\n1/* , */,\"b\":[ // x\n]}",
};

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

void expect_at(Json::Position at, std::uint32_t line, std::uint32_t column) {
    cr_expect(at.line == line && at.column == column, "at %u:%u, expected %u:%u", at.line, at.column, line, column);
}

}  // namespace

Test(json, types_and_values) {
    const auto json = Json::parse(R"({"o":{},"a":[1,"two"],"s":"","t":true,"n":null,"i":-7,"d":0.5})");
    cr_assert(json);
    cr_expect(json->is_object() && json->object()->size() == 7);
    cr_expect(json->find("o")->is_object());
    cr_assert(json->find("a")->is_array() && json->find("a")->array()->size() == 2);
    EXPECT_TEXT(json->find("a")->array()->at(1).string().value_or("?"), "two");
    EXPECT_TEXT(json->find_string("s").value_or("?"), "");
    cr_expect(json->find_boolean("t") == true);
    cr_expect(json->find("n")->is_null());
    cr_expect(json->find_integer("i") == -7);
    cr_expect(json->find("i")->number() == -7.0);
    cr_expect(json->find("d")->number() == 0.5);

    // Another type, or no such member, is nothing.
    cr_expect_null(json->find("x"));
    cr_expect_null(json->find("a")->find("x"));
    cr_expect_null(json->find("a")->object());
    cr_expect_null(json->array());
    cr_expect_not(json->find_string("i") || json->find_string("x") || json->string());
    cr_expect_not(json->find_integer("s") || json->find_integer("d") || json->find_integer("t"));
    cr_expect_not(json->find_boolean("i") || json->find("s")->number());
}

Test(json, type_names) {
    const auto json = Json::parse(R"([null,true,1,1.5,"s",[],{}])");
    const char* names[] = {"null", "true or false", "number", "number", "string", "array", "object"};
    for (std::size_t i = 0; i < std::size(names); ++i) EXPECT_TEXT(json->array()->at(i).type_name(), names[i]);
}

Test(json, numbers) {
    const auto integer = [](const char* text) { return Json::parse(text)->integer(); };
    cr_expect(integer("0") == 0);
    cr_expect(integer("-0") == 0);
    cr_expect(integer("2592000") == 2592000);
    cr_expect(integer("4294967296") == 4294967296);
    cr_expect(integer("9223372036854775807") == INT64_MAX);
    cr_expect(integer("-9223372036854775808") == INT64_MIN);
    for (const char* text :
         {"1.0", "1e3", "9223372036854775808", "18446744073709551616", "-9223372036854775809", "1e300"}) {
        cr_expect_not(integer(text), "%s", text);
        cr_expect(Json::parse(text)->number().has_value(), "%s", text);
    }
    for (const char* text : {"1e400", "-1e999999999999", "1.8e308", "-55e0308"}) {
        EXPECT_TEXT(Json::parse(text).error().message, "line 1, column 1: number out of range");
    }
    cr_expect(Json::parse("1e-999999999999")->number() == 0.0);
}

Test(json, strings_are_decoded) {
    EXPECT_TEXT(*Json::parse(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00\u0000.")")->string(),
                "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0."sv);
}

Test(json, positions) {
    const auto json = Json::parse("\n{ \"a\" : {\"b\":[ 1,\n\t\"x\\n\\u0041\" ,{}]},\n \"c\":  true}");
    cr_assert(json);
    expect_at(json->position(), 2, 1);
    expect_at(json->find("a")->key_position(), 2, 3);
    expect_at(json->find("a")->position(), 2, 9);
    const Json& b = *json->find("a")->find("b");
    expect_at(b.key_position(), 2, 10);
    expect_at(b.position(), 2, 14);
    expect_at(b.array()->at(0).position(), 2, 16);
    expect_at(b.array()->at(1).position(), 3, 2);
    expect_at(b.array()->at(2).position(), 3, 15);
    expect_at(json->find("c")->key_position(), 4, 2);
    expect_at(json->find("c")->position(), 4, 8);
}

Test(json, positions_behind_comments) {
    const auto json = Json::parse("// {\n/* \"a\": 1,\n */ { // [\n\"k\"/**/: /* ] */ [ /*/ 1 */ 2, ],// x\n\"l\":3,}",
                                  Json::Comments::kAllow);
    cr_assert(json);
    expect_at(json->position(), 3, 5);
    expect_at(json->find("k")->key_position(), 4, 1);
    expect_at(json->find("k")->position(), 4, 18);
    expect_at(json->find("k")->array()->at(0).position(), 4, 29);
    expect_at(json->find("l")->key_position(), 5, 1);
    expect_at(json->find("l")->position(), 5, 5);
}

Test(json, refuses_with_the_place) {
    for (const JsonBad& row : kJsonBad) {
        for (const auto comments : {Json::Comments::kRefuse, Json::Comments::kAllow}) {
            const auto json = Json::parse(row.text, comments);
            cr_assert_not(json, "row %td was accepted", &row - kJsonBad);
            cr_expect(json.error().code == agent::Error::Code::kBadRequest);
            EXPECT_TEXT(json.error().message, row.error);
        }
    }
}

Test(json, comments_only_where_allowed) {
    for (const char* text : kCommented) {
        cr_expect(Json::parse(text, Json::Comments::kAllow), "%s", text);
        cr_expect_not(Json::parse(text), "%s", text);
    }
    for (const char* text : {"/", "{}/", "/*", "{}/* *", "/* x", "{/}"}) {
        const auto json = Json::parse(text, Json::Comments::kAllow);
        cr_assert_not(json, "%s", text);
        EXPECT_CONTAINS(json.error().message, "the comment does not end");
    }
    cr_expect_not(Json::parse("[,]", Json::Comments::kAllow));
    cr_expect_not(Json::parse("{,}", Json::Comments::kAllow));
}

Test(json, nesting_has_an_end) {
    cr_expect(Json::parse(nested(32)));
    const auto json = Json::parse(nested(33));
    cr_assert_not(json);
    EXPECT_TEXT(json.error().message, "line 1, column 33: nested deeper than 32 levels");
    cr_expect_not(Json::parse(std::string(1'000'000, '[')));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    cr_expect_not(Json::parse(objects));
}

Test(json, many_keys_are_read_in_good_time, .timeout = 30) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
    cr_expect(Json::parse(text + "\"last\":0}"));
    EXPECT_CONTAINS(Json::parse(text + "\"key0\":0}").error().message, "duplicate key \"key0\"");
}

Test(json, damaged_text_never_does_harm) {
    const std::string good = "{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\",true,null],/* c */\"b\":{\"c\":{}}, // d\n}";
    cr_assert(Json::parse(good, Json::Comments::kAllow));
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const auto comments : {Json::Comments::kRefuse, Json::Comments::kAllow}) {
            cr_expect_not(Json::parse(good.substr(0, at), comments), "cut at %zu", at);
            for (int c = 0; c < 256; ++c) {
                std::string damaged = good;
                damaged[at] = static_cast<char>(c);
                const auto json = Json::parse(damaged, comments);
                cr_expect(json || json.error().message.starts_with("line "));
            }
        }
    }
}
