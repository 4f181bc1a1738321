// SPDX-License-Identifier: Apache-2.0
#include "cli/display/account_view.h"

#include <cstdlib>
#include <ctime>
#include <vector>

#include "expect.h"
#include "in_utc.h"

using namespace agent;

namespace {

constexpr std::int64_t kAccountViewNow = 1800000000;

const char* const kAccounts = R"([
  {"name":"doe","app":"firm","state":"login_required","reason":"the grant was revoked",
   "next_step":"clioctl login doe","generation":3,
   "expires_at":1799990000,"refresh_at":null,"last_refresh":null,"user":null},
  {"name":"smith-law","app":"firm","state":"ready","reason":"","generation":7,"expires_at":1800172900,
   "refresh_at":1800100000,"last_refresh":1799999940,"user":{"id":42,"name":"Jane Doe","email":"jane@example.com"}}])";

Json two_accounts() {
    return *Json::parse(kAccounts);
}

const Json::Array& array_of(const Json& json) {
    if (json.array() == nullptr) std::abort();
    return *json.array();
}

std::vector<const Json*> pointers(const Json::Array& accounts) {
    std::vector<const Json*> all;
    for (const Json& account : accounts) all.push_back(&account);
    return all;
}

}  // namespace

Test(account_view, table) {
    const Json all = two_accounts();
    const auto rows = accounts_table(pointers(array_of(all)), kAccountViewNow);
    cr_assert(rows.has_value());
    EXPECT_TEXT(render_table(*rows, false),
                "ACCOUNT    APP   STATE           TOKEN            USER                         REASON\n"
                "doe        firm  login_required  expired 2 h ago                               the grant was revoked\n"
                "smith-law  firm  ready           expires in 2 d   Jane Doe <jane@example.com>\n");
}

Test(account_view, details, .init = in_utc) {
    const Json all = two_accounts();
    const auto good = account_details(array_of(all).at(1), kAccountViewNow);
    cr_assert(good.has_value());
    EXPECT_TEXT(render_table(*good, false),
                "account       smith-law\n"
                "app           firm\n"
                "state         ready\n"
                "user          Jane Doe <jane@example.com>\n"
                "generation    7\n"
                "expires       2027-01-17 08:01:40 (in 2 d)\n"
                "next refresh  2027-01-16 11:46:40 (in 27 h)\n"
                "last refresh  2027-01-15 07:59:00 (60 s ago)\n");
    const auto bad = account_details(array_of(all).at(0), kAccountViewNow);
    cr_assert(bad.has_value());
    const std::string text = render_table(*bad, false);
    EXPECT_CONTAINS(text, "reason        the grant was revoked\n");
    EXPECT_CONTAINS(text, "next step     clioctl login doe\n");
    EXPECT_CONTAINS(text, "user          unknown\n");
    EXPECT_CONTAINS(text, "next refresh  -\n");
}

Test(account_view, tells_what_an_answer_lacks) {
    const Json answer = *Json::parse(R"([{"name":"a","app":"b"}])");
    const auto rows = accounts_table(pointers(array_of(answer)), kAccountViewNow);
    cr_assert(!rows.has_value());
    EXPECT_CONTAINS(rows.error().detail, "\"state\" is missing");
}
