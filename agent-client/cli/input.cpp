// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "cli/output.h"
#include "cli/signal_watch.h"
#include "lib/fd.h"

namespace agent {

namespace {

constexpr std::size_t kLongestSecret = 4096;

/// No echo on a terminal while this lives.
class EchoOff {
  public:
    explicit EchoOff(int tty) : tty_(tty), works_(::tcgetattr(tty, &before_) == 0) {
        if (!works_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        works_ = ::tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
    }
    ~EchoOff() {
        if (works_) ::tcsetattr(tty_, TCSAFLUSH, &before_);
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

    [[nodiscard]] bool works() const noexcept { return works_; }

  private:
    int tty_;
    termios before_{};
    bool works_;
};

Reply<std::optional<SecretString>> type_in(std::string_view prompt) {
    const Fd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty)
        return fail(Error::Code::kBadRequest,
                    "no terminal to ask on: give --secret-file FILE, or - for standard input");
    // Outlives EchoOff: a signal takes effect only when the terminal echoes again.
    AGENT_TRY(const SignalWatch signals, SignalWatch::begin());
    const EchoOff quiet(tty.get());
    if (!quiet.works()) return fail(Error::Code::kInternal, "the terminal's echo cannot be turned off");
    tell(tty.get(), prompt);
    auto line = read_line(tty.get(), kLongestSecret, Patience::without_end().unless_readable(signals.fd()));
    tell(tty.get(), "\n");
    return line;
}

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

Reply<SecretString> read_secret(std::optional<std::string_view> file, std::string_view prompt) {
    AGENT_TRY(auto secret, file ? read_from(*file) : type_in(prompt));
    if (!secret || secret->empty()) return fail(Error::Code::kBadRequest, "the secret is empty");
    return *std::move(secret);
}

}  // namespace agent
