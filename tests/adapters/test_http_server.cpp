// SPDX-License-Identifier: Apache-2.0
// What well-behaved peers do, in every way in which they may do it.
#include <sys/wait.h>

#include "fakes/http_fixture.h"

using agent::ApiMethod;
using agent::ApiRequest;
using fakes::answer;
using fakes::HttpFixture;

namespace {

constexpr const char* kHttpServerGet = "GET /v1/status HTTP/1.1\r\nHost: agent\r\n\r\n";

}  // namespace

Test(http_server, answers) {
    HttpFixture http;
    const auto client = http.connect();
    client->send(kHttpServerGet);
    http.wait_for_answers(*client, 1);
    const auto answered = client->answers()[0];
    cr_expect(answered.status == 200);
    EXPECT_TEXT(answered.body, R"({"path":"/v1/status","body":""})");
    EXPECT_CONTAINS(answered.head, "HTTP/1.1 200 OK\r\n");
    EXPECT_CONTAINS(answered.head, "Content-Type: application/json\r\n");
    EXPECT_CONTAINS(answered.head, "Cache-Control: no-store\r\n");
    cr_expect(http.server->connections() == 1 && !client->ended());
}

Test(http_server, hands_over_the_request_and_its_peer) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send("POST /v1/a%20b/c?x=1&y=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    http.wait_for_owed(1);
    const ApiRequest& request = http.owed[0].request;
    cr_expect(request.method == ApiMethod::kPost);
    EXPECT_TEXT(request.path, "/v1/a%20b/c");
    EXPECT_TEXT(request.query, "x=1&y=%20");
    EXPECT_TEXT(request.body.reveal(), "hello");
    cr_expect(request.peer.uid == ::geteuid() && request.peer.gid == ::getegid() && request.peer.pid == ::getpid());
    answer(http.owed[0]);
    http.wait_for_answers(*client, 1);
}

Test(http_server, knows_another_user) {
    if (::geteuid() != 0) cr_skip_test("only root can be somebody else");
    constexpr uid_t kSomebody = 12345;
    HttpFixture http;
    std::optional<agent::Peer> peer;
    http.on_request = [&](const ApiRequest& request) { peer = request.peer; };
    cr_assert(::chmod(http.directory.path().c_str(), 0755) == 0 && ::chmod(http.path().c_str(), 0666) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresuid(kSomebody, kSomebody, kSomebody) != 0) ::_exit(1);
        agent::EventLoop loop;
        fakes::UnixClient client(loop, http.path());
        client.send(kHttpServerGet);
        const bool come = fakes::run_until(loop, [&] { return client.answers().size() == 1; });
        ::_exit(come ? 0 : 1);
    }
    http.wait_for([&] { return peer.has_value(); }, "request");
    cr_expect(peer->uid == kSomebody && peer->pid == child);
    http.wait_for_connections(0);
    int status = 0;
    cr_expect(::waitpid(child, &status, 0) == child && status == 0);
}

