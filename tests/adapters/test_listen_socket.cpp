// SPDX-License-Identifier: Apache-2.0
#include "io/server/listen_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrier>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "expect.h"
#include "fakes/files.h"
#include "fakes/temporary_directory.h"

using agent::Error;
using agent::Fd;
using agent::ListenSocket;
using agent::Result;
namespace fs = std::filesystem;
using fakes::mode_of;

namespace {

Fd make_socket(int type = SOCK_STREAM) {
    return Fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
}

/// A path that begins with @ means an abstract socket, as in unix(7).
sockaddr_un address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.string().size() + 1);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    return address;
}

Fd bound(const fs::path& path, int type = SOCK_STREAM) {
    Fd fd = make_socket(type);
    const sockaddr_un address = address_of(path);
    cr_assert(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    if (type == SOCK_STREAM) cr_assert(::listen(fd.get(), 1) == 0);
    return fd;
}

bool answers(const fs::path& path) {
    const Fd fd = make_socket();
    const sockaddr_un address = address_of(path);
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void expect_refused(const Result<ListenSocket>& opened, Error::Code code, const char* reason) {
    cr_assert_not(opened);
    cr_expect(opened.error().code == code, "%s", opened.error().message.c_str());
    EXPECT_CONTAINS(opened.error().message, reason);
}

/// What open() does in a process that was started with these descriptors from 3 on, as systemd would: `check` is told.
template <class Check>
void open_when_passed(const std::vector<Fd>& passed, const fs::path& path, Check check, const char* names = nullptr) {
    const pid_t child = ::fork();
    if (child == 0) {
        int next = 3;
        for (const Fd& fd : passed) ::dup2(fd.get(), next++);
        ::setenv("LISTEN_FDS", std::to_string(passed.size()).c_str(), 1);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        if (names != nullptr) ::setenv("LISTEN_FDNAMES", names, 1);
        bool is_right = false;
        {
            auto descriptors = agent::take_passed_descriptors();
            const auto socket = ListenSocket::open(path, *std::move(descriptors));
            is_right = check(socket);
        }
        ::_exit(is_right ? 0 : 1);
    }
    int status = -1;
    cr_assert(::waitpid(child, &status, 0) == child);
    cr_expect(status == 0);
}

struct ListenSocketFixture {
    fakes::TemporaryDirectory directory;
    fs::path path = directory / "cliod/agent.sock";
};

}  // namespace

Test(listen_socket, is_private_and_listens) {
    ListenSocketFixture f;
    ::umask(0);
    {
        const auto socket = ListenSocket::open(f.path);
        cr_assert(socket, "%s", socket.error().message.c_str());
        cr_expect_not(socket->from_systemd());
        EXPECT_TEXT(socket->path(), f.path.string());
        cr_expect(mode_of(f.path) == 0600);
        cr_expect(mode_of(f.path.parent_path()) == 0700);
        cr_expect((::fcntl(socket->fd(), F_GETFL) & O_NONBLOCK) != 0);
        cr_expect((::fcntl(socket->fd(), F_GETFD) & FD_CLOEXEC) != 0);
        cr_expect(answers(f.path));
    }
    cr_expect(fs::is_empty(f.path.parent_path()), "nothing is left behind");
}

Test(listen_socket, takes_the_place_of_a_dead_one) {
    ListenSocketFixture f;
    fs::create_directory(f.path.parent_path());
    bound(f.path).reset();
    cr_assert(fs::is_socket(f.path) && !answers(f.path));
    bound(f.path.string() + "~").reset();  // of one that died while it started
    const auto socket = ListenSocket::open(f.path);
    cr_assert(socket, "%s", socket.error().message.c_str());
    cr_expect(answers(f.path));
}

Test(listen_socket, respects_a_live_one) {
    ListenSocketFixture f;
    const auto first = ListenSocket::open(f.path);
    cr_assert(first);
    expect_refused(ListenSocket::open(f.path), Error::Code::kConflict, "an agent is already running there");
    cr_expect(answers(f.path));
}

Test(listen_socket, respects_one_that_is_too_busy_to_answer) {
    ListenSocketFixture f;
    fs::create_directory(f.path.parent_path());
    const Fd busy = make_socket();
    const sockaddr_un address = address_of(f.path);
    cr_assert(::bind(busy.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    cr_assert(::listen(busy.get(), 0) == 0);
    cr_assert(answers(f.path));  // stays in the backlog, which is full now
    expect_refused(ListenSocket::open(f.path), Error::Code::kConflict, "already running");
}

Test(listen_socket, touches_nothing_that_is_no_socket) {
    ListenSocketFixture f;
    fs::create_directory(f.path.parent_path());
    std::ofstream(f.path) << "precious";
    expect_refused(ListenSocket::open(f.path), Error::Code::kConflict, "not a socket");
    cr_expect(fs::file_size(f.path) == 8);

    fs::rename(f.path, f.path.string() + "~");
    expect_refused(ListenSocket::open(f.path), Error::Code::kConflict,
                   "agent.sock~: there is a file that is not a socket");
    cr_expect(fs::file_size(f.path.string() + "~") == 8);
}

Test(listen_socket, removes_only_what_it_made) {
    ListenSocketFixture f;
    std::optional<ListenSocket> socket = ListenSocket::open(f.path).value();
    fs::remove(f.path);
    const Fd successor = bound(f.path);
    socket.reset();
    cr_expect(answers(f.path));
}

Test(listen_socket, says_what_is_wrong_with_a_path) {
    ListenSocketFixture f;
    expect_refused(ListenSocket::open(f.directory / std::string(100, 'x').c_str()), Error::Code::kBadRequest,
                   "too long for a socket's path");
    expect_refused(ListenSocket::open(f.directory / "a/b/agent.sock"), Error::Code::kInternal,
                   "No such file or directory");
}

Test(listen_socket, says_why_a_folder_cannot_be_made) {
    if (::geteuid() == 0) cr_assert(::setuid(65000) == 0);
    expect_refused(ListenSocket::open("/cliod/agent.sock"), Error::Code::kInternal, "Permission denied");
}

Test(listen_socket, of_systemd_is_used_and_nothing_bound_beside_it) {
    ListenSocketFixture f;
    const fs::path place = f.directory / "passed.sock";
    std::vector<Fd> passed;
    passed.push_back(bound(place));
    open_when_passed(passed, f.path, [&](const Result<ListenSocket>& socket) {
        return socket && socket->from_systemd() && socket->path() == place.string() &&
               (::fcntl(socket->fd(), F_GETFL) & O_NONBLOCK) != 0 && answers(place);
    });
    cr_expect_not(fs::exists(f.path));
    cr_expect(fs::exists(place), "it is not ours to remove");
}

Test(listen_socket, of_systemd_must_be_the_right_one) {
    ListenSocketFixture f;
    const auto is_refused = [](const Result<ListenSocket>& socket) {
        return !socket && socket.error().code == Error::Code::kBadRequest &&
               socket.error().message.find("expected exactly one ListenStream=") != std::string::npos;
    };
    std::vector<std::vector<Fd>> wrong(5);
    wrong[0].push_back(bound(f.directory / "datagram.sock", SOCK_DGRAM));
    wrong[1].push_back(make_socket());
    wrong[2].push_back(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    wrong[3].push_back(bound(f.directory / "first.sock"));
    wrong[3].push_back(bound(f.directory / "second.sock"));
    wrong[4].push_back(bound("@clio-agent-test-" + std::to_string(::getpid())));  // open to everybody
    for (const auto& passed : wrong) open_when_passed(passed, f.path, is_refused);
    cr_expect_not(fs::exists(f.path));
}

Test(listen_socket, of_systemd_must_have_the_right_name_if_it_has_one) {
    ListenSocketFixture f;
    std::vector<Fd> passed;
    passed.push_back(bound(f.directory / "passed.sock"));
    open_when_passed(
        passed, f.path, [](const Result<ListenSocket>& socket) { return socket.has_value(); }, "agent");
    open_when_passed(
        passed, f.path,
        [](const Result<ListenSocket>& socket) {
            return !socket && socket.error().message.find("expected FileDescriptorName=agent") != std::string::npos;
        },
        "metrics");
    cr_expect_not(fs::exists(f.path));
}

Test(listen_socket, of_many_that_start_at_once_one_has_it) {
    constexpr int kRounds = 50;
    constexpr int kStarts = 8;
    const fakes::TemporaryDirectory directory;
    for (int round = 0; round < kRounds; ++round) {
        const fs::path path = directory / (std::to_string(round) + ".sock").c_str();
        bound(path);  // and its owner has gone
        std::barrier together(kStarts);
        std::vector<std::optional<Result<ListenSocket>>> opened(kStarts);
        std::vector<std::thread> starts;
        for (auto& one : opened) {
            starts.emplace_back([&] {
                together.arrive_and_wait();
                one.emplace(ListenSocket::open(path));
            });
        }
        for (std::thread& start : starts) start.join();
        int have_it = 0;
        for (const auto& one : opened) {
            const Result<ListenSocket>& result = *one;
            have_it += result ? 1 : 0;
            if (!result) EXPECT_CONTAINS(result.error().message, "an agent is already running there");
        }
        cr_assert(have_it == 1, "round %d: %d of them", round, have_it);
        cr_expect(answers(path));
    }
}

Test(listen_socket, waits_for_no_lock_that_others_can_hold) {
    const ListenSocketFixture f;
    fs::create_directory(f.path.parent_path());
    const Fd held(::open(f.path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    cr_assert(::flock(held.get(), LOCK_EX) == 0);
    cr_expect(ListenSocket::open(f.path).has_value());

    const std::string lock = f.path.string() + ".lock";
    std::ofstream(lock).close();
    cr_assert(::chmod(lock.c_str(), 0666) == 0);
    expect_refused(ListenSocket::open(f.path), Error::Code::kForbidden, "others could hold this lock");
}
