// SPDX-License-Identifier: Apache-2.0
#include "app/start/file_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"
#include "temp_dir.h"

using agent::Guard;
using agent::read_file;
using Code = agent::Error::Code;

namespace {

constexpr std::size_t kMebibyte = std::size_t{1024} * 1024;

void expect_failure(const std::string& path, Guard guard, Code code, std::string_view reason) {
    const auto text = read_file(path, guard);
    cr_assert_not(text, "%s was read", path.c_str());
    cr_expect(text.error().code == code);
    EXPECT_CONTAINS(text.error().message, path + ": ");
    EXPECT_CONTAINS(text.error().message, reason);
}

}  // namespace

Test(file_text, reads_the_whole) {
    using namespace std::string_literals;
    const TempDir dir;
    for (const std::string& text : {""s, "text\n"s, "nul\0byte"s, std::string(kMebibyte, 'x')}) {
        EXPECT_TEXT(read_file(dir.write("file", text), Guard::kFileMode).value().reveal(), text);
    }
}

Test(file_text, refuses_what_is_no_file) {
    const TempDir dir;
    expect_failure(dir / "nothing", Guard::kWriters, Code::kNotFound, "No such file");
    expect_failure(dir.write("plain", "") + "/below", Guard::kWriters, Code::kInternal, "Not a directory");
    ::mkdir((dir / "folder").c_str(), 0700);
    expect_failure(dir / "folder", Guard::kWriters, Code::kBadRequest, "not a regular file");
    ::mkfifo((dir / "fifo").c_str(), 0600);
    expect_failure(dir / "fifo", Guard::kWriters, Code::kBadRequest, "not a regular file");
    expect_failure("/dev/zero", Guard::kWriters, Code::kBadRequest, "not a regular file");
    expect_failure(dir.write("large", std::string(kMebibyte + 1, 'x')), Guard::kWriters, Code::kBadRequest, "larger");
}

Test(file_text, a_secret_is_nobody_else_s) {
    const TempDir dir;
    for (const mode_t mode : {0640U, 0604U, 0660U, 0644U, 0620U, 0610U, 0601U}) {
        const std::string path = dir.write("secret", "s", mode);
        const bool can_change = (mode & 0022U) != 0;
        expect_failure(path, Guard::kFileMode, Code::kForbidden, can_change ? "chmod go-w" : "chmod 600");
        cr_expect(read_file(path, Guard::kServiceManager));
        cr_expect(read_file(path, Guard::kWriters).has_value() != can_change);
        cr_expect(agent::check_writers(path).has_value() != can_change);
    }
    for (const mode_t mode : {0600U, 0400U}) cr_expect(read_file(dir.write("secret", "s", mode), Guard::kFileMode));
}

Test(file_text, a_secret_belongs_to_us_or_root) {
    if (::geteuid() != 0) return;  // only root can give a file away
    const TempDir dir;
    const std::string path = dir.write("secret", "s");
    cr_assert(::chown(path.c_str(), 12345, 12345) == 0);
    for (const Guard guard : {Guard::kFileMode, Guard::kWriters})
        expect_failure(path, guard, Code::kForbidden, "uid 12345");
    cr_expect_not(agent::check_writers(path));
}

namespace {

/// A folder of that mode.
std::string make_folder(const std::string& path, mode_t mode) {
    cr_assert(::mkdir(path.c_str(), 0700) == 0 && ::chmod(path.c_str(), mode) == 0, "%s", path.c_str());
    return path;
}

void expect_exchangeable(const std::string& path, std::string_view reason) {
    expect_failure(path, Guard::kWriters, Code::kForbidden, reason);
    const auto checked = agent::check_writers(path);
    cr_assert_not(checked);
    EXPECT_CONTAINS(checked.error().message, reason);
}

}  // namespace

Test(file_text, a_file_lies_where_nobody_else_can_exchange_it) {
    const struct {
        mode_t outer, inner;
        std::string_view reason;  // empty if it is safe
    } rows[] = {
        {0700, 0700, ""},
        {0755, 0755, ""},
        {01777, 0755, ""},  // as in /tmp: what is in it is ours, and stays
        {0700, 0770, "chmod go-w "},
        {0755, 0757, "chmod go-w "},
        {0770, 0700, "chmod go-w "},
        {0757, 0700, "chmod go-w "},
        {0777, 0700, "chmod go-w "},
        {0755, 01777, "use another"},
        {0755, 01770, "use another"},
    };
    const TempDir dir;
    int row_number = 0;
    for (const auto& row : rows) {
        const std::string name = std::to_string(row_number++);
        make_folder(dir / name, row.outer);
        make_folder(dir / name + "/inner", row.inner);
        const std::string path = dir.write(name + "/inner/file", "text");
        if (row.reason.empty())
            cr_expect(read_file(path, Guard::kWriters) && agent::check_writers(path), "row %s", name.c_str());
        else
            expect_exchangeable(path, row.reason);
        cr_expect(read_file(path, Guard::kFileMode), "row %s", name.c_str());
    }
}

Test(file_text, a_link_leads_only_through_folders_of_ours) {
    const TempDir dir;
    make_folder(dir / "safe", 0755);
    make_folder(dir / "shared", 0777);
    const std::string file = dir.write("safe/file", "text");
    const auto link = [&](const std::string& target, const char* name) {
        cr_assert(::symlink(target.c_str(), (dir / name).c_str()) == 0);
        return dir / name;
    };
    cr_expect(read_file(link("safe/file", "near"), Guard::kWriters));
    cr_expect(read_file(
        link("../" + std::filesystem::path(dir / "safe").parent_path().filename().string() + "/safe", "up") + "/file",
        Guard::kWriters));
    // The shared folder lies on the way, and the last file itself is safe.
    expect_exchangeable(link(file, "shared/link"), "chmod go-w ");
    expect_exchangeable(link(dir / "shared/link", "by_shared"), "chmod go-w ");
    expect_exchangeable(link("shared/../safe", "around") + "/file", "chmod go-w ");
    if (::geteuid() == 0) {
        const std::string foreign = link(file, "foreign");
        cr_assert(::lchown(foreign.c_str(), 12345, 12345) == 0);
        expect_exchangeable(foreign, "uid 12345");
        cr_assert(::chown((dir / "safe").c_str(), 12345, 12345) == 0);
        expect_exchangeable(file, "uid 12345");
    }
    expect_failure(link("loop", "loop"), Guard::kWriters, Code::kInternal, "symbolic links");
}
