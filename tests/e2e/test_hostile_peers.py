# SPDX-License-Identifier: Apache-2.0
"""Peers that want the daemon to fail others. Each time somebody else is served throughout, and nothing is left over."""

import contextlib
import os
import resource
import select
import socket
import subprocess
import sys
import urllib.parse

import pytest
from support.programs import PATIENCE, SANITIZED, until
from support.siege import Siege, need_descriptors

CROWD = 5000
OF_ONE_USER = 2048  # half of all
FOR_MANAGERS = 128
PIPELINED = 10_000 if SANITIZED else 100_000
MEBIBYTE = 1 << 20
GARBAGE = (100 if SANITIZED else 1024) * MEBIBYTE
GET_TOKEN = b"GET /v1/token HTTP/1.1\r\nHost: agent\r\n\r\n"


@pytest.fixture
def siege(stage):
    stage.login("smith-law")
    with Siege(stage) as siege:
        yield siege


@contextlib.contextmanager
def crowd(siege, count):
    need_descriptors(count + 200)
    with contextlib.ExitStack() as held:
        yield [held.enter_context(contextlib.closing(siege.connect())) for _ in range(count)]


def closed_among(sockets):
    """Those whose connection the daemon has closed."""
    poll = select.poll()
    by_number = {sock.fileno(): sock for sock in sockets}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(0)]


def ask(sock):
    """The answer to a request on that connection; empty if it is closed."""
    try:
        sock.sendall(GET_TOKEN)
        return sock.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        return b""


def test_five_thousand_connections_at_once(siege):
    with crowd(siege, CROWD) as everyone:
        # The caller of the siege is the same user.
        until(lambda: len(closed_among(everyone)) > CROWD - OF_ONE_USER, "one user may have too many connections")
        siege.still_serves()
        refused = set(closed_among(everyone))
        assert len(refused) < CROWD - OF_ONE_USER + 20
        for served in [sock for sock in everyone if sock not in refused][:: OF_ONE_USER // 20]:
            assert ask(served).startswith(b"HTTP/1.1 200 OK")
        with crowd(siege, 20) as newcomers:
            assert b"" in [ask(newcomer) for newcomer in newcomers]


A_CROWD = """
import socket, sys
held = [socket.socket(socket.AF_UNIX) for _ in range(int(sys.argv[2]))]
for sock in held: sock.connect(sys.argv[1])
print("here", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
def test_one_user_takes_no_place_of_another(siege):
    need_descriptors(CROWD + 200)
    # Nobody else may connect by default; here they may.
    os.chmod(siege.daemon.socket, 0o666)
    os.chmod(siege.daemon.socket.parent, 0o755)
    others = subprocess.Popen([sys.executable, "-c", A_CROWD, siege.daemon.socket.name, str(CROWD)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=65533, cwd=siege.daemon.socket.parent)
    with others:
        assert others.stdout.readline() == b"here\n"
        until(lambda: siege.agent.get("/v1/status").json["connections"] >= OF_ONE_USER - FOR_MANAGERS // 2, "they are not counted")
        with crowd(siege, 100) as newcomers:
            for newcomer in newcomers:
                assert ask(newcomer).startswith(b"HTTP/1.1 200 OK")
        siege.still_serves()
        others.stdin.close()


def test_two_thousand_that_send_one_byte(siege):
    with crowd(siege, 2000) as silent:
        for sock in silent:
            sock.sendall(b"G")
        siege.still_serves()
        assert siege.agent.token("smith-law")["access_token"] == siege.expected
        assert not closed_among(silent)


def test_readers_that_do_not_read(siege):
    """Some read no event; others ask, on and on, and take no answer."""
    with crowd(siege, 60) as listeners, crowd(siege, 200) as askers:
        for sock in listeners:
            sock.sendall(b"GET /v1/events HTTP/1.1\r\nHost: agent\r\n\r\n")
        for sock in askers:
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                for _ in range(100):
                    sock.send(b"GET /v1/metrics HTTP/1.1\r\nHost: agent\r\n\r\n" * 100)
        siege.still_serves()
        for _ in range(100):
            assert siege.agent.post("/v1/accounts/smith-law/report", {"generation": 99, "status": 401}).status < 500
        assert siege.agent.token("smith-law")["access_token"] == siege.expected


def send_until_closed(sock, block, most):
    """How much the daemon took."""
    sent = 0
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while sent < most:
            sent += sock.send(block)
    return sent


def test_a_gigabyte_of_garbage(siege):
    garbage = os.urandom(MEBIBYTE)
    with contextlib.closing(siege.connect()) as sock:
        sock.sendall(b"PUT /v1/apps/firm HTTP/1.1\r\nHost: agent\r\nContent-Length: %d\r\n\r\n" % GARBAGE)
        send_until_closed(sock, garbage, GARBAGE)
    siege.still_serves()
    with contextlib.closing(siege.connect()) as sock:
        sock.sendall(b"PUT /v1/apps/firm HTTP/1.1\r\nHost: agent\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert send_until_closed(sock, b"ffff\r\n" + b"x" * 0xffff + b"\r\n", GARBAGE) < GARBAGE
    for _ in range(100):
        with contextlib.closing(siege.connect()) as sock:
            assert send_until_closed(sock, garbage, GARBAGE) < GARBAGE
    siege.still_serves()


def test_a_hundred_thousand_pipelined_requests(siege):
    unsent = memoryview(GET_TOKEN * PIPELINED)
    answers, rest = 0, b""
    with contextlib.closing(siege.connect()) as sock:
        sock.setblocking(False)
        while answers < PIPELINED:
            readable, writable, _ = select.select([sock], [sock] if unsent else [], [], PATIENCE)
            assert readable or writable, f"silence after {answers} answers"
            if writable:
                unsent = unsent[sock.send(unsent[: 1 << 16]):]
            if readable:
                received = sock.recv(1 << 20)
                assert received, f"closed after {answers} answers"
                rest += received
                answers += rest.count(b"HTTP/1.1 200 OK\r\n")
                rest = rest[-len(b"HTTP/1.1 200 OK\r"):]
        assert answers == PIPELINED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can count the descriptors of a process that cannot be dumped")
def test_no_descriptor_left(stage):
    """It neither spins, nor fails those whom it serves, nor forgets those who wait."""
    stage.login("smith-law")
    login = stage.begin_login("jones-law")
    callback = urllib.parse.urlsplit(stage.redirect_uri)
    with Siege(stage) as siege:
        pid = stage.daemon.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (siege.descriptors() + 2, before[1]))
        with crowd(siege, 20) as waiting, socket.create_connection((callback.hostname, callback.port)) as browser:
            for sock in waiting:
                sock.sendall(GET_TOKEN)
            browser.sendall(b"GET /nothing HTTP/1.0\r\nHost: %s\r\n\r\n" % callback.netloc.encode())
            assert siege.cpu_share(seconds=1) < 0.5
            siege.still_serves()
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
            for sock in waiting:
                assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK")
            browser.settimeout(PATIENCE)
            assert browser.recv(65536).startswith(b"HTTP/1.1 404 ")
    assert stage.agent.delete(f"/v1/authorizations/{login['id']}").status == 204
