// SPDX-License-Identifier: Apache-2.0
#include "cli/display/key_view.h"

#include <cstdlib>
#include <ctime>

#include "expect.h"
#include "in_utc.h"

using namespace agent;

namespace {

constexpr std::int64_t kKeyViewNow = 1800000000;

/// Static, because the table only refers to it.
const Json::Array& array_of(const char* text) {
    static Json json;
    json = *Json::parse(text);
    if (json.array() == nullptr) std::abort();
    return *json.array();
}

std::string shown(const Reply<std::vector<Row>>& rows) {
    return rows ? render_table(*rows, false) : rows.error().detail;
}

}  // namespace

Test(key_view, slots, .init = in_utc) {
    const char* const slots = R"([
      {"id":1,"kind":"file","source":"/var/lib/cliod/key","made_at":1799999940},
      {"id":12,"kind":"passphrase","source":"","made_at":1799900000,"kdf":{"operations":3,"memory":268435456}},
      {"id":13,"kind":"recovery","source":"","made_at":1799900000}])";
    EXPECT_TEXT(shown(key_slots_table(array_of(slots), kKeyViewNow)),
                "ID  KIND        MADE                            DETAILS\n"
                "1   file        2027-01-15 07:59:00 (60 s ago)  /var/lib/cliod/key\n"
                "12  passphrase  2027-01-14 04:13:20 (27 h ago)  Argon2id, 3 passes, 256 MiB\n"
                "13  recovery    2027-01-14 04:13:20 (27 h ago)\n");
}

Test(key_view, test) {
    const char* const slots = R"([
      {"id":1,"kind":"file","opens":true,"detail":""},
      {"id":2,"kind":"credential","opens":false,"detail":"it is not there"},
      {"id":3,"kind":"passphrase","opens":null,"detail":""},
      {"id":4,"kind":"recovery","opens":null,"detail":""}])";
    EXPECT_TEXT(shown(key_test_table(array_of(slots))),
                "ID  KIND        OPENS      DETAILS\n"
                "1   file        yes\n"
                "2   credential  no         it is not there\n"
                "3   passphrase  not tried  with --passphrase\n"
                "4   recovery    not tried  with --recovery-key\n");
    cr_expect(any_fails(array_of(slots)));
}

Test(key_view, only_what_was_tried_can_fail) {
    cr_expect_not(any_fails(array_of(R"([{"opens":true},{"opens":null}])")));
    cr_expect(any_fails(array_of(R"([{"opens":true},{"opens":false}])")));
}

Test(key_view, tells_what_an_answer_lacks) {
    EXPECT_CONTAINS(shown(key_slots_table(array_of(R"([{"id":1,"kind":"file","source":""}])"), kKeyViewNow)),
                    "\"made_at\"");
    EXPECT_CONTAINS(shown(key_test_table(array_of(R"([{"id":1,"kind":"file","detail":""}])"))), "\"opens\"");
}
