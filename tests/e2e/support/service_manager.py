# SPDX-License-Identifier: Apache-2.0
"""A fake systemd at the other end of $NOTIFY_SOCKET."""

import os
import queue
import socket
import threading

from .programs import PATIENCE


class ServiceManager:
    """Keeps what daemons send, each datagram as a dictionary of its assignments, and has a file descriptor store."""

    def __init__(self, address):
        """`address`: a path, or an abstract name that begins with @."""
        self.address = address
        self.told = []
        self.store = {}  # descriptor by name
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
        for descriptor in self.store.values():
            os.close(descriptor)

    def wait_for(self, *names):
        """The next datagram that has all these assignments; those before it are kept in `told`."""
        while True:
            assignments = self._received.get(timeout=PATIENCE)
            self.told.append(assignments)
            if assignments.keys() >= set(names):
                return assignments

    def _receive_all(self):
        while True:
            datagram, descriptors, _, _ = socket.recv_fds(self._socket, 65536, 4)
            if not datagram:
                return
            assignments = dict(line.split("=", 1) for line in datagram.decode().split("\n"))
            self._keep(assignments, descriptors)
            self._received.put(assignments)

    def _keep(self, assignments, descriptors):
        name = assignments.get("FDNAME")
        if "FDSTOREREMOVE" in assignments and name in self.store:
            os.close(self.store.pop(name))
        if "FDSTORE" in assignments:
            (self.store[name],) = descriptors
