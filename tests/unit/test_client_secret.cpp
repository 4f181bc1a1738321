// SPDX-License-Identifier: Apache-2.0
#include "base/secret/client_secret.h"

#include <string>

#include "expect.h"

using namespace agent;

Test(client_secret, its_end_is_trimmed) {
    for (const char* text : {"s3cret", "s3cret\n", "s3cret\r\n", "s3cret  \t\n\n", "s3cret "})
        EXPECT_TEXT(client_secret_of(text, "file").value().reveal(), "s3cret");
    EXPECT_TEXT(client_secret_of(" with blanks \n", "file").value().reveal(), " with blanks");
}

Test(client_secret, what_cannot_be_one_is_named_and_not_quoted) {
    struct Row {
        std::string text;
        const char* reason;
    };
    for (const Row& row : {Row{"", "is empty"}, Row{"\n \n", "is empty"}, Row{"one\ntwo\n", "more than one line"},
                           Row{"\xef\xbb\xbfs3cret", "byte order mark"},
                           Row{"s3\xc2\xa0"
                               "cret",
                               "(byte 0xc2 at position 3)"},
                           Row{"s3\xe2\x80\x8b"
                               "cret",
                               "(byte 0xe2 at position 3)"},
                           Row{std::string("s3\0cret", 7), "(byte 0x00"}, Row{"s3\tcret", "(byte 0x09"},
                           Row{"s3cret\x7f", "(byte 0x7f at position 7)"}}) {
        const auto secret = client_secret_of(row.text, "/etc/secret");
        cr_assert(!secret);
        EXPECT_CONTAINS(secret.error().message, "/etc/secret: the secret ");
        EXPECT_CONTAINS(secret.error().message, row.reason);
        cr_expect(secret.error().message.find("cret ") == std::string::npos ||
                  secret.error().message.find("s3") == std::string::npos);
    }
}
