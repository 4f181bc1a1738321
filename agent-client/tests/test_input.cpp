// SPDX-License-Identifier: Apache-2.0
#include "cli/input/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/fd.h"
#include "expect.h"

using namespace agent;

namespace {

/// The reading end of a pipe that holds `text` and then ends.
Fd pipe_with(std::string_view text) {
    std::array<int, 2> ends{};
    cr_assert(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Fd writing(ends[1]);
    cr_assert(::write(writing.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    return Fd(ends[0]);
}

std::string next_line(const Fd& fd) {
    const auto line = read_line(fd.get(), 8, Patience::without_end());
    if (!line) return line.error().code;
    return *line ? std::string((*line)->reveal()) : "(end)";
}

}  // namespace

Test(input, lines) {
    const Fd fd = pipe_with("one\ntwo\r\n\nlast");
    EXPECT_TEXT(next_line(fd), "one");
    EXPECT_TEXT(next_line(fd), "two");
    EXPECT_TEXT(next_line(fd), "");
    EXPECT_TEXT(next_line(fd), "last");
    EXPECT_TEXT(next_line(fd), "(end)");
}

Test(input, takes_nothing_behind_the_line) {
    const Fd fd = pipe_with("one\nrest");
    EXPECT_TEXT(next_line(fd), "one");
    std::array<char, 8> rest{};
    cr_expect(::read(fd.get(), rest.data(), rest.size()) == 4);
}

Test(input, is_bounded) {
    EXPECT_TEXT(next_line(pipe_with("12345678\n")), "12345678");
    EXPECT_TEXT(next_line(pipe_with("123456789\n")), "bad_request");
}

Test(input, secret_from_a_file) {
    char path[] = "/tmp/secret-XXXXXX";
    const Fd file(::mkstemp(path));
    cr_assert(::write(file.get(), "s3cret\n", 7) == 7);
    const auto secret = read_client_secret(path);
    cr_assert(::write(file.get(), "more\n", 5) == 5);
    const auto more = read_client_secret(path);
    ::unlink(path);
    cr_assert(secret.has_value());
    EXPECT_TEXT(secret->reveal(), "s3cret");
    cr_assert(!more);
    EXPECT_CONTAINS(more.error().detail, "more than one line");
}

Test(input, secret_that_json_cannot_carry) {
    EXPECT_TEXT(as_secret(SecretString("na\xefve")).error().detail, "the secret is not UTF-8");
    EXPECT_TEXT(as_secret(SecretString("na\xc3\xafve"))->reveal(), "na\xc3\xafve");
}

Test(input, no_secret) {
    EXPECT_TEXT(as_secret(std::nullopt).error().detail, "the secret is empty");
    EXPECT_TEXT(read_client_secret("/dev/null").error().detail, "/dev/null: the secret is empty");
    EXPECT_CONTAINS(read_client_secret("/nonexistent").error().detail, "/nonexistent: No such file");
}
