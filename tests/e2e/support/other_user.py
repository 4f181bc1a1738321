# SPDX-License-Identifier: Apache-2.0
"""Requests of another local user than the one who runs the tests, who must be root."""

import contextlib
import ctypes
import http.client
import json
import os
import socket

import pytest

from .programs import PATIENCE


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
