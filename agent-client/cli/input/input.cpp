// SPDX-License-Identifier: Apache-2.0
#include "cli/input/input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/fd.h"
#include "base/secret/client_secret.h"
#include "base/text/utf8.h"
#include "cli/input/terminal_prompt.h"

namespace agent {

namespace {

Reply<SecretString> read_whole(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail(Error::Code::kBadRequest, path + ": " + errno_text(errno));
    SecretString text(kLongestSecret);
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t more = ::read(fd.get(), text.data() + size, text.size() - size);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) return fail(Error::Code::kBadRequest, path + ": " + errno_text(errno));
        if (more == 0) return SecretString(text.reveal().substr(0, size));
        size += static_cast<std::size_t>(more);
    }
    return fail(Error::Code::kBadRequest, path + ": too large for a secret");
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

Reply<SecretString> read_client_secret(std::optional<std::string_view> file) {
    if (file && *file != "-") {
        AGENT_TRY(const SecretString text, read_whole(std::string(*file)));
        return client_secret_of(text.reveal(), *file);
    }
    AGENT_TRY(const auto line,
              file ? read_line(STDIN_FILENO, kLongestSecret, Patience::without_end())
                   : ask_on_terminal("Secret of the app: ", "give --secret-file FILE, or - for standard input"));
    return client_secret_of(line ? line->reveal() : "", file ? "standard input" : "terminal");
}

}  // namespace agent
