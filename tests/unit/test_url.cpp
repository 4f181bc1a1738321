// SPDX-License-Identifier: Apache-2.0
#include "base/text/url.h"
#include "expect.h"

using agent::Url;

namespace {

struct Good {
    const char* text;
    const char* scheme;
    const char* host;
    int port;
    const char* path;
    const char* query;
};

constexpr Good kGood[] = {
    {"https://app.clio.com/oauth/token", "https", "app.clio.com", 443, "/oauth/token", ""},
    {"http://127.0.0.1:5678/callback", "http", "127.0.0.1", 5678, "/callback", ""},
    {"HTTPS://EU.App.Clio.Com", "https", "eu.app.clio.com", 443, "/", ""},
    {"http://localhost", "http", "localhost", 80, "/", ""},
    {"http://[::1]:8080/a?b=c&d", "http", "::1", 8080, "/a", "b=c&d"},
    {"http://[2001:DB8::1]/", "http", "2001:db8::1", 80, "/", ""},
    {"https://h?q", "https", "h", 443, "/", "q"},
    {"https://h/?", "https", "h", 443, "/", ""},
    {"https://h/a?b?c/d@e:f", "https", "h", 443, "/a", "b?c/d@e:f"},
    {"https://h:65535/%20", "https", "h", 65535, "/%20", ""},
    {"https://xn--bcher-kva.example/", "https", "xn--bcher-kva.example", 443, "/", ""},
};

constexpr const char* kUrlBad[] = {
    "",
    "/oauth/token",
    "app.clio.com",
    "//app.clio.com/",
    "ftp://app.clio.com/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https:/app.clio.com/",
    "https://",
    "https:///path",
    "https://:443/",
    "https://user@host/",
    "https://user:pass@host/",
    "https://app.clio.com@evil.example/",
    "https://host/#fragment",
    "https://host/#",
    "https://host:/",
    "https://host:0/",
    "https://host:65536/",
    "https://host:99999999999999999999/",
    "https://host:-1/",
    "https://host:+1/",
    "https://host:44a/",
    "https://host:1:2/",
    "https://[::1/",
    "https://[]/",
    "https://[127.0.0.1]/",
    "https://[::1]x/",
    "https://[fe80::1%25eth0]/",
    "https://ho st/",
    "https://host/a b",
    "https://host/\ta",
    "https://host/a\nb",
    " https://host/",
    "https://host/ ",
    "https://h%6fst/",
    "https://host/%2",
    "https://host/%zz",
    "https://host\\@evil.example/",
    "https://h\xc3\xb6st/",
    "https://host/\x7f",
    "https://ho*st/",
};

}  // namespace

Test(url, parts) {
    for (const Good& row : kGood) {
        const auto url = Url::parse(row.text);
        cr_assert(url, "%s", row.text);
        EXPECT_TEXT(url->scheme, row.scheme);
        EXPECT_TEXT(url->host, row.host);
        cr_expect(url->port == row.port, "%s: port %d", row.text, url->port);
        EXPECT_TEXT(url->path, row.path);
        EXPECT_TEXT(url->query, row.query);
    }
}

Test(url, refuses_what_is_no_plain_http_url) {
    for (const char* text : kUrlBad) {
        const auto url = Url::parse(text);
        cr_assert_not(url, "%s was accepted", text);
        cr_expect(url.error().code == agent::Error::Code::kBadRequest);
        cr_expect(url.error().message.starts_with("URL: "));
    }
    cr_expect_not(Url::parse("https://host/" + std::string(5000, 'a')));
    cr_expect_not(Url::parse("https://" + std::string(300, 'a') + "/"));
}

Test(url, says_why) {
    EXPECT_CONTAINS(Url::parse("https://user@host/").error().message, "user information");
    EXPECT_CONTAINS(Url::parse("https://host/#x").error().message, "fragment");
    EXPECT_CONTAINS(Url::parse("https://host/a b").error().message, "white space");
    EXPECT_CONTAINS(Url::parse("host/").error().message, "https://");
    EXPECT_CONTAINS(Url::parse("https://host:0/").error().message, "port");
}

Test(url, tells_whether_a_port_was_named) {
    cr_expect(Url::parse("http://127.0.0.1:80/")->has_port);
    cr_expect(Url::parse("http://[::1]:80/")->has_port);
    cr_expect_not(Url::parse("http://127.0.0.1/")->has_port);
    cr_expect_not(Url::parse("http://[::1]/")->has_port);
}

Test(url, loopback) {
    for (const char* host : {"127.0.0.1", "127.255.0.9", "localhost", "LocalHost", "[::1]", "[0:0:0:0:0:0:0:1]"}) {
        cr_expect(Url::parse("http://" + std::string(host) + "/")->is_loopback(), "%s", host);
    }
    // A name that only looks like an address is resolved on connecting, and may lead anywhere.
    for (const char* host :
         {"127.0.0.1.evil.example", "127.evil.example", "127.1", "2130706433", "0.0.0.0", "128.0.0.1",
          "localhost.evil.example", "localhost.", "[::2]", "[::ffff:127.0.0.1]", "app.clio.com"}) {
        cr_expect_not(Url::parse("http://" + std::string(host) + "/")->is_loopback(), "%s", host);
    }
}
