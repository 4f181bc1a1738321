// SPDX-License-Identifier: Apache-2.0
#include "app/keys/key_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>

#include "base/text/encoding.h"
#include "expect.h"
#include "fakes/counted_syncs.h"
#include "fakes/sealing.h"
#include "temp_dir.h"

using agent::SealingKey;
using Code = agent::Error::Code;
using fakes::need_sealing;

namespace {

bool same(const SealingKey& a, const SealingKey& b) {
    return std::ranges::equal(a.raw(), b.raw());
}

}  // namespace

TestSuite(key_file, .init = need_sealing);

Test(key_file, reads_hexadecimal_digits) {
    const TempDir dir;
    const std::string digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eFF";
    for (const char* end : {"", "\n", "\r\n"}) {
        const auto key = agent::read_key({.path = dir.write("key", digits + end)});
        cr_assert(key);
        EXPECT_CONTAINS(digits, agent::hex(key->raw().first(31)));
        cr_expect(key->raw()[31] == std::byte{0xff});
    }
}

Test(key_file, refuses_anything_else) {
    const TempDir dir;
    const std::string digits(64, 'a');
    for (const std::string& text : {digits.substr(1), digits.substr(2), digits + "a", digits + "aa", digits + "\n\n",
                                    " " + digits, digits.substr(1) + "g", "\n" + digits, std::string(32, '\1')}) {
        const auto key = agent::read_key({.path = dir.write("key", text)});
        cr_assert_not(key, "<%s> was accepted", text.c_str());
        cr_expect(key.error().code == Code::kBadRequest);
        EXPECT_CONTAINS(key.error().message, dir / "key");
        cr_expect(key.error().message.find("aaaa") == std::string::npos);
    }
    cr_expect(agent::read_key({.path = dir.write("key", digits, 0640)}).error().code == Code::kForbidden);
    cr_expect(agent::read_key({.path = dir / "none"}).error().code == Code::kNotFound);
}

Test(key_file, makes_a_private_file_and_never_a_second) {
    ::umask(0);
    const TempDir dir;
    dir.write("key.new", "of a start that was cut off", 0644);
    const auto made = agent::make_key_file(dir / "key");
    cr_assert(made);
    struct stat status {};
    cr_assert(::stat((dir / "key").c_str(), &status) == 0);
    cr_expect((status.st_mode & 07777) == 0600);
    cr_expect(status.st_nlink == 1);
    cr_expect_not(std::filesystem::exists(dir / "key.new"));
    cr_expect(same(*made, agent::read_key({.path = dir / "key"}).value()));

    const std::string before = TempDir::read(dir / "key");
    cr_expect(before.size() == 65 && before.back() == '\n');
    cr_expect(agent::make_key_file(dir / "key").error().code == Code::kConflict);
    EXPECT_TEXT(TempDir::read(dir / "key"), before);
    cr_expect_not(std::filesystem::exists(dir / "key.new"));
    cr_expect_not(same(*made, agent::make_key_file(dir / "other").value()));
}

Test(key_file, is_on_the_disk_before_it_gets_its_name) {
    const TempDir dir;
    cr_assert(agent::make_key_file(dir / "key"));
    const std::string folder = std::filesystem::path(dir / "key").parent_path();
    EXPECT_TEXT(fakes::synced(), dir / "key.new" + " " + folder + " ");
}

Test(key_file, leaves_nothing_where_it_cannot_write) {
    EXPECT_CONTAINS(agent::make_key_file("/nonexistent/key").error().message, "/nonexistent/key");
    // A disk that is full after ten bytes.
    const TempDir dir;
    const rlimit ten_bytes{.rlim_cur = 10, .rlim_max = RLIM_INFINITY};
    std::signal(SIGXFSZ, SIG_IGN);
    cr_assert(::setrlimit(RLIMIT_FSIZE, &ten_bytes) == 0);
    cr_expect_not(agent::make_key_file(dir / "key"));
    cr_expect_not(std::filesystem::exists(dir / "key"));
    cr_expect_not(std::filesystem::exists(dir / "key.new"));
}
