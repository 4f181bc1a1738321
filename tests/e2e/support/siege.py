# SPDX-License-Identifier: Apache-2.0
"""A daemon under siege: somebody who is served all the while, and what the siege may cost."""

import contextlib
import http.client
import json
import os
import resource
import socket
import threading
import time

import pytest

from .programs import PATIENCE, SANITIZED, until

MOST_MEMORY = 100 * 1024  # KiB above what it took before, at any time
LEFT_OVER = 30 * 1024  # KiB, afterwards: what the allocator keeps


def need_descriptors(count):
    """Raises this process's own limit, or skips the test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
        return
    pytest.skip(f"needs {count} descriptors, and may have only {hard}")


class Siege:
    """`with`: all the while a caller on a separate connection asks for the token of `account`; at the end it must
    always have got it, and the daemon must serve newcomers and have given back what it took."""

    def __init__(self, stage, account="smith-law"):
        self.daemon = stage.daemon
        self.agent = stage.agent
        self.account = account
        self.expected = self.agent.token(account)["access_token"]
        self.failure = None
        self.answers = 0
        self._over = threading.Event()
        self._caller = threading.Thread(target=self._ask_all_the_time)

    def __enter__(self):
        self.agent.get("/v1/metrics")
        self._descriptors = self.descriptors()
        self._memory = self.daemon.memory("VmRSS")
        with contextlib.suppress(PermissionError), open(self._proc("clear_refs"), "w", encoding="ascii") as file:
            file.write("5")  # proc(5): restarts counting the peak of its memory
        self._caller.start()
        until(lambda: self.answers, "the caller gets no token")
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            before = self.answers
            until(lambda: self.failure or self.answers >= before + 3, "the caller gets no more tokens")
        self._over.set()
        self._caller.join()
        if kind is not None:
            return
        assert self.failure is None
        until(lambda: self.descriptors() <= self._descriptors, "descriptors are left open")
        assert self.agent.token(self.account)["access_token"] == self.expected
        if not SANITIZED:
            assert self.daemon.memory("VmHWM") - self._memory < MOST_MEMORY
            assert self.daemon.memory("VmRSS") - self._memory < LEFT_OVER

    def still_serves(self):
        """The caller has got more answers since this was called."""
        before = self.answers
        until(lambda: self.failure or self.answers > before + 1, "the caller gets no more tokens")
        assert self.failure is None

    def connect(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(str(self.daemon.socket))  # without a timeout, as in agent_socket.py
        sock.settimeout(PATIENCE)
        return sock

    def cpu_share(self, seconds):
        """How much of one processor the daemon used during that time."""
        before, began = self._cpu_time(), time.monotonic()
        time.sleep(seconds)
        return (self._cpu_time() - before) / (time.monotonic() - began)

    def _cpu_time(self):
        with open(self._proc("stat"), encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        """How many it has open; 0 if we may not look, since it cannot be dumped."""
        try:
            return len(os.listdir(self._proc("fd")))
        except PermissionError:
            return 0

    def _proc(self, name):
        return f"/proc/{self.daemon.process.pid}/{name}"

    def _ask_all_the_time(self):
        try:
            with contextlib.closing(http.client.HTTPConnection("agent")) as connection:
                connection.sock = self.connect()
                while not self._over.wait(0.02):
                    connection.request("GET", f"/v1/accounts/{self.account}/token?min_ttl=0")
                    answer = connection.getresponse()
                    body = json.loads(answer.read())
                    assert (answer.status, body.get("access_token")) == (200, self.expected), body
                    self.answers += 1
        except Exception as reason:  # pylint: disable=broad-except
            self.failure = reason
