// SPDX-License-Identifier: Apache-2.0
// Total time limits: sending or reading a byte now and then does not extend them.
#include <chrono>
#include <memory>
#include <string>

#include "fakes/http_fixture.h"

using fakes::HttpFixture;
using fakes::UnixClient;
using std::chrono::milliseconds;

namespace {

constexpr const char* kHttpDeadlinesGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends a byte now and then for as long as it lives.
class Trickle {
  public:
    Trickle(HttpFixture& http, UnixClient& client) : http_(http), client_(client) { go_on(); }
    Trickle(const Trickle&) = delete;
    Trickle& operator=(const Trickle&) = delete;

  private:
    void go_on() {
        client_.send("x");
        timer_ = http_.timers.after(milliseconds(20), [this] { go_on(); });
    }

    HttpFixture& http_;
    UnixClient& client_;
    std::unique_ptr<agent::Timer> timer_;
};

}  // namespace

Test(http_deadlines, a_request_that_trickles_in_is_given_up) {
    for (const char* begun :
         {"GET / HTTP/1.1\r\nHost: a\r\nX: ", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"}) {
        HttpFixture http({.whole_request = milliseconds(300)});
        const auto client = http.connect();
        client->send(kHttpDeadlinesGet);  // the time restarts after an answer
        http.wait_for_answers(*client, 1);
        client->send(begun);
        const Trickle trickle(http, *client);
        http.wait_for_end(*client);
        cr_expect(client->answers().size() == 1);
        http.wait_for_connections(0);
        cr_expect(http.serves());
    }
}

Test(http_deadlines, an_answer_that_trickles_out_is_given_up) {
    HttpFixture http({.whole_answer = milliseconds(100)});
    http.defer = true;
    const auto client = http.connect();
    client->send(kHttpDeadlinesGet);
    http.wait_for_owed(1);
    client->stop_reading();
    fakes::answer(http.owed[0], std::string(8 << 20, 'x'));
    http.wait_for_connections(0);
}

Test(http_deadlines, no_time_runs_while_an_answer_is_owed) {
    HttpFixture http({.whole_request = milliseconds(50), .whole_answer = milliseconds(50)});
    http.defer = true;
    const auto patient = http.connect();
    patient->send(kHttpDeadlinesGet);
    http.wait_for_owed(1);
    const auto silent = http.connect();
    http.wait_for_end(*silent);  // the time has passed
    fakes::run_what_is_due(http.loop);
    cr_assert(http.owed[0].is_awaited);
    fakes::answer(http.owed[0]);
    http.wait_for_answers(*patient, 1);
}
