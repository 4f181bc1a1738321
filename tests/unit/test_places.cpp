// SPDX-License-Identifier: Apache-2.0
#include "app/start/places.h"

#include <unistd.h>

#include <cstdlib>

#include "expect.h"

namespace {

void set(const char* variable, const char* value) {
    if (value == nullptr) {
        ::unsetenv(variable);
    } else {
        ::setenv(variable, value, /*overwrite=*/1);
    }
}

}  // namespace

Test(places, configuration) {
    struct Row {
        const char* xdg;
        const char* home;
        const char* first;  // null: only the system's
    };
    constexpr Row kRows[] = {
        {"/x", "/h", "/x/cliod/cliod.json"},
        {nullptr, "/h", "/h/.config/cliod/cliod.json"},
        {"", "/h", "/h/.config/cliod/cliod.json"},
        {"relative", "/h", "/h/.config/cliod/cliod.json"},
        {nullptr, nullptr, nullptr},
        {nullptr, "h", nullptr},
    };
    for (const Row& row : kRows) {
        set("XDG_RUNTIME_DIR", nullptr);
        set("XDG_CONFIG_HOME", row.xdg);
        set("HOME", row.home);
        const auto places = agent::config_places();
        cr_assert(places.size() == (row.first == nullptr ? 1 : 2));
        if (row.first != nullptr) EXPECT_TEXT(places[0], row.first);
        EXPECT_TEXT(places.back(), "/etc/cliod/cliod.json");
    }
}

Test(places, configuration_of_the_system_is_not_for_a_session) {
    set("XDG_CONFIG_HOME", "/x");
    for (const bool is_root : {true, false}) {
        if (!is_root && ::geteuid() == 0) cr_assert(::setuid(65000) == 0);
        if (is_root != (::geteuid() == 0)) continue;  // not run as root
        set("XDG_RUNTIME_DIR", "/run/of-nobody-yet");
        cr_expect(agent::config_places().size() == (is_root ? 2 : 1));
        set("XDG_RUNTIME_DIR", nullptr);
        cr_expect(agent::config_places().size() == 2);
    }
}

Test(places, state) {
    struct Row {
        const char* service;
        const char* xdg;
        const char* home;
        const char* place;  // null: none
    };
    constexpr Row kRows[] = {
        {"/var/lib/cliod", "/x", "/h", "/var/lib/cliod"},
        {"/var/lib/cliod:/var/lib/more", nullptr, nullptr, "/var/lib/cliod"},
        {"", "/x", "/h", "/x/cliod"},
        {nullptr, "/x", "/h", "/x/cliod"},
        {nullptr, nullptr, "/h", "/h/.local/state/cliod"},
        {nullptr, "relative", "/h", "/h/.local/state/cliod"},
        {nullptr, nullptr, nullptr, nullptr},
    };
    for (const Row& row : kRows) {
        set("STATE_DIRECTORY", row.service);
        set("XDG_STATE_HOME", row.xdg);
        set("HOME", row.home);
        const auto place = agent::state_place();
        cr_expect(place.has_value() == (row.place != nullptr));
        if (place && row.place != nullptr) EXPECT_TEXT(*place, row.place);
        if (!place) EXPECT_CONTAINS(place.error().message, "--state-dir");
    }
}

Test(places, socket) {
    struct Row {
        const char* xdg;
        const char* place;
    };
    constexpr Row kRows[] = {
        {"/run/user/1000", "/run/user/1000/cliod/agent.sock"},
        {nullptr, "/run/cliod/agent.sock"},
        {"", "/run/cliod/agent.sock"},
        {"relative", "/run/cliod/agent.sock"},
    };
    for (const Row& row : kRows) {
        set("XDG_RUNTIME_DIR", row.xdg);
        if (::geteuid() == 0) EXPECT_TEXT(agent::socket_place().value(), row.place);
    }
}

Test(places, socket_of_a_user) {
    if (::geteuid() == 0) cr_assert(::setuid(65000) == 0);
    set("XDG_RUNTIME_DIR", "/run/of-nobody-yet");
    EXPECT_TEXT(agent::socket_place().value(), "/run/of-nobody-yet/cliod/agent.sock");
    for (const char* none :
         {static_cast<const char*>(nullptr), "", "relative", "/root"}) {  // /root is root's, as after su
        set("XDG_RUNTIME_DIR", none);
        const auto place = agent::socket_place();
        if (::geteuid() != 65000) {
            cr_expect(!place || place->starts_with("/run/user/"), "where there is a session");
        } else {
            cr_assert_not(place);
            EXPECT_TEXT(place.error().message,
                        "socket: XDG_RUNTIME_DIR is not set, and there is no /run/user/65000; choose a place with "
                        "--socket PATH");
        }
    }
}
