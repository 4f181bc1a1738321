// SPDX-License-Identifier: Apache-2.0
// The token endpoint is down for ten minutes, with tokens that live an hour.
#include "unit/core_stage.h"

using namespace std::chrono_literals;

Test(book_outage, no_caller_sees_it_and_few_requests_are_made) {
    CoreStage stage;
    stage.log_in("smith");
    int hours = 0;
    std::size_t most_requests = 0;
    for (; hours < 24; ++hours) {
        const std::string before = stage.state("smith");
        while (stage.http.open() == 0) {
            cr_assert(stage.now("smith").substr(0, 1) == "A");
            stage.run(1s);
        }
        const std::size_t sent = stage.http.sent() - 1;
        for (auto down = 0s; down < 10min; down += 1s) {
            if (stage.http.open() > 0) stage.be_down();
            cr_assert(stage.now("smith").substr(0, 1) == "A");
            stage.run(1s);
        }
        EXPECT_TEXT(stage.state("smith").substr(0, 5), "stale");
        while (stage.state("smith") == before || stage.state("smith").substr(0, 5) != "ready") {
            if (stage.http.open() > 0) stage.give_tokens("A" + std::to_string(hours + 2));
            cr_assert(stage.now("smith").substr(0, 1) == "A");
            stage.run(1s);
        }
        most_requests = std::max(most_requests, stage.http.sent() - sent);
    }
    // 1 + 2 + 4 … s of full jitter: about a dozen in ten minutes.
    cr_expect(most_requests <= 25, "%zu requests in one outage", most_requests);
}
