# SPDX-License-Identifier: Apache-2.0
"""The local protocol as any program speaks it. Every answer is checked against openapi.yaml."""

import contextlib
import http.client
import json
import socket
import struct
from dataclasses import dataclass
from email.message import Message
from typing import Any

from .programs import PATIENCE


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("agent", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A socket with a timeout of Python's is refused when the backlog is full; with this one it waits.
        timeval = struct.pack("@ll", *divmod(int(self.timeout * 1_000_000), 1_000_000))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
        self.sock.connect(str(self._path))
        self.sock.settimeout(self.timeout)


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self):
        """The `code` of a problem."""
        return self.json["code"]


class AgentSocket:
    def __init__(self, path, contract, in_play):
        self.path = path
        self._contract = contract
        self._in_play = in_play

    def request(self, method, target, body=None, headers=None, timeout=PATIENCE + 40):
        """One request on a new connection. `body`: bytes are sent unchanged, anything else as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection = _UnixConnection(self.path, timeout)
        with contextlib.closing(connection):
            connection.request(method, target, body, {"Content-Type": "application/json"} | (headers or {}))
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        self._contract.check(method, target, answer.status, answer.headers, answer.body)
        if answer.status == 200 and target.split("?")[0].endswith("/token"):
            self._in_play.add(answer.json["access_token"])
        return answer

    def get(self, target, **options):
        return self.request("GET", target, **options)

    def post(self, target, body=None, **options):
        return self.request("POST", target, body, **options)

    def put(self, target, body, **options):
        return self.request("PUT", target, body, **options)

    def delete(self, target, **options):
        return self.request("DELETE", target, **options)

    def token(self, account, min_ttl=0):
        """The token answer; fails unless there is one."""
        answer = self.get(f"/v1/accounts/{account}/token?min_ttl={min_ttl}")
        assert answer.status == 200, answer.body
        return answer.json

    def account(self, account):
        answer = self.get(f"/v1/accounts/{account}")
        assert answer.status == 200, answer.body
        return answer.json

    @contextlib.contextmanager
    def events(self):
        """An iterator over what happens from now on."""
        connection = _UnixConnection(self.path, PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/v1/events")
            response = connection.getresponse()
            self._contract.check("GET", "/v1/events", response.status, response.headers, b"null")
            yield self._each_event(response)

    def _each_event(self, response):
        while line := response.readline():
            self._contract.check_event(line)
            yield json.loads(line)

    def raw(self, sent, timeout=PATIENCE):
        """What comes back for these bytes until the daemon closes or has sent nothing for `timeout` seconds."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            sock.connect(str(self.path))
            received = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
                sock.sendall(sent)
                while chunk := sock.recv(65536):
                    received += chunk
            return received
