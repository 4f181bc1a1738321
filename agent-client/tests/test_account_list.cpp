// SPDX-License-Identifier: Apache-2.0
#include "cli/display/account_list.h"

#include <string>

#include "cli/display/progress.h"
#include "expect.h"

using namespace agent;

namespace {

const Json& accounts() {
    static const Json all = *Json::parse(R"([
        {"name":"b","app":"firm","state":"ready","expires_at":300},
        {"name":"a","app":"other","state":"login_required","expires_at":100},
        {"name":"c","app":"firm","state":"login_required","expires_at":200}])");
    return all;
}

std::string names(const AccountSelection& selection) {
    std::string text;
    const auto selected = select_accounts(*accounts().array(), selection);
    for (const Json* account : *selected) text += account->find_string("name").value();
    return text;
}

}  // namespace

Test(account_list, is_selected_and_sorted) {
    EXPECT_TEXT(names({}), "abc");
    EXPECT_TEXT(names({.state = "login_required", .app = {}}), "ac");
    EXPECT_TEXT(names({.state = {}, .app = "firm"}), "bc");
    EXPECT_TEXT(names({.state = "ready", .app = "other"}), "");
    EXPECT_TEXT(names({.state = {}, .app = {}, .sort = "app"}), "bca");
    EXPECT_TEXT(names({.state = {}, .app = {}, .sort = "state"}), "acb");
    EXPECT_TEXT(names({.state = {}, .app = {}, .sort = "expiry"}), "acb");
}

Test(account_list, sum) {
    const Json::Array& all = *accounts().array();
    EXPECT_TEXT(sum_of_accounts({&all[0], &all[1], &all[2]}), "3 accounts: 2 login_required, 1 ready");
    EXPECT_TEXT(sum_of_accounts({&all[0]}), "1 account: 1 ready");
    EXPECT_TEXT(sum_of_accounts({}), "0 accounts");
}

Test(account_list, reasons_in_plain_words) {
    EXPECT_TEXT(plain_reason("HTTP 400 invalid_grant: The refresh token was revoked"), "Clio ended this grant");
    EXPECT_TEXT(
        plain_reason("the answer to a refresh was lost, and the new refresh token with it: HTTP 400 invalid_grant"),
        "an answer was lost, and the new refresh token with it");
    EXPECT_TEXT(plain_reason("callers report that the API refuses its tokens (401), also after a refresh: check that"),
                "Clio refuses its tokens");
    EXPECT_TEXT(plain_reason("HTTP 401 invalid_client"), "Clio does not accept the app's key or secret");
    EXPECT_TEXT(plain_reason("account a: its app firm is not registered; add it with: x"), "its app is not registered");
    EXPECT_TEXT(plain_reason("it was restored; to try it all the same: clioctl refresh"), "it was restored");
    EXPECT_TEXT(plain_reason("api.clio.com: time-out"), "api.clio.com: time-out");
    EXPECT_TEXT(plain_reason(""), "");
}

Test(account_list, progress) {
    using std::chrono::seconds;
    EXPECT_TEXT(progress_text("accounts", 5, 10, seconds(40)), "[==========          ] 5 of 10 accounts, 40 s left");
    EXPECT_TEXT(progress_text("accounts", 10, 10, seconds(40)), "[====================] 10 of 10 accounts");
    EXPECT_TEXT(progress_text("accounts", 1, 10, seconds(0)), "[==                  ] 1 of 10 accounts");
    EXPECT_TEXT(progress_text("accounts", 0, 0, seconds(0)), "[====================] 0 of 0 accounts");
}
