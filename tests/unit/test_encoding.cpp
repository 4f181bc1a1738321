// SPDX-License-Identifier: Apache-2.0
#include "base/text/encoding.h"

#include "base/crypto/sealing.h"
#include "expect.h"

using namespace std::string_view_literals;
using agent::FormParameters;

Test(encoding, hexadecimal) {
    EXPECT_TEXT(agent::hex(agent::as_bytes(""sv)), "");
    EXPECT_TEXT(agent::hex(agent::as_bytes("\0\x0f\xa5\xff"sv)), "000fa5ff");
}

Test(encoding, secret_hexadecimal) {
    EXPECT_TEXT(agent::secret_hex(agent::as_bytes("\0\x0f\xa5\xff"sv)).reveal(), "000fa5ff");
    EXPECT_TEXT(agent::hex_decode("000fA5fF").value().reveal(), "\0\x0f\xa5\xff"sv);
    EXPECT_TEXT(agent::hex_decode("").value().reveal(), "");
    for (const char* text : {"0", "000", "0g", "g0", "0x", " 0", "00 ", "+1", "-1", "\n0"}) {
        cr_expect_not(agent::hex_decode(text), "%s", text);
    }
}

Test(encoding, base64_of_rfc_4648_section_10) {
    constexpr std::pair<std::string_view, std::string_view> kRows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"},
    };
    for (const auto& [plain, encoded] : kRows) EXPECT_TEXT(agent::base64(plain).reveal(), encoded);
}

Test(encoding, base64url_has_no_padding) {
    EXPECT_TEXT(agent::base64url(agent::as_bytes(""sv)), "");
    EXPECT_TEXT(agent::base64url(agent::as_bytes("f"sv)), "Zg");
    EXPECT_TEXT(agent::base64url(agent::as_bytes("fooba"sv)), "Zm9vYmE");
    EXPECT_TEXT(agent::base64url(agent::as_bytes("\xfb\xff\xfe"sv)), "-__-");
}

Test(encoding, base64url_is_read_back) {
    for (const std::string_view text : {""sv, "f"sv, "fo"sv, "foo"sv, "fooba"sv, "\xfb\xff\xfe\0\x01"sv}) {
        const auto decoded = agent::base64url_decode(agent::base64url(agent::as_bytes(text)));
        cr_assert(decoded.has_value());
        EXPECT_TEXT(decoded->reveal(), text);
    }
}

Test(encoding, what_is_no_base64url_is_refused) {
    // A lone digit, bits that are left over, padding, the other alphabet, white space, no ASCII.
    for (const std::string_view text : {"Z"sv, "Zm9vY"sv, "Zh"sv, "Zg=="sv, "+/__"sv, "Zm9v\n"sv, "Zm\xc3\xa4"sv})
        cr_expect_not(agent::base64url_decode(text).has_value(), "%s", std::string(text).c_str());
}

Test(encoding, percent_encoding_spares_only_unreserved) {
    EXPECT_TEXT(agent::percent_encode("AZaz09-._~"), "AZaz09-._~");
    EXPECT_TEXT(agent::percent_encode("a b+c&d=e/%\n"), "a%20b%2Bc%26d%3De%2F%25%0A");
    EXPECT_TEXT(agent::percent_encode("\0\xc3\xbc"sv), "%00%C3%BC");
    agent::SecretBuffer out;
    out.append("code=");
    agent::append_percent_encoded(out, "a/b");
    EXPECT_TEXT(out.view(), "code=a%2Fb");
}

Test(encoding, percent_decoding) {
    struct Row {
        std::string_view text;
        bool plus_is_space;
        std::optional<std::string_view> decoded;
    };
    const Row rows[] = {
        {"", false, ""},
        {"plain", false, "plain"},
        {"a%20b%2fc%2F", false, "a b/c/"},
        {"a+b", false, "a+b"},
        {"a+b%2B", true, "a b+"},
        {"%00", false, "\0"sv},
        {"%25%32%35", false, "%25"},
        {"%", false, std::nullopt},
        {"%2", false, std::nullopt},
        {"a%2", false, std::nullopt},
        {"%%2F", false, std::nullopt},
        {"%2%2F", false, std::nullopt},
        {"%gg", false, std::nullopt},
        {"%-1", false, std::nullopt},
        {"%%%%%%%%%", false, std::nullopt},
        // Long enough for their escapes, were these whole: as much room as they then need is too little.
        {"aaa%", false, std::nullopt},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%%%%%%%%%%%%%%%%%%%%", false, std::nullopt},
    };
    for (const Row& row : rows) {
        const auto decoded = agent::percent_decode(row.text, row.plus_is_space);
        cr_expect(decoded.has_value() == row.decoded.has_value(), "%s", row.text.data());
        if (decoded && row.decoded) EXPECT_TEXT(decoded->reveal(), *row.decoded);
    }
}

Test(encoding, every_byte_survives_the_round_trip) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    const auto decoded = agent::percent_decode(agent::percent_encode(all), /*plus_is_space=*/true);
    cr_assert(decoded);
    EXPECT_TEXT(decoded->reveal(), all);
}

Test(form, finds_what_stands_once) {
    const auto form = FormParameters::parse("code=a%2Fb+c&state=&flag&twice=1&twice=2&&na%6De=x=y&=nameless");
    cr_assert(form);
    EXPECT_TEXT(form->find("code").value_or("?"), "a/b c");
    EXPECT_TEXT(form->find("state").value_or("?"), "");
    EXPECT_TEXT(form->find("flag").value_or("?"), "");
    EXPECT_TEXT(form->find("name").value_or("?"), "x=y");
    EXPECT_TEXT(form->find("").value_or("?"), "nameless");
    cr_expect_not(form->find("twice"));
    cr_expect_not(form->find("Code"));
    cr_expect_not(form->find("other"));
    cr_expect(form->all().size() == 7);
}

Test(form, empty_text_has_no_parameter) {
    for (const char* text : {"", "&", "&&&"}) {
        const auto form = FormParameters::parse(text);
        cr_assert(form);
        cr_expect(form->all().empty());
    }
}

Test(form, refuses_broken_encoding_and_floods) {
    for (const char* text : {"a=%", "%zz=1", "ok=1&b=%2"}) {
        const auto form = FormParameters::parse(text);
        cr_assert_not(form);
        cr_expect(form.error().code == agent::Error::Code::kBadRequest);
    }
    std::string many;
    for (int i = 0; i < 64; ++i) many += "a=1&";
    cr_expect(FormParameters::parse(many));
    cr_expect_not(FormParameters::parse(many + "b"));
}
