// SPDX-License-Identifier: Apache-2.0
#include "app/start/state_dir.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "expect.h"
#include "temp_dir.h"

using agent::StateDir;
using Code = agent::Error::Code;

namespace {

mode_t mode_of(const std::string& path) {
    struct stat status {};
    cr_assert(::stat(path.c_str(), &status) == 0, "%s", path.c_str());
    return status.st_mode & 07777;
}

void expect_failure(const std::string& path, Code code, std::string_view reason) {
    const auto state = StateDir::open(path);
    cr_assert_not(state, "%s was opened", path.c_str());
    cr_expect(state.error().code == code);
    EXPECT_CONTAINS(state.error().message, path);
    EXPECT_CONTAINS(state.error().message, reason);
}

/// Another process that holds the state directory until it is killed.
class Holder {
  public:
    explicit Holder(const std::string& path) {
        std::array<int, 2> ready{};
        cr_assert(::pipe(ready.data()) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            const auto state = StateDir::open(path);
            const char word = state ? 'y' : 'n';
            if (::write(ready[1], &word, 1) == 1) ::pause();
            ::_exit(1);
        }
        char word = 0;
        cr_assert(::read(ready[0], &word, 1) == 1 && word == 'y');
        for (const int fd : ready) ::close(fd);
    }
    ~Holder() { kill(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = 0;
};

}  // namespace

Test(state_dir, is_made_with_its_parents_and_private) {
    ::umask(0);
    const TempDir dir;
    const auto state = StateDir::open(dir / "a/b/state/");
    cr_assert(state);
    for (const char* name : {"a", "a/b", "a/b/state"}) cr_expect(mode_of(dir / name) == 0700, "%s", name);
    cr_expect(mode_of(dir / "a/b/state/lock") == 0600);
    EXPECT_TEXT(StateDir::open(dir / "other").value().key_file(), dir / "other/key");
}

Test(state_dir, is_found_by_the_environment) {
    const TempDir dir;
    ::setenv("STATE_DIRECTORY", (dir / "service").c_str(), /*overwrite=*/1);
    EXPECT_TEXT(StateDir::open(std::nullopt).value().path(), dir / "service");
}

Test(state_dir, opens_again_what_is_there) {
    const TempDir dir;
    { cr_assert(StateDir::open(dir / "state")); }
    std::filesystem::create_symlink(dir / "state", dir / "link");
    cr_expect(StateDir::open(dir / "link"));
}

Test(state_dir, refuses_what_others_can_look_into) {
    const TempDir dir;
    for (const mode_t mode : {0755U, 0750U, 0701U, 0770U}) {
        const std::string path = dir / std::to_string(mode);
        cr_assert(::mkdir(path.c_str(), 0700) == 0 && ::chmod(path.c_str(), mode) == 0);
        expect_failure(path, Code::kForbidden, "0700");
        cr_expect(std::filesystem::is_empty(path));
    }
    if (::geteuid() != 0) return;  // only root can give a directory away
    cr_assert(::mkdir((dir / "given").c_str(), 0700) == 0 && ::chown((dir / "given").c_str(), 12345, 12345) == 0);
    expect_failure(dir / "given", Code::kForbidden, "uid 12345");
}

Test(state_dir, refuses_what_is_no_directory) {
    const TempDir dir;
    expect_failure(dir.write("file", "precious"), Code::kInternal, "Not a directory");
    expect_failure(dir / "file/below", Code::kInternal, "Not a directory");
    EXPECT_TEXT(TempDir::read(dir / "file"), "precious");
}

Test(state_dir, follows_no_link_to_its_lock) {
    const TempDir dir;
    cr_assert(::mkdir((dir / "state").c_str(), 0700) == 0);
    std::filesystem::create_symlink(dir / "elsewhere", dir / "state/lock");
    expect_failure(dir / "state", Code::kInternal, "lock");
    cr_expect_not(std::filesystem::exists(dir / "elsewhere"), "a file was made at the other end of the link");
}

Test(state_dir, has_one_owner_at_a_time) {
    const TempDir dir;
    Holder holder(dir / "state");
    expect_failure(dir / "state", Code::kConflict, "already running: process " + std::to_string(holder.pid()) + " ");
    holder.kill();
    cr_expect(StateDir::open(dir / "state"));
}
