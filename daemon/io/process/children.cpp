// SPDX-License-Identifier: Apache-2.0
#include "io/process/children.h"

#include <sys/wait.h>

#include <csignal>
#include <utility>

namespace agent {

Children::Children(EventLoop& loop) : signal_(loop, SIGCHLD, [this] { reap(); }) {}

void Children::watch(pid_t child, Ended ended) {
    watched_.insert_or_assign(child, std::move(ended));
}

void Children::forget(pid_t child) {
    watched_.erase(child);
}

void Children::reap() {
    int status = 0;
    for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        const auto found = watched_.find(child);
        if (found == watched_.end()) continue;
        const Ended ended = std::move(found->second);
        watched_.erase(found);
        ended(status);
    }
}

}  // namespace agent
