// SPDX-License-Identifier: Apache-2.0
// All of tests/unit/http_requests.txt on connections, each with another request behind it.
#include "fakes/http_requests.h"

#include "fakes/http_fixture.h"

using fakes::HttpFixture;
using fakes::HttpRequestCase;

namespace {

constexpr const char* kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

void expect_case(HttpFixture& http, const HttpRequestCase& given, bool bytewise) {
    std::vector<std::string> seen;
    http.on_request = [&](const agent::ApiRequest& request) { seen.push_back(request.path); };
    const auto client = http.connect();
    const bool is_unfinished = given.expected == "unfinished";
    const std::string bytes = given.bytes + (is_unfinished ? "" : kNext);
    for (std::size_t at = 0; bytewise && at < bytes.size() && !client->ended(); ++at) {
        client->send({&bytes[at], 1});
        for (int turn = 0; turn < 3; ++turn) event_base_loop(http.loop.base(), EVLOOP_NONBLOCK);
    }
    if (!bytewise) client->send(bytes);
    const char* const name = given.name.c_str();
    if (is_unfinished) {
        fakes::run_what_is_due(http.loop);
        cr_expect(seen.empty() && client->received().empty() && !client->ended(), "%s", name);
        return;
    }
    http.wait_for([&] { return client->ended() || (!seen.empty() && seen.back() == "/next"); }, name);
    fakes::run_what_is_due(http.loop);
    std::string_view received = client->received();
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (received.starts_with(kContinue)) received.remove_prefix(kContinue.size());
    const bool is_taken = given.expected.starts_with("taken");
    const std::string status = is_taken ? "200" : given.expected.substr(std::string_view("refused ").size());
    cr_expect(received.starts_with("HTTP/1.1 " + status + " "), "%s: <%s>", name, client->received().c_str());
    cr_expect(seen.size() == (!is_taken ? 0U : client->ended() ? 1U : 2U), "%s: %zu requests", name, seen.size());
    const bool says_close = received.find("Connection: close\r\n") != std::string_view::npos;
    cr_expect(client->ended() == says_close && (is_taken || says_close), "%s", name);
}

}  // namespace

Test(http_requests, are_taken_or_refused) {
    HttpFixture http;
    for (const HttpRequestCase& given : fakes::read_http_requests()) expect_case(http, given, /*bytewise=*/false);
    http.wait_for_connections(0);
}

Test(http_requests, are_taken_or_refused_byte_by_byte) {
    HttpFixture http;
    for (const HttpRequestCase& given : fakes::read_http_requests()) {
        if (given.bytes.size() < 1000) expect_case(http, given, /*bytewise=*/true);
    }
    http.wait_for_connections(0);
}
