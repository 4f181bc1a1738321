// SPDX-License-Identifier: Apache-2.0
#include "io/provider/trace_text.h"

#include <array>
#include <string>

#include "expect.h"

using agent::Fingerprint;
using agent::HttpResponse;

namespace {

Fingerprint names() {
    cr_assert(agent::init_sealing());
    return Fingerprint::make().value();
}

HttpResponse answer(std::string_view body) {
    return {.status = 200, .content_type = "application/json", .retry_after = {}, .body = agent::SecretString(body)};
}

}  // namespace

Test(trace_text, a_secret_has_one_name_for_each_key) {
    const Fingerprint one = names();
    EXPECT_TEXT(one.of("s3cret"), one.of("s3cret"));
    cr_expect(one.of("s3cret") != one.of("s3creT"));
    cr_expect(one.of("s3cret") != names().of("s3cret"), "nobody can check a guess");
    cr_expect(one.of("s3cret").size() == std::string("#00000000/6").size() && one.of("s3cret").ends_with("/6"));
}

Test(trace_text, only_what_is_known_to_be_public_is_shown) {
    const Fingerprint by = names();
    EXPECT_TEXT(
        agent::trace_form("grant_type=refresh_token&client_id=id&client_secret=s%20t&refresh_token=R1&new=x", by),
        "grant_type=refresh_token&client_id=id&client_secret=" + by.of("s t") + "&refresh_token=" + by.of("R1") +
            "&new=" + by.of("x"));
    EXPECT_TEXT(agent::trace_form("", by), "");
    EXPECT_TEXT(agent::trace_form("refresh_token=%zz", by), by.of("refresh_token=%zz"));
    EXPECT_TEXT(agent::trace_authorization("Bearer A1", by), "Bearer " + by.of("A1"));
    EXPECT_TEXT(agent::trace_authorization("A1", by), by.of("A1"));
    EXPECT_TEXT(agent::trace_authorization("", by), "");
}

Test(trace_text, answers) {
    const Fingerprint by = names();
    EXPECT_TEXT(agent::trace_body(answer(R"({"access_token":"A1","expires_in":3600,"token_type":"bearer"})"), by, {}),
                R"({"access_token":")" + by.of("A1") + R"(","expires_in":3600,"token_type":"bearer"})");
    EXPECT_TEXT(agent::trace_body(
                    answer(R"({"error":"invalid_grant","data":[{"error":"x","name":"Jo"},"A1",null,true]})"), by, {}),
                R"({"error":"invalid_grant","data":[{"error":"x","name":")" + by.of("Jo") + R"("},")" + by.of("A1") +
                    R"(",null,true]})");
    EXPECT_TEXT(
        agent::trace_body(answer(R"({"refresh_token":1234567,"created_at":1.5,"new":0.25})"), by, {}),
        R"({"refresh_token":")" + by.of("1234567") + R"(","created_at":1.5,"new":")" + by.of("0.250000") + R"("})");
    EXPECT_TEXT(agent::trace_body(answer("<html>A1"), by, {}), "8 bytes that are not JSON");
}

Test(trace_text, what_a_server_repeats_is_blanked_out) {
    const std::array<agent::SecretString, 1> sent{agent::SecretString("refresh-token")};
    EXPECT_TEXT(agent::trace_body(answer(R"({"error":"invalid_grant","error_description":"refresh-token is spent"})"),
                                  names(), sent),
                R"({"error":"invalid_grant","error_description":"[secret] is spent"})");
}
