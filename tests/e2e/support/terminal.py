# SPDX-License-Identifier: Apache-2.0
"""clioctl on a terminal, and the person who sits at it."""

import errno
import os
import pty
import select
import termios

from .programs import CLIOCTL, until


class Terminal:
    """A program on its own terminal, and a person using it."""

    def __init__(self, clioctl, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(clioctl.home)
            os.execve(CLIOCTL, [CLIOCTL, *arguments], clioctl.environment)
        self.shown = ""
        self.over = False  # nobody has the terminal open any more

    def expect(self, text):
        def seen():
            self._read()
            return text in self.shown

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

    def _read(self):
        """Adds what has been shown meanwhile."""
        try:
            if select.select([self.fd], [], [], 0)[0]:
                self.shown += os.read(self.fd, 4096).decode(errors="replace")
        except OSError as error:
            self.over = error.errno == errno.EIO
            if not self.over:
                raise
