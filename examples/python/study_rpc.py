"""A StudyTracker client over ZeroMQ, as schema/rpc.md describes it, in thirty lines.

    study = Client("ipc:///run/studytracker/rpc/rpc-1.sock")
    session = study.call("sessions.log", tag="Linux", minutes=25)
    for topic in study.call("topics.list", limit=10)["data"]:
        print(topic["id"], topic["name"])
"""

import itertools

import msgpack
import zmq


class StudyError(Exception):
    """An error of the service: `code` to branch on, `message` for people, `field` or None."""

    def __init__(self, code, message, field=None):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.field = code, message, field


class Client:
    def __init__(self, endpoint, timeout_ms=5000, curve=None, token=None):
        """curve: the public key of the gateway, our public key, our secret key. token: if the
        service has accounts; `study token create` makes one."""
        self.endpoint, self.timeout_ms, self.curve, self.token = endpoint, timeout_ms, curve, token
        self.msgids, self.socket = itertools.count(1), None

    def connect(self):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        if self.curve:
            self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = self.curve
        self.socket.connect(self.endpoint)

    def close(self):
        """Closes the socket, after a timeout, too, so that a late response is dropped. The next
        call opens a new one."""
        if self.socket:
            self.socket.close()
        self.socket = None

    def call(self, method, **params):
        if not self.socket:
            self.connect()
        msgid = next(self.msgids) & 0xffffffff
        context = {"deadline_ms": self.timeout_ms, "token": self.token}
        self.socket.send(msgpack.packb([0, msgid, method, [context, params]]))
        if not self.socket.poll(self.timeout_ms + 500):  # the service itself reports the timeout if it can
            self.close()
            raise StudyError("DEADLINE_EXCEEDED", f"no response from {self.endpoint}")
        _, response_to, error, result = msgpack.unpackb(self.socket.recv(), strict_map_key=False)
        if response_to != msgid:
            self.close()
            raise StudyError("PROTOCOL", "a response to another request")
        if error is not None:
            raise StudyError(error["code"], error["message"], error.get("field"))
        return result
