// SPDX-License-Identifier: Apache-2.0
#include "core/login/app_check.h"

#include <string>

#include "expect.h"

using namespace agent;
using std::chrono::seconds;
using CheckFailure = HttpFailure::Kind;
using Verdict = AppFinding::Verdict;

namespace {

App firm() {
    App app;
    app.name = "firm";
    app.client_id = "KEY";
    app.redirect_uris = {"http://127.0.0.1:5678/callback"};
    return app;
}

HttpOutcome answer(int status, std::string location = "", std::string_view body = "") {
    HttpResponse response;
    response.status = status;
    response.location = std::move(location);
    response.body = SecretString(body);
    return response;
}

HttpOutcome failure(CheckFailure kind) {
    return tl::unexpected(HttpFailure{.kind = kind, .may_have_been_sent = false, .message = "app.clio.com: why"});
}

void expect(const HttpOutcome& outcome, Verdict verdict, const char* detail) {
    const AppFinding found = judge_authorization(firm(), outcome);
    cr_expect(found.verdict == verdict, "%s", found.detail.c_str());
    EXPECT_CONTAINS(found.detail, detail);
}

}  // namespace

Test(app_check, the_sign_in_page) {
    expect(answer(302, "https://account.clio.com/login?return=x"), Verdict::kGood, "sign-in page at account.clio.com");
    expect(answer(302, "/session/new"), Verdict::kGood, "sign-in page");
    expect(answer(200), Verdict::kGood, "sign-in page");
    expect(answer(302, "http://127.0.0.1:5678/callback?code=C&state=S"), Verdict::kGood, "127.0.0.1");
}

Test(app_check, an_app_that_the_server_does_not_know) {
    expect(answer(401), Verdict::kBad, "HTTP status 401");
    expect(answer(400, "", R"({"error":"invalid_client","error_description":"no such app"})"), Verdict::kBad,
           "invalid_client: no such app");
    expect(answer(404), Verdict::kBad, "region us, App Key KEY, redirect URI http://127.0.0.1:5678/callback");
    expect(answer(302, "http://127.0.0.1:5678/callback?error=invalid_scope&state=S"), Verdict::kBad, "invalid_scope");
}

Test(app_check, a_server_that_does_not_say) {
    for (const int status : {429, 500, 503}) expect(answer(status), Verdict::kUnknown, "does not say");
}

Test(app_check, the_way_to_the_server) {
    expect(failure(CheckFailure::kResolve), Verdict::kBad, "app.clio.com: why");
    expect(failure(CheckFailure::kConnect), Verdict::kBad, "app.clio.com: why");
    expect(failure(CheckFailure::kTls), Verdict::kBad, "tls.ca_file");
}

Test(app_check, clocks) {
    const WallTime now(seconds(1'800'000'000));
    struct Row {
        int ahead;
        Verdict verdict;
        const char* detail;
    };
    for (const Row& row : {Row{0, Verdict::kGood, "as the server's"}, Row{60, Verdict::kGood, "as the server's"},
                           Row{-60, Verdict::kGood, "as the server's"}, Row{61, Verdict::kBad, "61 s ahead of"},
                           Row{-3600, Verdict::kBad, "3600 s behind"}}) {
        HttpOutcome outcome = answer(200);
        outcome->date = now - seconds(row.ahead);
        const AppFinding found = judge_clock(outcome, now);
        cr_expect(found.verdict == row.verdict, "%d", row.ahead);
        EXPECT_CONTAINS(found.detail, row.detail);
    }
    cr_expect(judge_clock(answer(200), now).verdict == Verdict::kUnknown);
    cr_expect(judge_clock(failure(CheckFailure::kTls), now).verdict == Verdict::kUnknown);
}
