// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/redirect_request.h"

#include "expect.h"

using agent::Url;

namespace {

struct RedirectRequestRow {
    const char* redirect_uri;
    const char* head;
    int refused;        // 0: not
    const char* query;  // where it is not refused
};

constexpr const char* kV4 = "http://127.0.0.1:5678/callback";

constexpr RedirectRequestRow kRedirectRequestRows[] = {
    {kV4, "GET /callback?code=c&state=s HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 0, "code=c&state=s"},
    {kV4, "GET /callback?a?b HTTP/1.0\r\nAccept: */*\r\nhOsT:\t127.0.0.1:5678 \r\n\r\n", 0, "a?b"},
    {kV4, "GET /callback HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 0, ""},
    {"http://localhost:5678/cb/", "GET /cb/?x HTTP/1.1\r\nHost: LocalHost:5678\r\n\r\n", 0, "x"},
    {"http://[::1]:5678/", "GET /?x HTTP/1.1\r\nHost: [::1]:5678\r\n\r\n", 0, "x"},
    {"http://127.0.0.1/cb", "GET /cb?x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0, "x"},
    {"http://127.0.0.1/cb", "GET /cb?x HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 0, "x"},
    {kV4, "GET /clio-agent/start?ticket HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 0, "start:ticket"},
    {"http://localhost:5678/", "GET /clio-agent/start?t HTTP/1.1\r\nHost: localhost:5678\r\n\r\n", 0, "start:t"},
    {kV4, "GET /clio-agent/start?t HTTP/1.1\r\nHost: evil.example:5678\r\n\r\n", 421, ""},
    {kV4, "HEAD /clio-agent/start?t HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 405, ""},
    // Another path.
    {kV4, "GET / HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 404, ""},
    {kV4, "GET /callback/?code=c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 404, ""},
    {kV4, "GET /Callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 404, ""},
    {kV4, "GET /callback%3fcode HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 404, ""},
    {kV4, "GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 404, ""},
    // Another method.
    {kV4, "POST /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 405, ""},
    {kV4, "get /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 405, ""},
    {kV4, "HEAD /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 405, ""},
    // A browser that prepares a visit.
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nSec-Purpose: prefetch\r\n\r\n", 503, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nSec-Purpose: prefetch;prerender\r\n\r\n", 503, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nPurpose:Prefetch\r\n\r\n", 503, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nX-Moz: prefetch\r\nHost: 127.0.0.1:5678\r\n\r\n", 503, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nX-Purpose: preview\r\n\r\n", 503, ""},
    {kV4, "GET /clio-agent/start?t HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nPurpose: prefetch\r\n\r\n", 503, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nPurpose: navigation\r\n\r\n", 0, "c"},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nX-Note: prefetch\r\n\r\n", 0, "c"},
    // Another host: the page of a stranger who pointed his name at this machine.
    {kV4, "GET /callback?code=c HTTP/1.1\r\nHost: evil.example:5678\r\n\r\n", 421, ""},
    {kV4, "GET /callback?code=c HTTP/1.1\r\nHost: localhost:5678\r\n\r\n", 421, ""},
    {kV4, "GET /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 421, ""},
    {kV4, "GET /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:56789\r\n\r\n", 421, ""},
    {kV4, "GET /callback?code=c HTTP/1.1\r\nHost:\r\n\r\n", 421, ""},
    // Not what RFC 9112 calls a request.
    {kV4, "GET /callback?code=c HTTP/1.1\r\n\r\n", 400, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\nHost: 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "GET /callback?c HTTP/1.1\r\nHost : 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "GET http://127.0.0.1:5678/callback?c HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "GET /callback?c HTTP/2.0\r\nHost: 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "GET /callback?a b HTTP/1.1\r\nHost: 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "GET /callback?c\r\nHost: 127.0.0.1:5678\r\n\r\n", 400, ""},
    {kV4, "\r\n\r\n", 400, ""},
    {kV4, "", 400, ""},
    {kV4, "\x16\x03\x01 / HTTP/1.1\r\n\r\n", 400, ""},
};

}  // namespace

Test(redirect_request, is_read_or_refused) {
    for (const RedirectRequestRow& row : kRedirectRequestRows) {
        const auto read = agent::read_redirect_request(row.head, *Url::parse(row.redirect_uri));
        const int* const refused = std::get_if<int>(&read);
        cr_expect((refused == nullptr ? 0 : *refused) == row.refused, "%s", row.head);
        if (refused != nullptr) continue;
        const auto& visit = std::get<agent::BrowserVisit>(read);
        EXPECT_TEXT((visit.kind == agent::BrowserVisit::Kind::kStart ? "start:" : "") + visit.query, row.query);
    }
}

Test(redirect_request, ends_with_a_blank_line) {
    cr_expect_not(agent::end_of_head(""));
    cr_expect_not(agent::end_of_head("GET / HTTP/1.1\r\nHost: a\r\n"));
    cr_expect_not(agent::end_of_head("GET / HTTP/1.1\n\n"));
    cr_expect(agent::end_of_head("GET / HTTP/1.1\r\n\r\nmore") == 18U);
}
