// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_trust.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "base/fd.h"
#include "expect.h"

using namespace agent;

namespace {

constexpr uid_t kCaller = 1000;
constexpr uid_t kStranger = 1001;
constexpr uid_t kService = 998;
constexpr uid_t kDynamicService = 61500;
constexpr mode_t kSticky = 01777;

struct SocketTrustRow {
    Placement placement;
    const char* reason;  // null when it is to be trusted
};

/// A temporary directory with a listening socket.
class Place {
  public:
    Place() {
        cr_assert(::mkdtemp(directory_) != nullptr);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket().copy(address.sun_path, sizeof address.sun_path - 1);
        cr_assert(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Place() { std::filesystem::remove_all(directory_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] std::string path(const char* name) const { return std::string(directory_) + '/' + name; }
    [[nodiscard]] std::string socket() const { return path("agent.sock"); }
    void allow(mode_t mode) const { cr_assert(::chmod(directory_, mode) == 0); }

  private:
    char directory_[32] = "/tmp/socket-trust-XXXXXX";
    Fd fd_{::socket(AF_UNIX, SOCK_STREAM, 0)};
};

std::string outcome(const std::string& path) {
    const Reply<void> checked = check_socket(path);
    return checked ? "trusted" : checked.error().code + ": " + checked.error().detail;
}

}  // namespace

Test(socket_trust, who_placed_it) {
    const SocketTrustRow rows[] = {
        {{kCaller, 0700, kCaller}, nullptr},
        {{0, 0755, 0}, nullptr},
        {{0, 0755, kService}, nullptr},
        {{0, 0755, kStranger}, nullptr},  // root made the entry for them
        {{kService, 0755, kService}, nullptr},
        {{kDynamicService, 0750, kDynamicService}, nullptr},
        {{0, kSticky, kCaller}, nullptr},
        {{0, kSticky, 0}, nullptr},
        {{kStranger, 0700, kStranger}, "its directory belongs to user 1001"},
        {{kStranger, 0755, kCaller}, "its directory belongs to user 1001"},
        {{65534, 0755, 65534}, "its directory belongs to user 65534"},
        {{kCaller, 0770, kCaller}, "others can write to its directory"},
        {{kCaller, 0777, kCaller}, "others can write to its directory"},
        {{0, 0775, 0}, "others can write to its directory"},
        {{0, kSticky, kStranger}, "user 1001 placed it in a directory that anyone can write to"},
        {{0, kSticky, kService}, "user 998 placed it in a directory that anyone can write to"},
        {{kStranger, kSticky, kCaller}, "its directory belongs to user 1001"},
    };
    for (const SocketTrustRow& row : rows) {
        EXPECT_TEXT(reason_for_distrust(row.placement, kCaller).value_or("trusted"),
                    row.reason == nullptr ? "trusted" : row.reason);
    }
}

Test(socket_trust, root_trusts_no_person) {
    cr_expect(
        reason_for_distrust({.directory_owner = kCaller, .directory_mode = 0700, .owner = kCaller}, 0).has_value());
}

Test(socket_trust, real_sockets) {
    const Place place;
    EXPECT_TEXT(outcome(place.socket()), "trusted");
    EXPECT_CONTAINS(outcome(place.path("nothing")), "no_agent: ");
    EXPECT_CONTAINS(outcome(place.path("no/directory")), "no_agent: ");
    place.allow(0777);
    EXPECT_CONTAINS(outcome(place.socket()), "forbidden: ");
    place.allow(kSticky);
    EXPECT_TEXT(outcome(place.socket()), "trusted");
}

Test(socket_trust, other_files) {
    const Place place;
    cr_assert(Fd(::open(place.path("file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)).get() >= 0);
    EXPECT_CONTAINS(outcome(place.path("file")), "not a socket");
    EXPECT_CONTAINS(outcome("/"), "forbidden: ");
}

Test(socket_trust, links_are_judged_at_both_ends) {
    const Place here;
    const Place there;
    cr_assert(::symlink(there.socket().c_str(), here.path("link").c_str()) == 0);
    cr_assert(::symlink("nowhere", here.path("dangling").c_str()) == 0);
    EXPECT_TEXT(outcome(here.path("link")), "trusted");
    EXPECT_CONTAINS(outcome(here.path("dangling")), "no_agent: ");
    there.allow(0777);
    EXPECT_CONTAINS(outcome(here.path("link")), "forbidden: ");
    there.allow(0700);
    here.allow(0777);
    EXPECT_CONTAINS(outcome(here.path("link")), "forbidden: ");
}
