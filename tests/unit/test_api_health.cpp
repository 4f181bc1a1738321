// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <vector>

#include "expect.h"
#include "fakes/api_fixture.h"
#include "io/api/handlers/metrics_text.h"
#include "protocol/limits.h"

using agent::Event;
using agent::WallTime;
using fakes::ApiFixture;
using std::chrono::seconds;

namespace {

Event refreshed(std::string account) {
    return {.at = WallTime(seconds(1'800'000'000)),
            .kind = agent::EventKind::kRefreshed,
            .account = std::move(account),
            .generation = 8,
            .detail = "all \"well\""};
}

constexpr const char* kLine =
    R"({"at":1800000000,"event":"refreshed","account":"smith-law","generation":8,"detail":"all \"well\""})"
    "\n";

}  // namespace

Test(api_health, status) {
    ApiFixture api;
    api.clock.advance(seconds(90));
    api.accounts.agent_status = {.accounts = 6,
                                 .login_required = 1,
                                 .needs_attention = 7,
                                 .stale = 2,
                                 .refreshing = 3,
                                 .queued = 4,
                                 .next_refresh = WallTime(seconds(1'800'000'000)),
                                 .store_error = "disk full"};
    const auto asked = api.get("/v1/status", ApiFixture::kStranger);
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(
        asked.body(),
        R"({"version":"1.2.3","pid":)" + std::to_string(::getpid()) +
            R"(,"uptime":90,"locked":false,"accounts":6,"login_required":1,"needs_attention":7,"stale":2,"refreshing":3,"queued":4,)"
            R"("next_refresh":1800000000,"store_error":"disk full","connections":5,"config_file":"/etc/cliod/cliod.json",)"
            R"("config_error":"","state_dir":"/var/lib/cliod","proxy":"","unused_proxy":""})");

    api.accounts.agent_status.next_refresh.reset();
    EXPECT_CONTAINS(api.get("/v1/status").body(), R"("next_refresh":null)");
}

Test(api_health, metrics) {
    ApiFixture api;
    api.accounts.hold("smith-law");
    api.accounts.agent_status.accounts = 1;
    api.events.publish(refreshed("smith-law"));
    static_cast<void>(api.get("/v1/token"));
    static_cast<void>(api.get("/v1/token"));
    static_cast<void>(api.get("/v1/token?min_ttl=x"));
    static_cast<void>(api.get("/nowhere"));
    static_cast<void>(api.ask(agent::ApiMethod::kPost, "/v1/token"));

    const auto asked = api.get("/v1/metrics");
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.reply->answer->content_type, "text/plain; version=0.0.4; charset=utf-8");
    for (const char* line : {
             "clio_agent_build_info{version=\"1.2.3\"} 1\n",
             "clio_agent_connections 5\n",
             "clio_agent_secret_memory_bytes 0\n",
             "clio_agent_unlocked_secrets_total 0\n",
             "clio_agent_accounts 1\n",
             "clio_agent_store_ok 1\n",
             "clio_agent_account_state{account=\"smith-law\",state=\"ready\"} 1\n",
             "clio_agent_account_expiry_timestamp_seconds{account=\"smith-law\"} 1800003600\n",
             "clio_agent_account_generation{account=\"smith-law\"} 7\n",
             "clio_agent_events_total{event=\"refreshed\"} 1\n",
             "clio_agent_events_total{event=\"logged_out\"} 0\n",
             "clio_agent_requests_total{route=\"/v1/token\",method=\"GET\",code=\"200\"} 2\n",
             "clio_agent_requests_total{route=\"/v1/token\",method=\"GET\",code=\"400\"} 1\n",
             "clio_agent_requests_total{route=\"none\",method=\"any\",code=\"404\"} 1\n",
             "clio_agent_requests_total{route=\"none\",method=\"any\",code=\"405\"} 1\n",
             "# TYPE clio_agent_requests_total counter\n",
         }) {
        EXPECT_CONTAINS(asked.body(), line);
    }
}

Test(api_health, metrics_count_what_was_answered) {
    ApiFixture api;
    api.accounts.hold("smith-law");
    api.accounts.must_wait = true;
    for (const bool gone : {false, true}) {
        auto asked = api.get("/v1/token");
        asked.reply->gone = gone;
        asked.waiting.reset();
    }
    EXPECT_CONTAINS(api.get("/v1/metrics").body(),
                    "clio_agent_requests_total{route=\"/v1/token\",method=\"GET\",code=\"500\"} 1\n");
}

Test(api_health, metrics_have_each_family_once_and_in_one_piece) {
    ApiFixture api;
    api.accounts.hold("a");
    api.accounts.hold("b");
    api.accounts.agent_status.next_refresh = WallTime(seconds(1));
    const std::string text = api.get("/v1/metrics").body();
    std::string family;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        const std::string line = text.substr(at, text.find('\n', at) - at);
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            cr_expect(std::find(seen.begin(), seen.end(), family) == seen.end(), "%s twice", family.c_str());
            seen.push_back(family);
        } else if (!line.starts_with("# TYPE " + family + ' ')) {
            EXPECT_TEXT(line.substr(0, line.find_first_of("{ ")), family);
        }
    }
    cr_expect(seen.size() > 10 && text.ends_with('\n'));
}

