# SPDX-License-Identifier: Apache-2.0
"""A fake cliod: sends the answers of a test, byte by byte if necessary, and records the requests."""

import json
import socket
import threading


def answer(status, body=None, fields=""):
    """An HTTP response with a JSON body, or without one."""
    text = b"" if body is None else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n{fields}\r\n"
    return head.encode() + text


def problem(status, code, detail="why", fields=""):
    return answer(status, {"type": "about:blank", "title": "T", "status": status, "code": code, "detail": detail}, fields)


class FakeAgent:
    """`answers` maps "METHOD /path" (the query may be left out) to bytes, or to a function of the connection's socket,
    or to a list of such, of which each is used once and the last one stays."""

    def __init__(self, home, answers):
        self.path = home / "agent.sock"
        self.answers = answers
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(16)
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # ends an accept() that waits
        self.thread.join()
        self.listener.close()

    def asked(self, line):
        """The bodies of the requests with this method and target."""
        return [body for asked, body in self.requests if asked == line]

    def _serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(20)
                try:
                    self._serve_one(peer)
                except OSError:
                    pass  # the client had enough

    def _serve_one(self, peer):
        stream = peer.makefile("rb")
        line = " ".join(stream.readline().decode().split()[:2])
        length = 0
        while (field := stream.readline().strip()):
            name, _, value = field.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.requests.append((line, stream.read(length).decode()))
        reply = self.answers.get(line, self.answers.get(line.split("?")[0], problem(404, "not_found", line)))
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            reply(peer)
        else:
            peer.sendall(reply)
