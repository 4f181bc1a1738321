// SPDX-License-Identifier: Apache-2.0
#include "cli/display/output.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/text/printable.h"
#include "cli/environment.h"

namespace agent {

namespace {

/// 0, or the error's number.
int write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace

Reply<void> print(std::string_view text) {
    if (const int error = write_all(STDOUT_FILENO, text); error != 0) return fail_errno("standard output", error);
    return {};
}

Reply<void> print_line(std::string_view line) {
    SecretBuffer whole;
    whole.append(line);
    whole.append("\n");
    return print(whole.view());
}

namespace {

SecretBuffer json_line(int fd, std::string_view json) {
    SecretBuffer line;
    if (::isatty(fd) == 1) {
        append_printable_json(line, json);
    } else {
        SecretString one_line(json);  // within a JSON text a bare line break is white space between tokens
        std::replace_if(
            one_line.data(), one_line.data() + one_line.size(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        line.append(one_line.reveal());
    }
    line.append("\n");
    return line;
}

}  // namespace

Reply<void> print_json(std::string_view json) {
    return print(json_line(STDOUT_FILENO, json).view());
}

Reply<void> print_json(const Answer& answer) {
    return print_json(answer.text.reveal());
}

void complain_json(std::string_view json) {
    tell(json_line(STDERR_FILENO, json).view());
}

void complain(std::string_view text) {
    tell("clioctl: " + std::string(text) + '\n');
}

void tell(std::string_view text) {
    tell(STDERR_FILENO, text);
}

void tell(int terminal, std::string_view text) {
    static_cast<void>(write_all(terminal, text));  // an error cannot be reported anywhere
}

void warn_of_readable_output(std::string_view secret) {
    struct stat out {};
    if (::fstat(STDOUT_FILENO, &out) != 0 || !S_ISREG(out.st_mode)) return;
    if ((out.st_mode & S_IROTH) == 0) return;
    complain("warning: every user can read the file that the " + std::string(secret) + " is written to");
}

std::optional<std::size_t> output_width() {
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return std::nullopt;
    return size.ws_col;
}

Reply<void> print_table(std::vector<Row> rows) {
    if (const auto width = output_width()) rows = fit_table(std::move(rows), *width);
    return print(render_table(rows, wants_colour()));
}

bool wants_colour() {
    return environment_variable("NO_COLOR").empty() && environment_variable("TERM") != "dumb" &&
           ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace agent
