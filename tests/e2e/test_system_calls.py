# SPDX-License-Identifier: Apache-2.0
"""How many system calls an answer costs the daemon."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest
from support.programs import SANITIZED, until

CONNECTIONS = 64
ROUNDS = 50
GET_TOKEN = b"GET /v1/accounts/smith-law/token HTTP/1.1\r\nHost: agent\r\n\r\n"


@contextlib.contextmanager
def counted(pid, table):
    """Counts the system calls of a process in a file."""
    strace = subprocess.Popen(["strace", "-c", "-f", "-o", table, "-p", str(pid)], stderr=subprocess.PIPE, text=True)
    if "attached" not in strace.stderr.readline():
        pytest.skip("nobody may trace cliod here")
    yield
    strace.send_signal(signal.SIGINT)
    strace.wait()


@pytest.mark.skipif(SANITIZED or not shutil.which("strace"), reason="strace is not installed, or a sanitizer counts too")
def test_two_for_a_request_on_a_kept_connection(stage, tmp_path):
    stage.login("smith-law")
    table = tmp_path / "calls"
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(CONNECTIONS)]
        for sock in sockets:
            sock.connect(str(stage.daemon.socket))
        with counted(stage.daemon.process.pid, table):
            for _ in range(ROUNDS):
                for sock in sockets:
                    sock.sendall(GET_TOKEN)
                for sock in sockets:
                    assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK")
    until(lambda: os.path.getsize(table) > 0, "strace has written nothing")
    total = int(re.search(r"(\d+) +(?:\d+ +)?total", table.read_text())[1])
    # Two, and a part of those by which the loop looks what is ready: here at most once for a few requests.
    assert total <= 2.5 * CONNECTIONS * ROUNDS, table.read_text()
