// SPDX-License-Identifier: Apache-2.0
#include "cli/input/input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/fd.h"
#include "base/text/utf8.h"
#include "cli/input/terminal_prompt.h"

namespace agent {

namespace {

Reply<std::optional<SecretString>> read_from(std::string_view file) {
    if (file == "-") return read_line(STDIN_FILENO, kLongestSecret, Patience::without_end());
    const std::string path(file);
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail(Error::Code::kBadRequest, path + ": " + errno_text(errno));
    return read_line(fd.get(), kLongestSecret, Patience::without_end());
}

}  // namespace

Reply<std::optional<SecretString>> read_line(int fd, std::size_t limit, const Patience& patience) {
    SecretBuffer line(limit);
    while (true) {
        AGENT_CHECK(patience.await(fd, POLLIN));
        char c = 0;
        const ssize_t size = ::read(fd, &c, 1);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno("input", errno);
        if (size == 0 && line.empty()) return std::nullopt;
        if (size == 0 || c == '\n') break;
        if (!line.try_append({&c, 1})) {
            return fail(Error::Code::kBadRequest,
                        "input: more than " + std::to_string(limit) + " characters on a line");
        }
    }
    const std::string_view text = line.view();
    return SecretString(text.substr(0, text.size() - (text.ends_with('\r') ? 1 : 0)));
}

Reply<SecretString> as_secret(std::optional<SecretString> line) {
    if (!line || line->empty()) return fail(Error::Code::kBadRequest, "the secret is empty");
    if (find_invalid_utf8(line->reveal()) != std::string_view::npos) {
        return fail(Error::Code::kBadRequest, "the secret is not UTF-8");
    }
    return *std::move(line);
}

Reply<SecretString> read_secret(std::optional<std::string_view> file, std::string_view prompt) {
    AGENT_TRY(auto line,
              file ? read_from(*file) : ask_on_terminal(prompt, "give --secret-file FILE, or - for standard input"));
    return as_secret(std::move(line));
}

}  // namespace agent
