# SPDX-License-Identifier: Apache-2.0
"""clioctl on a terminal, and the person who sits at it."""

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios

from .programs import CLIOCTL, until


class Terminal:
    """A program on its own terminal, and a person using it."""

    def __init__(self, clioctl, *arguments, columns=0, program=CLIOCTL):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.chdir(clioctl.home)
            os.execve(program, [program, *arguments], clioctl.environment)
        self.shown = ""
        self.over = False  # nobody has the terminal open any more

    def expect(self, text):
        def seen():
            self._read()
            # Some shells go back over what they wrote, and write it again.
            return text in self.shown or text in re.sub(".\x08", "", self.shown)

        until(seen, f"{text!r} was not shown")

    def type(self, text):
        os.write(self.fd, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self):
        """Its exit status, once it has ended."""
        def ended():
            self._read()
            return self.over

        until(ended, "it did not end")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def set_echo(self):
        modes = termios.tcgetattr(self.fd)
        modes[3] |= termios.ECHO
        termios.tcsetattr(self.fd, termios.TCSANOW, modes)

    def _read(self):
        """Adds what has been shown meanwhile."""
        try:
            if select.select([self.fd], [], [], 0)[0]:
                self.shown += os.read(self.fd, 4096).decode(errors="replace")
        except OSError as error:
            self.over = error.errno == errno.EIO
            if not self.over:
                raise


class Job(Terminal):
    """The program as a job of a shell with job control, which is this class: the session's leader waits for the program,
    and tells its process id on a pipe. Ends with the `with`."""

    def __init__(self, clioctl, *arguments):
        told, tells = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self._lead(clioctl, arguments, tells)
        os.close(tells)
        self.shown = ""
        self.over = False
        self.told = told
        self.program = int.from_bytes(os.read(told, 4), "little")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in (self.program, self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.told)
        os.close(self.fd)

    def is_stopped(self):
        with open(f"/proc/{self.program}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "T"

    def go_on(self):
        """What `fg` does."""
        os.kill(self.program, signal.SIGCONT)

    @staticmethod
    def _lead(clioctl, arguments, tells):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        program = os.fork()
        if program == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.chdir(clioctl.home)
            os.execve(CLIOCTL, [CLIOCTL, *arguments], clioctl.environment)
        os.write(tells, program.to_bytes(4, "little"))
        os.waitpid(program, 0)
        os._exit(0)
