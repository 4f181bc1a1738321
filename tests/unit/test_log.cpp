// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "expect.h"

using namespace std::string_literals;
using agent::log;
using agent::LogLevel;

namespace {

/// Replaces standard error and keeps each write(2) separate.
class Captured {
  public:
    Captured() {
        cr_assert(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()) == 0);
        saved_ = ::dup(STDERR_FILENO);
        ::dup2(ends_[1], STDERR_FILENO);
    }
    ~Captured() {
        ::dup2(saved_, STDERR_FILENO);
        for (const int fd : {saved_, ends_[0], ends_[1]}) ::close(fd);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    /// What the next write wrote; empty when there was none.
    std::string next() {
        std::array<char, 65536> text{};
        const ssize_t size = ::recv(ends_[0], text.data(), text.size(), MSG_DONTWAIT);
        return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
    }

  private:
    std::array<int, 2> ends_{};
    int saved_ = -1;
};

std::string journal_line(std::string_view message, std::initializer_list<agent::LogField> fields = {}) {
    Captured captured;
    agent::set_log_journal_prefix(true);
    log(LogLevel::kInfo, message, fields);
    std::string line = captured.next();
    cr_expect(captured.next().empty());
    return line;
}

}  // namespace

Test(log, level_words) {
    cr_expect(agent::log_level_from("error") == LogLevel::kError);
    cr_expect(agent::log_level_from("warning") == LogLevel::kWarning);
    cr_expect(agent::log_level_from("notice") == LogLevel::kNotice);
    cr_expect(agent::log_level_from("info") == LogLevel::kInfo);
    cr_expect(agent::log_level_from("debug") == LogLevel::kDebug);
    for (const char* word : {"", "Error", "verbose", "7", "info "})
        cr_expect_not(agent::log_level_from(word), "%s", word);
}

Test(log, line_for_the_journal) {
    EXPECT_TEXT(journal_line("token refreshed", {{"account", "smith-law"}, {"generation", "7"}}),
                "<6>token refreshed account=smith-law generation=7\n");
    EXPECT_TEXT(journal_line("x", {{"empty", ""}, {"reason", "two words"}, {"equals", "a=b"}}),
                "<6>x empty=\"\" reason=\"two words\" equals=\"a=b\"\n");
}

Test(log, line_for_a_person) {
    Captured captured;
    log(LogLevel::kWarning, "hello");
    const std::string line = captured.next();
    // 2026-01-01T00:00:00Z warning hello
    cr_assert(line.size() == 35, "%s", line.c_str());
    cr_expect(line[4] == '-' && line[10] == 'T' && line[19] == 'Z');
    EXPECT_TEXT(line.substr(20), " warning hello\n");
}

Test(log, nothing_leaves_its_line_or_steers_the_terminal) {
    EXPECT_TEXT(journal_line("bad\nnews\r\x1b[31m", {{"v", "a\nb\tc\"d\\e\x7f"}}),
                "<6>bad\\nnews\\x0d\\x1b[31m v=\"a\\nb\\x09c\\\"d\\\\e\\x7f\"\n");
    EXPECT_TEXT(journal_line("x", {{"nul", "a\0b"s}}), "<6>x nul=\"a\\x00b\"\n");
    EXPECT_TEXT(journal_line("x", {{"utf8", "gr\xc3\xbc\xc3\x9f"}, {"c1", "\xc2\x9b"}, {"bad", "\xff\xc3"}}),
                "<6>x utf8=\"gr\xc3\xbc\xc3\x9f\" c1=\"\\xc2\\x9b\" bad=\"\\xff\\xc3\"\n");
    EXPECT_TEXT(journal_line("%s%n", {{"format", "%n%s"}}), "<6>%s%n format=%n%s\n");
}

Test(log, long_lines_are_cut) {
    const std::string line = journal_line(std::string(100'000, 'x'));
    cr_expect(line.size() == 4096);
    EXPECT_TEXT(line.substr(line.size() - 5), "x...\n");
}

Test(log, level_decides_what_is_written) {
    Captured captured;
    agent::set_log_journal_prefix(true);
    log(LogLevel::kDebug, "not by default");
    agent::set_log_level(LogLevel::kDebug);
    log(LogLevel::kDebug, "now");
    agent::set_log_level(LogLevel::kError);
    log(LogLevel::kWarning, "no more");
    log(LogLevel::kError, "always");
    EXPECT_TEXT(captured.next(), "<7>now\n");
    EXPECT_TEXT(captured.next(), "<3>always\n");
    EXPECT_TEXT(captured.next(), "");
}

namespace {

agent::LogRecord taken;
std::string taken_text;
bool sink_works = true;

bool keep(const agent::LogRecord& record) {
    taken = record;
    taken_text = record.text;
    return sink_works;
}

}  // namespace

Test(log, a_sink_takes_the_lines_that_it_can) {
    static constexpr agent::LogEvent kEvent{"happened", "0123456789abcdef0123456789abcdef"};
    Captured captured;
    agent::set_log_journal_prefix(true);
    agent::set_log_sink(keep);
    log(LogLevel::kNotice, &kEvent, "it happened", {{"to", "smith law"}});
    cr_expect(taken.level == LogLevel::kNotice && taken.event == &kEvent && taken.fields.size() == 1);
    EXPECT_TEXT(taken_text, "it happened to=\"smith law\"");
    EXPECT_TEXT(captured.next(), "");

    sink_works = false;
    log(LogLevel::kInfo, "again");
    cr_expect(taken.event == nullptr);
    EXPECT_TEXT(captured.next(), "<6>again\n");

    taken_text.clear();
    log(LogLevel::kDebug, "above the level");
    EXPECT_TEXT(taken_text, "");
}