Test(api_health, metrics_escape_labels) {
    agent::MetricsText out;
    out.gauge("g", "Help.").sample({{"label", "a\\b\"c\nd"}}, -3).sample({}, 0);
    EXPECT_TEXT(out.take(), "# HELP g Help.\n# TYPE g gauge\ng{label=\"a\\\\b\\\"c\\nd\"} -3\ng 0\n");
}

Test(api_health, events_are_streamed_from_now_on) {
    ApiFixture api;
    api.events.publish(refreshed("early"));
    auto asked = api.get("/v1/events", ApiFixture::kStranger);
    EXPECT_TEXT(asked.reply->stream_type, "application/jsonl");
    EXPECT_TEXT(asked.reply->streamed, "");
    api.events.publish(refreshed("smith-law"));
    EXPECT_TEXT(asked.reply->streamed, kLine);
    cr_expect(!asked.reply->stream_ended);

    asked.waiting.reset();
    cr_expect(asked.reply->stream_ended);
    api.events.publish(refreshed("late"));
    EXPECT_TEXT(asked.reply->streamed, kLine);
}

Test(api_health, events_since_a_time_are_streamed_first) {
    ApiFixture api;
    for (const int second : {100, 200, 300}) {
        Event event = refreshed("at-" + std::to_string(second));
        event.at = WallTime(seconds(second));
        api.events.publish(event);
    }
    auto asked = api.get("/v1/events?since=200", ApiFixture::kStranger);
    EXPECT_CONTAINS(asked.reply->streamed, "at-300");
    cr_expect(asked.reply->streamed.find("at-200") < asked.reply->streamed.find("at-300"));
    cr_expect(asked.reply->streamed.find("at-100") == std::string::npos);
    api.events.publish(refreshed("smith-law"));
    cr_expect(asked.reply->streamed.ends_with(kLine));

    for (const char* bad :
         {"since=", "since=-5", "since=yesterday", "since=1&since=2", "before=1", "since=253402300800"})
        cr_expect(api.get(std::string("/v1/events?") + bad).status() == 400, "%s", bad);
    for (const char* fine : {"since=0", "since=253402300799"})
        cr_expect(!api.get(std::string("/v1/events?") + fine).reply->answer, "%s", fine);
}

Test(api_health, streams_are_counted) {
    ApiFixture api;
    std::vector<ApiFixture::Exchange> streams;
    constexpr std::size_t kOfOneUser = (agent::limits::kEventStreams - agent::limits::kEventStreamsForManagers) / 2;
    const auto open = [&] { return api.get("/v1/events", ApiFixture::kStranger); };
    for (std::size_t i = 0; i < kOfOneUser; ++i) streams.push_back(open());
    EXPECT_CONTAINS(api.get("/v1/metrics").body(), "clio_agent_event_streams " + std::to_string(kOfOneUser) + "\n");
    const auto refused = open();
    cr_expect(refused.status() == 503 && refused.reply->answer->retry_after.has_value());
    cr_expect_not(api.get("/v1/events").reply->answer, "another user has room");

    streams.pop_back();
    const auto taken = open();
    cr_expect(!taken.reply->answer);
    EXPECT_TEXT(taken.reply->stream_type, "application/jsonl");
}
