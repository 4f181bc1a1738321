// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/journal.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/fd.h"
#include "expect.h"
#include "io/systemd/log_events.h"

using namespace std::string_literals;
using agent::LogField;
using agent::LogLevel;

namespace {

std::string stream_of(int fd) {
    struct stat status {};
    cr_assert(::fstat(fd, &status) == 0);
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// The journal's socket in a mount namespace of this process's own; the entries go to nobody else.
agent::Fd own_journal() {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0) {
        return {};
    }
    std::filesystem::create_directories("/run/systemd/journal");
    agent::Fd journal(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
    cr_assert(::bind(journal.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return journal;
}

std::string received(const agent::Fd& journal) {
    std::array<char, 4096> text{};
    const ssize_t size = ::recv(journal.get(), text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace

Test(journal, is_where_the_environment_says_if_that_is_still_so) {
    std::array<int, 2> ends{};
    cr_assert(::pipe(ends.data()) == 0);
    ::unsetenv("JOURNAL_STREAM");
    cr_expect_not(agent::is_journal_stream(ends[1]));
    ::setenv("JOURNAL_STREAM", stream_of(ends[1]).c_str(), 1);
    cr_expect(agent::is_journal_stream(ends[1]));
    cr_expect_not(agent::is_journal_stream(STDIN_FILENO), "redirected");
    cr_expect_not(agent::is_journal_stream(-1));
    for (const char* other : {"", ":", "8:1", "nonsense"}) {
        ::setenv("JOURNAL_STREAM", other, 1);
        cr_expect_not(agent::is_journal_stream(ends[1]), "%s", other);
    }
}

Test(journal, fields_of_an_event) {
    const std::array fields = {LogField{"account", "smith-law"}, LogField{"generation", "7"},
                               LogField{"detail", "line one\nline two"}};
    const auto entry = agent::journal_fields({.level = LogLevel::kWarning,
                                              .event = agent::log_event("login_required"),
                                              .text = "login_required account=smith-law",
                                              .fields = fields});
    const std::string id(agent::log_event("login_required")->message_id);
    const std::vector<std::string> expected = {"MESSAGE=login_required account=smith-law",
                                               "PRIORITY=4",
                                               "MESSAGE_ID=" + id,
                                               "CLIO_EVENT=login_required",
                                               "CLIO_ACCOUNT=smith-law",
                                               "CLIO_GENERATION=7",
                                               "CLIO_DETAIL=line one\nline two"};
    cr_expect(entry == expected);
}

Test(journal, fields_of_a_line_about_nothing_in_particular) {
    const std::array fields = {LogField{"in-all", "3"}};
    const auto entry =
        agent::journal_fields({.level = LogLevel::kDebug, .event = nullptr, .text = "hello", .fields = fields});
    cr_expect(entry == std::vector<std::string>({"MESSAGE=hello", "PRIORITY=7", "CLIO_IN_ALL=3"}));
}

Test(journal, gets_entries_by_its_own_protocol) {
    const agent::Fd journal = own_journal();
    if (!journal) cr_skip_test("needs root to start a journal");
    agent::set_log_sink(agent::log_to_journal);
    agent::log(LogLevel::kError, agent::log_event("store_failed"), "the store takes no changes", {{"reason", "a\nb"}});
    const std::string entry = received(journal);
    EXPECT_CONTAINS(entry, "MESSAGE=the store takes no changes reason=\"a\\nb\"\n");
    EXPECT_CONTAINS(entry, "PRIORITY=3\n");
    EXPECT_CONTAINS(entry, "SYSLOG_IDENTIFIER=");
    // A value with a line break goes with its length, 64 bits, little-endian.
    EXPECT_CONTAINS(entry, "CLIO_REASON\n\3\0\0\0\0\0\0\0a\nb\n"s);
    cr_expect(entry.find("CODE_") == std::string::npos);
}

Test(journal, that_is_not_there_takes_nothing) {
    const agent::Fd journal = own_journal();
    if (!journal) cr_skip_test("needs root, for a place without a journal");
    ::unlink("/run/systemd/journal/socket");
    cr_expect_not(agent::log_to_journal({.level = LogLevel::kInfo, .event = nullptr, .text = "hello", .fields = {}}));
}
