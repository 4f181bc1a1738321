// SPDX-License-Identifier: Apache-2.0
#include "cli/input/terminal_prompt.h"

#include <fcntl.h>
#include <termios.h>

#include <string>

#include "base/fd.h"
#include "cli/display/output.h"
#include "cli/input/input.h"
#include "cli/signal_watch.h"

namespace agent {

namespace {

/// Turns off a terminal's echo while this lives.
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

}  // namespace

Reply<std::optional<SecretString>> ask_on_terminal(std::string_view prompt, std::string_view without_terminal) {
    const Fd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty) return fail(Error::Code::kBadRequest, "no terminal to ask on: " + std::string(without_terminal));
    // Outlives EchoOff: a signal takes effect only when the terminal echoes again.
    AGENT_TRY(const SignalWatch signals, SignalWatch::begin());
    const EchoOff quiet(tty.get());
    if (!quiet.works()) return fail(Error::Code::kInternal, "the terminal's echo cannot be turned off");
    tell(tty.get(), prompt);
    auto line = read_line(tty.get(), kLongestSecret, Patience::without_end().unless_readable(signals.fd()));
    tell(tty.get(), "\n");
    return line;
}

}  // namespace agent
