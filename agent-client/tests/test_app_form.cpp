// SPDX-License-Identifier: Apache-2.0
#include "cli/input/app_form.h"

#include <string>

#include "cli/command_line/command.h"
#include "expect.h"

using namespace agent;

Test(app_form, its_options_are_those_of_the_command) {
    const Command* const add = find_command("app add");
    cr_assert_not_null(add);
    for (const AppField& field : app_fields()) {
        bool found = false;
        for (const Option& option : add->options) found = found || option.name == field.option;
        cr_expect(found, "--%s", std::string(field.option).c_str());
        cr_expect((field.need == AppField::Need::kNever) == field.question.empty());
    }
}

Test(app_form, redirect_uris) {
    struct Row {
        const char* uri;
        const char* reason;  // a part of it; empty for a good one
    };
    for (const Row& row : {Row{"http://127.0.0.1:5678/callback", ""}, Row{"http://[::1]:5678/", ""},
                           Row{"http://localhost:8080/a?b=c", ""}, Row{"https://app.clio.com/oauth/approval", ""},
                           Row{"http://127.0.0.1/callback", "has no port"},
                           Row{"http://127.0.0.1:80/callback", "only root may open ports below 1024"},
                           Row{"http://example.com:5678/", "must be http on this machine"},
                           Row{"127.0.0.1:5678/callback", "is not a URL"},
                           Row{"http://127.0.0.1:5678/callback#x", "is not a URL"}, Row{"", "is empty"},
                           Row{"http://127.0.0.1:5678/call\xe2\x80\x8b"
                               "back",
                               "invisible or foreign character (byte 0xe2"},
                           Row{"\xef\xbb\xbfhttp://127.0.0.1:5678/", "byte order mark"}}) {
        const std::string reason = why_not_redirect_uri(row.uri, 1024);
        cr_expect(reason.empty() == std::string_view(row.reason).empty(), "%s: %s", row.uri, reason.c_str());
        EXPECT_CONTAINS(reason, row.reason);
    }
    EXPECT_TEXT(why_not_redirect_uri("http://127.0.0.1:80/", 80), "");
}

Test(app_form, a_refusal_in_the_words_of_the_options) {
    EXPECT_TEXT(in_words_of_options("line 1, column 83: \"redirect_uri\": expected http"),
                "--redirect-uri: expected http");
    EXPECT_TEXT(in_words_of_options("line 1, column 2: \"scope\": Clio Platform requires it"),
                "--scope: Clio Platform requires it");
    EXPECT_TEXT(in_words_of_options("line 1, column 2: \"endpoints\": x"), "\"endpoints\": x");
    EXPECT_TEXT(in_words_of_options("app firm is in the configuration"), "app firm is in the configuration");
    EXPECT_TEXT(in_words_of_options("line"), "line");
}
