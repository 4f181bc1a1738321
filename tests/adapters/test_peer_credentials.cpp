// SPDX-License-Identifier: Apache-2.0
#include "io/server/peer_credentials.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "expect.h"

Test(peer_credentials, of_oneself) {
    int pair[2];
    cr_assert(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    const agent::Fd near(pair[0]);
    const agent::Fd far(pair[1]);
    const auto peer = agent::peer_of(near.get());
    cr_assert(peer.has_value());
    cr_expect(peer->uid == ::geteuid() && peer->gid == ::getegid() && peer->pid == ::getpid());
}

Test(peer_credentials, of_what_is_no_socket) {
    const auto peer = agent::peer_of(-1);
    cr_assert(!peer);
    EXPECT_CONTAINS(peer.error().message, "SO_PEERCRED");
}

Test(peer_credentials, check) {
    const auto checked = agent::check_peer_credentials();
    cr_expect(checked.has_value() == (::geteuid() != 65534));
}

Test(peer_credentials, check_refuses_the_user_of_all_unnamed_users) {
    if (::geteuid() != 0) cr_skip_test("only root can be somebody else");
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
        const auto checked = agent::check_peer_credentials();
        ::_exit(!checked && checked.error().message.find("65534") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    cr_expect(::waitpid(child, &status, 0) == child && status == 0);
}
