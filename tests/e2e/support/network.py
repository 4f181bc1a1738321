# SPDX-License-Identifier: Apache-2.0
"""What stands between a daemon and Clio in an office: certificate authorities, servers behind TLS, an HTTP proxy."""

import contextlib
import socket
import ssl
import subprocess
import threading


class Authority:
    """A certificate authority, and a server's certificate that it signed."""

    def __init__(self, folder, name, host="localhost"):
        self.certificate = folder / f"{name}.pem"
        self.server_certificate, self.server_key = folder / f"{name}-server.pem", folder / f"{name}-server.key"
        key, request, extension = folder / f"{name}.key", folder / f"{name}.csr", folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=DNS:{host}")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        _openssl("req", "-x509", *new_key, "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", self.certificate)
        _openssl("req", *new_key, "-subj", f"/CN={host}", "-keyout", self.server_key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", key, "-CAcreateserial", "-days", "2",
                 "-extfile", extension, "-out", self.server_certificate)


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Relay:
    """Listens on a port of 127.0.0.1, and passes what comes there on to the address that `_open` finds."""

    def __init__(self, at=0):
        self._listener = socket.create_server(("127.0.0.1", at))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            near, far = self._open(connection)
            with near, far:
                back = threading.Thread(target=_copy, args=(far, near), daemon=True)
                back.start()
                _copy(near, far)
                back.join()


def _copy(source, target):
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


class TlsFront(Relay):
    """Speaks TLS for a server that does not."""

    def __init__(self, authority, port, at=0):
        super().__init__(at)
        self._server = ("127.0.0.1", port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.server_certificate, authority.server_key)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def _open(self, connection):
        return self._context.wrap_socket(connection, server_side=True), socket.create_connection(self._server)


class Proxy(Relay):
    """An HTTP proxy for CONNECT. With `credentials`, "user:password" in Base64, it wants them."""

    def __init__(self, credentials=None):
        super().__init__()
        self._credentials = credentials
        self.requests = []  # whole heads

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _open(self, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1) or b"\r\n\r\n"
        self.requests.append(head.decode())
        if self._credentials and f"Proxy-Authorization: Basic {self._credentials}\r\n" not in head.decode():
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            raise ConnectionError
        host, port = head.split()[1].decode().rsplit(":", 1)
        far = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return connection, far
