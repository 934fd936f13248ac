"""Connects stories to the gateway as RPC clients, with the example's client or with raw bytes."""

import msgpack
import zmq

import faults
import harness
import study_rpc

PATIENCE_MS = harness.PATIENCE * 1000
CONTEXT_OF = {"deadline_ms": 60000}  # as much as a client may ask for


def request(msgid, method, params=None, context=None):
    return msgpack.packb([0, msgid, method, [CONTEXT_OF if context is None else context, params or {}]])


def messages(body):
    unpacker = msgpack.Unpacker(strict_map_key=False)
    unpacker.feed(body)
    return list(unpacker)


class Raw:
    """A raw socket, which can send any bytes."""

    def __init__(self, endpoint, kind=zmq.DEALER, curve=None, routing_id=b""):
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger, self.socket.rcvtimeo, self.socket.sndtimeo = 0, PATIENCE_MS, PATIENCE_MS
        if routing_id:
            self.socket.routing_id = routing_id
        if curve:
            self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = curve
        self.socket.connect(endpoint)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, body):
        self.socket.send(body)

    def answers(self, count):
        """{msgid: (error, result)} of `count` responses."""
        got = {}
        while len(got) < count:
            for kind, msgid, error, result in messages(self.socket.recv()):
                assert kind == 1 and msgid not in got, (kind, msgid)
                got[msgid] = error, result
        return got

    def ask(self, method, params=None, context=None):
        self.send(request(1, method, params, context))
        return self.answers(1)[1]


class RpcCase(harness.ServiceCase):
    def client(self, **options):
        options.setdefault("token", self.service.token)
        client = study_rpc.Client(self.service.rpc_endpoint(), timeout_ms=PATIENCE_MS, **options)
        self.addCleanup(client.close)
        return client

    def raw(self, kind=zmq.DEALER):
        raw = Raw(self.service.rpc_endpoint(), kind)
        self.addCleanup(raw.socket.close)
        return raw

    def topics_locked(self):
        """Meanwhile the workers take requests for topics and respond to none."""
        return faults.Lock(self.database, "topics", mode="access exclusive")

    def assertRpcRefused(self, code, field, method, **params):
        with self.assertRaises(study_rpc.StudyError) as caught:
            self.client().call(method, **params)
        self.assertEqual((caught.exception.code, caught.exception.field), (code, field))
        return caught.exception


def made_topic(call, **params):
    """Creates a topic and returns it as topics.get does."""
    topic = call("topics.create", **params)
    assert topic.pop("replayed") is False
    return topic
