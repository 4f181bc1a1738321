// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/log_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "expect.h"
#include "fakes/temporary_directory.h"

namespace {

std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

}  // namespace

Test(log_file, is_private_and_appended_to) {
    const fakes::TemporaryDirectory directory;
    const std::string path = directory / "log";
    for (const char* text : {"first", "second"}) {
        cr_assert(agent::log_to_file(path));
        agent::log(agent::LogLevel::kNotice, text);
    }
    const auto lines = lines_of(path);
    cr_assert(lines.size() == 2);
    EXPECT_CONTAINS(lines[0], "notice first");
    EXPECT_CONTAINS(lines[1], "notice second");
    struct stat status {};
    cr_assert(::stat(path.c_str(), &status) == 0);
    cr_expect((status.st_mode & 07777) == 0600);
}

Test(log_file, cannot_be_opened) {
    const fakes::TemporaryDirectory directory;
    const auto refused = agent::log_to_file(directory / "nosuch/log");
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "nosuch/log: No such file");
    std::filesystem::create_symlink("/dev/null", directory / "link");
    cr_expect_not(agent::log_to_file(directory / "link"), "what it leads to is not ours");
}

Test(log_file, starts_afresh_when_it_is_full_and_loses_no_line) {
    const fakes::TemporaryDirectory directory;
    const std::string path = directory / "log";
    cr_assert(agent::log_to_file(path));
    const std::string text(3000, 'x');
    constexpr int kLines = 150;  // of each thread; together less than two files hold
    const auto write_all = [&] {
        for (int i = 0; i < kLines; ++i) agent::log(agent::LogLevel::kNotice, text);
    };
    std::thread other(write_all);
    write_all();
    other.join();
    cr_expect_not(std::filesystem::exists(path + ".1"));
    std::thread third(write_all);
    write_all();
    third.join();
    cr_expect(lines_of(path).size() + lines_of(path + ".1").size() == 4 * kLines);
    cr_expect(std::filesystem::file_size(path + ".1") >= 1024 * 1024);
    cr_expect(std::filesystem::file_size(path) < 1024 * 1024);
}
