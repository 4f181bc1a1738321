// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_writer.h"

#include <limits>
#include <string>

#include "base/json/json.h"
#include "expect.h"

using namespace std::string_view_literals;
using agent::Json;
using agent::JsonWriter;

namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string written(std::string_view value) {
    JsonWriter out;
    out.string(value);
    return std::string(out.view());
}

}  // namespace

Test(json_writer, every_kind_of_value) {
    JsonWriter out;
    out.begin_object()
        .member("text", "value"sv)
        .member("literal", "value")
        .member("int", -7)
        .member("int64", std::int64_t{INT64_MIN})
        .member("uint64", std::uint64_t{7})
        .member("yes", true)
        .key("list")
        .begin_array()
        .number(0.5)
        .null()
        .begin_object()
        .end_object()
        .boolean(false)
        .end_array()
        .end_object();
    EXPECT_TEXT(out.view(), R"({"text":"value","literal":"value","int":-7,"int64":-9223372036854775808,"uint64":7,)"
                            R"("yes":true,"list":[0.5,null,{},false]})");
    EXPECT_TEXT(out.take().reveal().substr(0, 8), R"({"text":)");
}

Test(json_writer, strings_are_escaped) {
    EXPECT_TEXT(written(""), R"("")");
    EXPECT_TEXT(written({}), R"("")");
    EXPECT_TEXT(written("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_TEXT(written("\b\f\n\r\t\0\x1f"sv), R"("\b\f\n\r\t\u0000\u001F")");
    EXPECT_TEXT(written("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"), "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
}

Test(json_writer, bytes_that_are_no_utf8_are_replaced) {
    EXPECT_TEXT(written("\xff"), "\"\xef\xbf\xbd\"");
    EXPECT_TEXT(written("a\xc3(\xe2\x82z\xed\xa0\x80"),
                "\"a\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    JsonWriter out;
    out.begin_object().member("bad\xff", 1).end_object();
    EXPECT_TEXT(out.view(), "{\"bad\xef\xbf\xbd\":1}");
}

Test(json_writer, any_text_can_be_read_back) {
    std::string all;
    for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
    all += "\xc2\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf";
    const auto json = Json::parse(written(all));
    cr_assert(json);
    EXPECT_TEXT(json->string().value_or("?"), all);
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const char pair[] = {static_cast<char>(a), static_cast<char>(b)};
            cr_expect(Json::parse(written({pair, 2})), "bytes %02x %02x", static_cast<unsigned>(a),
                      static_cast<unsigned>(b));
        }
    }
}

Test(json_writer, numbers_without_a_name_become_null) {
    JsonWriter out;
    out.begin_array().number(kNotANumber).number(kInfinity).number(-kInfinity).number(0.1).number(1e300).end_array();
    EXPECT_TEXT(out.view(), "[null,null,null,0.1,1e300]");
}
