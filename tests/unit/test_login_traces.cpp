// SPDX-License-Identifier: Apache-2.0
// What is left in memory of a login that is remembered for those who ask how it ended.
#include "fakes/memory_scan.h"
#include "unit/login_stage.h"

using agent::Product;

namespace {

/// The code verifier of the request that was sent last, never in memory as it is.
std::string inverted_verifier(const LoginStage& stage) {
    const std::string_view body = stage.http.last().form_body.reveal();
    const std::size_t at = body.find("&code_verifier=");
    cr_assert(at != std::string_view::npos);
    std::string inverted;
    for (const char c : body.substr(at + 15, 43)) inverted += static_cast<char>(~c);
    return inverted;
}

}  // namespace

Test(login_traces, an_ended_login_has_forgotten_its_verifier) {
    for (const bool well : {true, false}) {
        LoginStage stage(Product::kPlatform);
        stage.app.pkce = true;
        stage.app.endpoints.who_am_i.clear();
        stage.restart();
        const std::string id = stage.begin();
        stage.redirect(id, "code=C");
        stage.run(CoreStage::kAMoment);
        const std::string verifier = inverted_verifier(stage);
        cr_expect(fakes::count_in_own_memory(verifier) > 1, "in the request that the fake keeps, and in the login");
        if (well)
            stage.give_tokens("A1", "R1");
        else
            stage.say_invalid_grant();
        stage.timers.turn();
        EXPECT_TEXT(stage.outcome(id), well ? "done" : "exchange_failed");
        cr_expect(fakes::count_in_own_memory(verifier) == 1, "in the request alone");
    }
}
