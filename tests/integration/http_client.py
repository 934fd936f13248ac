"""An HTTP client for the stories: responses and raw connections."""

import json
import socket

from processes import PATIENCE


class Response:
    """Status, headers (a list in the order received) and body of one response."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} came {len(found)} times"
        return found[0] if found else None

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Wire:
    """A raw connection: sends bytes and reads responses. `address` is the client's."""

    def __init__(self, port, address=""):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def read_more(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError(f"the connection ended after {self.pending!r}")
        self.pending += more

    def take(self, length):
        while len(self.pending) < length:
            self.read_more()
        taken, self.pending = self.pending[:length], self.pending[length:]
        return taken

    def take_line(self):
        while b"\r\n" not in self.pending:
            self.read_more()
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line

    def answer(self, to="GET"):
        """Reads the next response, also an interim one (1xx); `to` is the method of its request."""
        status = int(self.take_line().split(b" ")[1])
        headers = []
        while line := self.take_line():
            name, value = line.decode("latin-1").split(":", 1)
            headers.append((name, value.strip()))
        response = Response(status, headers, b"")
        if to == "HEAD" or status < 200 or status in (204, 304):
            return response
        if response.header("Transfer-Encoding") == "chunked":
            response.body = self.take_chunks()
        else:
            response.body = self.take(int(response.header("Content-Length")))
        return response

    def take_chunks(self):
        body = b""
        while size := int(self.take_line(), 16):
            body += self.take(size)
            self.take_line()
        self.take_line()
        return body

    def is_closed_by_peer(self):
        """Waits until the peer closes the connection; False if it sends bytes instead."""
        try:
            return not self.pending and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
