// SPDX-License-Identifier: Apache-2.0
#include "io/server/peer_credentials.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "base/fd.h"

namespace agent {

namespace {

tl::unexpected<Error> failed(const std::string& reason) {
    return fail(Error::Code::kInternal, "peer credentials: " + reason);
}

uid_t overflow_uid() {
    uid_t uid = 65534;
    std::ifstream("/proc/sys/kernel/overflowuid") >> uid;
    return uid;
}

}  // namespace

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return failed("SO_PEERCRED: " + std::generic_category().message(errno));
    }
    return Peer{.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
}

Result<void> check_peer_credentials() {
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return failed("socketpair: " + std::generic_category().message(errno));
    }
    const Fd near(pair[0]);
    const Fd far(pair[1]);
    AGENT_TRY(const Peer self, peer_of(near.get()));

    const uid_t uid = ::geteuid();
    if (self.uid != uid) {
        return failed("this process runs as uid " + std::to_string(uid) + ", but is seen as uid " +
                      std::to_string(self.uid));
    }
    if (uid == overflow_uid()) {
        return failed("uid " + std::to_string(uid) +
                      " stands for every user that is not mapped into a user namespace; " +
                      "run the daemon as another user");
    }
    return {};
}

}  // namespace agent