Test(http_server, takes_requests_in_pieces) {
    HttpFixture http;
    const auto client = http.connect();
    for (const char c : std::string("PUT /v1/apps/firm HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{\"a\":1}")) {
        client->send({&c, 1});
        fakes::run_what_is_due(http.loop);
    }
    http.wait_for_answers(*client, 1);
    EXPECT_CONTAINS(client->answers()[0].body, R"("body":"{\"a\":1}")");
}

Test(http_server, takes_several_requests_on_a_connection) {
    HttpFixture http;
    const auto client = http.connect();
    for (std::size_t i = 1; i <= 3; ++i) {
        client->send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        http.wait_for_answers(*client, i);
        EXPECT_CONTAINS(client->answers()[i - 1].body, "\"/" + std::to_string(i) + "\"");
    }
}

Test(http_server, answers_pipelined_requests_in_order) {
    constexpr std::size_t kRequests = 1000;
    for (const bool deferred : {false, true}) {
        HttpFixture http;
        http.defer = deferred;
        std::string all;
        for (std::size_t i = 0; i < kRequests; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        const auto client = http.connect();
        client->send(all);
        for (std::size_t i = 0; deferred && i < kRequests; ++i) {
            http.wait_for_owed(i + 1);
            fakes::run_what_is_due(http.loop);
            cr_assert(http.owed.size() == i + 1, "one at a time");
            answer(http.owed[i], "/" + std::to_string(i));
        }
        http.wait_for_answers(*client, kRequests);
        const auto answers = client->answers();
        for (std::size_t i = 0; i < kRequests; ++i) {
            EXPECT_CONTAINS(answers[i].body, "\"/" + std::to_string(i) + "\"");
        }
    }
}

Test(http_server, hands_over_every_method) {
    struct {
        const char* word;
        ApiMethod method;
    } const rows[] = {{"GET", ApiMethod::kGet},       {"POST", ApiMethod::kPost},     {"PUT", ApiMethod::kPut},
                      {"DELETE", ApiMethod::kDelete}, {"HEAD", ApiMethod::kGet},      {"PATCH", ApiMethod::kOther},
                      {"TRACE", ApiMethod::kOther},   {"OPTIONS", ApiMethod::kOther}, {"BREW", ApiMethod::kOther},
                      {"get", ApiMethod::kOther}};
    HttpFixture http;
    std::optional<ApiMethod> seen;
    http.on_request = [&](const ApiRequest& request) { seen = request.method; };
    const auto client = http.connect();
    for (const auto& row : rows) {
        seen.reset();
        client->send(std::string(row.word) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        http.wait_for([&] { return seen.has_value(); }, row.word);
        cr_expect(seen == row.method, "%s", row.word);
    }
}

Test(http_server, answers_head_without_a_body) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto heads = [&] {
        std::size_t count = 0;
        for (std::size_t at = 0; (at = client->received().find("\r\n\r\n", at)) != std::string::npos; ++at) ++count;
        return count;
    };
    http.wait_for([&] { return heads() == 2; }, "two heads");
    cr_expect(client->received().ends_with("\r\n\r\n"));
    cr_expect(client->received().find('{') == std::string::npos);
    EXPECT_CONTAINS(client->received(), "Content-Length: 22\r\n");
}

Test(http_server, answers_without_content) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
    http.wait_for_owed(1);
    http.owed[0].reply->no_content();
    http.wait_for_answers(*client, 1);
    EXPECT_CONTAINS(client->received(), "HTTP/1.1 204 No Content\r\n");
    cr_expect(client->received().find("Content-") == std::string::npos);
    client->send(kHttpServerGet);
    http.wait_for_owed(2);
}

Test(http_server, tells_methods_and_waits_in_headers) {
    HttpFixture http;
    http.defer = true;
    const auto client = http.connect();
    client->send(kHttpServerGet);
    http.wait_for_owed(1);
    http.owed[0].reply->method_not_allowed("GET, PUT");
    client->send(kHttpServerGet);
    http.wait_for_owed(2);
    http.owed[1].reply->problem({.code = agent::Error::Code::kTemporarilyUnavailable,
                                 .message = "busy",
                                 .retry_after = std::chrono::seconds(7)});
    http.wait_for_answers(*client, 2);
    EXPECT_CONTAINS(client->answers()[0].head, "HTTP/1.1 405 Method not allowed\r\n");
    EXPECT_CONTAINS(client->answers()[0].head, "Allow: GET, PUT\r\n");
    EXPECT_CONTAINS(client->answers()[1].head, "HTTP/1.1 503 Try again later\r\n");
    EXPECT_CONTAINS(client->answers()[1].head, "Retry-After: 7\r\n");
    EXPECT_CONTAINS(client->answers()[1].head, "Content-Type: application/problem+json\r\n");
}

Test(http_server, takes_bodies_in_chunks) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    fakes::run_what_is_due(http.loop);
    client->send("2\r\nde\r\n0\r\n\r\n");
    http.wait_for_answers(*client, 1);
    EXPECT_CONTAINS(client->answers()[0].body, R"("body":"abcde")");
}

Test(http_server, lets_a_body_come_that_asks_first) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    http.wait_for([&] { return client->received() == "HTTP/1.1 100 Continue\r\n\r\n"; }, "100 Continue");
    client->send("ok");
    http.wait_for_answers(*client, 2);
    cr_expect(client->answers()[1].status == 200);
    EXPECT_CONTAINS(client->answers()[1].body, R"("body":"ok")");
}

Test(http_server, closes_when_the_peer_wants_it) {
    for (const char* request : {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
        HttpFixture http;
        const auto client = http.connect();
        client->send(request);
        http.wait_for_end(*client);
        cr_assert(client->answers().size() == 1);
        EXPECT_CONTAINS(client->received(), "{");
        http.wait_for_connections(0);
    }
}

Test(http_server, takes_a_url_for_a_path) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("GET http://agent/v1/status HTTP/1.1\r\nHost: agent\r\n\r\n");
    http.wait_for_answers(*client, 1);
    EXPECT_CONTAINS(client->answers()[0].body, R"("/v1/status")");
}

Test(http_server, forgets_peers_that_go) {
    HttpFixture http;
    auto silent = http.connect();
    auto asking = http.connect();
    asking->send(kHttpServerGet);
    http.wait_for_answers(*asking, 1);
    http.wait_for_connections(2);
    silent.reset();
    asking.reset();
    http.wait_for_connections(0);
}

Test(http_server, a_get_after_a_head_has_its_body) {
    HttpFixture http;
    const auto client = http.connect();
    client->send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    http.wait_for([&] { return client->received().find("\"/2\"") != std::string::npos; }, "a body");
}

Test(http_server, knows_its_own_user_as_a_manager) {
    if (::geteuid() != 0) cr_skip_test("another user is one that manages already");
    cr_assert(::seteuid(12345) == 0);
    HttpFixture http({.connections = 2, .connections_for_managers = 2});
    cr_expect(http.serves());
    cr_assert(::seteuid(0) == 0);
}
