# SPDX-License-Identifier: Apache-2.0
"""Requests of another local user than the one who runs the tests, who must be root."""

import contextlib
import ctypes
import functools
import http.client
import inspect
import json
import os
import socket
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from .programs import PATIENCE

ANOTHER_USER = 64321


def connection_as(uid, path):
    """An HTTP connection whose peer the daemon sees as `uid`. Skips the test unless root runs it."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                _send_connected(theirs, uid, path)
            os._exit(0)
        os.waitpid(child, 0)
        theirs.close()
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    assert descriptors, f"user {uid} could not connect to {path}"
    connection = http.client.HTTPConnection("agent")
    connection.sock = socket.socket(fileno=descriptors[0])
    connection.sock.settimeout(PATIENCE)
    return connection


def request_as(uid, path, method, target, body):
    """The status of one request."""
    with contextlib.closing(connection_as(uid, path)) as connection:
        connection.request(method, target, json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse().status


def _send_connected(to, uid, path):
    os.seteuid(uid)  # which the peer sees; but the folders of a test are root's
    ctypes.CDLL(None).setfsuid(0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
        connected.connect(str(path))
        socket.send_fds(to, [b"."], [connected.fileno()])


def runs_as_another_user(test):
    """Runs a test in a process of a user who is not root, as people use the agent. Its last argument is a folder of that
    user. Skips unless root runs it."""

    @functools.wraps(test)
    def wrapped(*arguments, **fixtures):
        if os.geteuid() != 0:
            pytest.skip("only root can be another user")
        with tempfile.TemporaryDirectory(prefix="clio-agent-") as home:
            os.chown(home, ANOTHER_USER, ANOTHER_USER)
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                _run_and_exit(lambda: test(*arguments, home=Path(home), **fixtures))
            _, status = os.waitpid(child, 0)
            assert status == 0, "failed in a process of another user; see above"

    signature = inspect.signature(test)
    wrapped.__signature__ = signature.replace(
        parameters=[one for one in signature.parameters.values() if one.name != "home"])
    return wrapped


def _run_and_exit(test):
    try:
        os.setgroups([])
        os.setgid(ANOTHER_USER)
        os.setuid(ANOTHER_USER)
        test()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
