# SPDX-License-Identifier: Apache-2.0
"""Stands in for systemd at the other end of $NOTIFY_SOCKET."""

import socket

from .programs import PATIENCE


class ServiceManager:
    """Keeps what daemons send, each datagram as a dictionary of its assignments."""

    def __init__(self, address):
        """`address`: a path, or an abstract name that begins with @."""
        self.address = address
        self.told = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def wait_for(self, *names):
        """The next datagram that has all these assignments; those before it are kept in `told`."""
        while True:
            text = self._socket.recv(65536).decode()
            assignments = dict(line.split("=", 1) for line in text.split("\n"))
            self.told.append(assignments)
            if assignments.keys() >= set(names):
                return assignments
