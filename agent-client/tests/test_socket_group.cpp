// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_group.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "expect.h"
#include "unit/temp_dir.h"

using namespace agent;

Test(socket_group, advice) {
    EXPECT_TEXT(advice_when_refused(std::nullopt), "");
    EXPECT_TEXT(advice_when_refused(SocketGroup{.name = "clio", .user = "alice", .is_in_force = true}), "");
    EXPECT_TEXT(advice_when_refused(SocketGroup{.name = "clio", .user = "alice"}),
                "; let root put you into its group: usermod --append --groups clio alice, then log out and in again");
    EXPECT_TEXT(advice_when_refused(SocketGroup{.name = "clio", .user = "alice", .is_listed = true}),
                "; log out and in again: this session began before you were in the group clio");
}

Test(socket_group, is_read_from_the_socket) {
    const TempDir folder;
    const std::string path = folder / "agent.sock";
    cr_expect_not(group_of_socket(path));

    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    cr_assert(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::chmod(path.c_str(), 0600);
    cr_expect_not(group_of_socket(path), "only its owner may connect");
    ::chmod(path.c_str(), 0660);
    const auto group = group_of_socket(path);
    cr_assert(group && group->is_in_force, "it has our group");
}
