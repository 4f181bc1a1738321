// SPDX-License-Identifier: Apache-2.0
// Whose browsers the redirect listener takes.
#include <sys/fsuid.h>

#include <cstdio>

#include "fakes/no_descriptors.h"
#include "fakes/no_threads.h"
#include "fakes/redirect_stage.h"

using fakes::RawClient;
using Fixture = fakes::RedirectStage;

namespace {

constexpr uid_t kStranger = 64321;

/// While it lives, sockets that are made are another user's. Only root can do that.
struct AsStranger {
    AsStranger() { ::setfsuid(kStranger); }
    ~AsStranger() { ::setfsuid(::geteuid()); }
    AsStranger(const AsStranger&) = delete;
    AsStranger& operator=(const AsStranger&) = delete;
};

bool only_root_can_do_this() {
    if (::geteuid() == 0) return false;
    std::fputs("skipped: only root can be another user\n", stderr);
    return true;
}

}  // namespace

TestSuite(redirect_users, .timeout = 60);

Test(redirect_users, takes_a_browser_of_the_expected_user_only) {
    if (only_root_can_do_this()) return;
    for (const char* const address : {"127.0.0.1", "::1"}) {
        Fixture f;
        f.start("localhost");
        const std::string request =
            "GET /callback?code=c HTTP/1.1\r\nHost: localhost:" + std::to_string(f.port) + "\r\n\r\n";
        RawClient* stranger = nullptr;
        {
            const AsStranger stranger_now;
            stranger = &f.ask(request, address);
        }
        f.expect_page(*stranger, "HTTP/1.1 403 ");
        EXPECT_CONTAINS(stranger->received(), "another user of this machine");
        cr_expect(f.queries.empty());
        f.ask(request, address);
        cr_expect(f.until_asked());

        f.expected = kStranger;
        {
            const AsStranger stranger_now;
            f.ask(request, address);
        }
        cr_expect(f.until_asked(2));
    }
}

Test(redirect_users, knows_a_socket_of_ipv6_that_talks_ipv4) {
    Fixture f;
    f.start();
    f.ask(f.request("/callback?code=c"), "::ffff:127.0.0.1");
    cr_expect(f.until_asked());
}

Test(redirect_users, turns_away_a_browser_that_it_has_no_thread_to_know) {
    Fixture f;
    f.start();
    {
        const fakes::NoThreads no_threads;
        f.expect_page(f.ask(f.request("/callback?code=c")), "HTTP/1.1 403 ");
        cr_expect(f.queries.empty());
    }
    f.ask(f.request("/callback?code=d"));
    cr_expect(f.until_asked());
}

Test(redirect_users, is_not_kept_from_a_browser_by_another_user) {
    if (only_root_can_do_this()) return;
    Fixture f;
    f.start();
    RawClient& browser = f.connect();
    cr_assert(fakes::run_until(f.loop, [&] { return browser.connected(); }));
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(50)));  // it is known by then
    {
        const AsStranger stranger_now;
        for (int i = 0; i < 100; ++i) f.connect();
    }
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(50)));
    browser.send(f.request("/callback?code=c"));
    cr_expect(f.until_asked(), "others have pushed it out");
    f.ask(f.request("/callback?code=d"));
    cr_expect(f.until_asked(2));
}

Test(redirect_users, does_not_take_a_closed_connection_for_roots) {
    if (only_root_can_do_this()) return;
    Fixture f;
    f.start();
    {
        const AsStranger stranger_now;
        f.ask(f.request("/callback?code=c"));
    }
    RawClient& leaving = f.clients.back();
    cr_assert(fakes::run_until(f.loop, [&] { return leaving.connected(); }));
    f.clients.pop_back();
    static_cast<void>(fakes::turns_within(f.loop, std::chrono::milliseconds(200)));
    cr_expect(f.queries.empty());
}

Test(redirect_users, of_one_path_do_not_come_in_by_another) {
    if (only_root_can_do_this()) return;
    Fixture f;
    f.start();
    agent::Url other = f.uri();
    other.path = "/other";
    int visits = 0;
    const auto strangers = f.listener.listen(
        other, [](std::uint32_t user) { return user == kStranger; },
        [&](const agent::BrowserVisit& visit, const agent::RedirectListener::Respond& respond) {
            cr_expect(visit.user == kStranger, "of user %u", visit.user);
            ++visits;
            respond({.kind = agent::BrowserPage::Kind::kDeclined, .account = {}, .user = {}, .reason = {}});
        });
    cr_assert(strangers.has_value());
    const RawClient& own = f.ask(f.request("/other?code=o"));
    f.expect_page(own, "HTTP/1.1 403 ");
    RawClient* stranger = nullptr;
    {
        const AsStranger stranger_now;
        stranger = &f.ask(f.request("/callback?code=c"));
    }
    f.expect_page(*stranger, "HTTP/1.1 403 ");
    cr_expect(visits == 0 && f.queries.empty());
}
