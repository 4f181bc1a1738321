// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace agent {

Result<void> protect_memory() {
    const rlimit none{0, 0};
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0) {
        return fail(Error::Code::kInternal, std::string("process: cannot forbid core dumps: ") + std::strerror(errno));
    }
    return {};
}

void forget_harmful_variables() noexcept {
    for (const char* name : {"SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_ENGINES",
                             "OPENSSL_MODULES", "SQLITE_TMPDIR"})
        ::unsetenv(name);
}

void ignore_write_signals() noexcept {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

std::size_t raise_descriptor_limit(std::size_t wanted) noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;

    const rlimit raised{wanted, std::max<rlim_t>(limit.rlim_max, wanted)};  // only root may raise the hard limit
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return wanted;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace agent
