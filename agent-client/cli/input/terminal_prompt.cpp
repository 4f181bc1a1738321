// SPDX-License-Identifier: Apache-2.0
#include "cli/input/terminal_prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/fd.h"
#include "base/text/ascii.h"
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

/// Those that end us, and those with which the shell stops us and lets us go on.
constexpr std::array kAtAPrompt{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};

Reply<Fd> open_terminal(std::string_view without_terminal) {
    Fd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty) return fail(Error::Code::kBadRequest, "no terminal to ask on: " + std::string(without_terminal));
    return tty;
}

/// A job in the background stops here until it is in the foreground again: the terminal is somebody else's.
void stop_in_background(int tty) {
    const pid_t foreground = ::tcgetpgrp(tty);
    if (foreground != -1 && foreground != ::getpgrp()) ::kill(0, SIGTTOU);
}

}  // namespace

Reply<std::optional<SecretString>> ask_on_terminal(std::string_view prompt, std::string_view without_terminal) {
    AGENT_TRY(const Fd tty, open_terminal(without_terminal));
    while (true) {
        stop_in_background(tty.get());
        // Outlives EchoOff: a signal takes effect only when the terminal echoes again.
        AGENT_TRY(const SignalWatch signals, SignalWatch::begin(kAtAPrompt));
        const EchoOff quiet(tty.get());
        if (!quiet.works()) return fail(Error::Code::kInternal, "the terminal's echo cannot be turned off");
        tell(tty.get(), prompt);
        auto line = read_line(tty.get(), kLongestSecret, Patience::without_end().unless_readable(signals.fd()));
        tell(tty.get(), "\n");
        // Stopped, or continued after a stop that cannot be held back: another program may have changed the terminal.
        const bool again = !line && line.error().code == kInterrupted && !SignalWatch::has_arrived(kEndingSignals);
        if (!again) return line;
    }
}

Reply<std::string> ask_visibly(std::string_view prompt) {
    AGENT_TRY(const Fd tty, open_terminal("give the options of the command"));
    tell(tty.get(), prompt);
    AGENT_TRY(const auto line, read_line(tty.get(), kLongestSecret, Patience::without_end()));
    if (!line) return fail_with(kInterrupted, "no answer was given");
    return std::string(trimmed(line->reveal()));
}

}  // namespace agent
