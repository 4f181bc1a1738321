// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "expect.h"
#include "fakes/service_manager.h"
#include "io/systemd/notify.h"

Test(process, keeps_its_memory_to_itself) {
    cr_assert(agent::protect_memory());
    cr_expect(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    rlimit core{};
    cr_assert(::getrlimit(RLIMIT_CORE, &core) == 0);
    cr_expect(core.rlim_cur == 0 && core.rlim_max == 0);
}

Test(process, outlives_a_write_to_nobody) {
    agent::ignore_write_signals();
    std::array<int, 2> ends{};
    cr_assert(::pipe(ends.data()) == 0);
    ::close(ends[0]);
    cr_expect(::write(ends[1], "x", 1) == -1 && errno == EPIPE);
}

Test(process, raises_the_limit_on_descriptors_as_far_as_it_may) {
    const rlimit low{64, 128};
    cr_assert(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    cr_expect(agent::raise_descriptor_limit(32) == 64, "never lowers it");
    cr_expect(agent::raise_descriptor_limit(100) == 100);
    const std::size_t raised = agent::raise_descriptor_limit(1000);
    rlimit now{};
    cr_assert(::getrlimit(RLIMIT_NOFILE, &now) == 0);
    cr_expect(raised == now.rlim_cur);
    cr_expect(raised == 128 || raised == 1000, "the hard limit yields only to CAP_SYS_RESOURCE");
}

Test(notify, tells_the_service_manager_in_one_datagram) {
    fakes::ServiceManager manager;
    agent::notify_ready("2 accounts");
    EXPECT_TEXT(manager.told(), "READY=1\nSTATUS=2 accounts");
    agent::notify_status("disk full\nREADY=1");
    EXPECT_TEXT(manager.told(), "STATUS=disk full");
    agent::notify_extend_timeout(std::chrono::milliseconds(1500));
    EXPECT_TEXT(manager.told(), "EXTEND_TIMEOUT_USEC=1500000");
    agent::notify_alive();
    EXPECT_TEXT(manager.told(), "WATCHDOG=1");
    agent::notify_stopping();
    EXPECT_TEXT(manager.told(), "STOPPING=1");
    ::unsetenv("NOTIFY_SOCKET");
    agent::notify_ready("nobody listens");
    EXPECT_TEXT(manager.told(), "");
}

Test(notify, knows_how_often_the_service_manager_asks) {
    ::unsetenv("WATCHDOG_USEC");
    cr_expect_not(agent::watchdog_interval());
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    cr_expect(agent::watchdog_interval() == std::chrono::seconds(30));
    ::setenv("WATCHDOG_PID", "1", 1);
    cr_expect_not(agent::watchdog_interval(), "it asks after another process");
}

Test(process, forgets_variables_that_give_secrets_away) {
    for (const char* name : {"SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES"}) ::setenv(name, "/tmp/x", 1);
    ::setenv("CLIO_KEPT", "x", 1);
    agent::forget_harmful_variables();
    for (const char* name : {"SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES"}) cr_expect(::getenv(name) == nullptr);
    cr_expect(::getenv("CLIO_KEPT") != nullptr);
}
