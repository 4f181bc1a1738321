# SPDX-License-Identifier: Apache-2.0
"""Stands in for systemd at the other end of $NOTIFY_SOCKET."""

import queue
import socket
import threading

from .programs import PATIENCE


class ServiceManager:
    """Keeps what daemons send, each datagram as a dictionary of its assignments."""

    def __init__(self, address):
        """`address`: a path, or an abstract name that begins with @."""
        self.address = address
        self.told = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._received = queue.Queue()
        # At all times, as systemd does: few datagrams wait unread before their sender has to.
        self._reader = threading.Thread(target=self._receive_all)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def wait_for(self, *names):
        """The next datagram that has all these assignments; those before it are kept in `told`."""
        while True:
            assignments = self._received.get(timeout=PATIENCE)
            self.told.append(assignments)
            if assignments.keys() >= set(names):
                return assignments

    def _receive_all(self):
        while datagram := self._socket.recv(65536):
            self._received.put(dict(line.split("=", 1) for line in datagram.decode().split("\n")))
