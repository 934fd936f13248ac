"""The ledger's clients over RPC, on tcp:// with keys: the same steps, as RPC calls."""

import asyncio
import json

import msgpack
import zmq
import zmq.asyncio
from zmq.utils.monitor import recv_monitor_message

import harness
import ledger

HANDSHAKE_MS, HEARTBEAT_MS, SILENCE_MS, RECONNECT_MS = 2000, 500, 2000, 50
ENDED = (zmq.Event.DISCONNECTED, zmq.Event.HANDSHAKE_FAILED_NO_DETAIL,
         zmq.Event.HANDSHAKE_FAILED_PROTOCOL, zmq.Event.HANDSHAKE_FAILED_AUTH)
EVENTS = sum(ENDED) + zmq.Event.HANDSHAKE_SUCCEEDED


def as_call(method, target, body):
    """Returns the RPC method and params of an HTTP request, and the HTTP status of its success."""
    body = body or {}
    session = target.removeprefix("/api/v1/sessions/")
    if (method, target) == ("POST", "/sessions"):
        return ("sessions.log" if "tag" in body else "sessions.create"), body, 201
    if (method, target) == ("POST", "/api/v1/topics"):
        return "topics.create", body, 201
    if (method, target) == ("GET", "/stats"):
        return "stats.totals", body, 200
    name = {"PUT": "sessions.create", "PATCH": "sessions.update", "GET": "sessions.get"}[method]
    return name, {"session_id": session, **body}, 200


class Client(ledger.Client):
    """`doors`: endpoints with their curve keys. After a lost connection the client uses the next
    one."""

    def __init__(self, load, number, doors):
        super().__init__(load, number)
        self.doors, self.opened = doors, self.dice.randrange(len(doors))
        self.socket = self.watch = None
        self.is_up, self.is_down = asyncio.Event(), asyncio.Event()

    def open(self):
        endpoint, curve = self.doors[self.opened % len(self.doors)]
        self.opened += 1
        self.socket = zmq.asyncio.Context.instance().socket(zmq.DEALER)
        self.socket.linger, self.socket.immediate = 0, True
        self.socket.handshake_ivl, self.socket.reconnect_ivl = HANDSHAKE_MS, RECONNECT_MS
        self.socket.heartbeat_ivl, self.socket.heartbeat_timeout = HEARTBEAT_MS, SILENCE_MS
        self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = curve
        self.watch = asyncio.create_task(self.hear_of_connection(self.socket.get_monitor_socket(EVENTS)))
        self.is_down.set()
        self.is_up.clear()
        self.socket.connect(endpoint)

    def close(self):
        if self.socket:
            self.watch.cancel()
            self.socket.disable_monitor()
            self.socket.close()
        self.socket = self.watch = None

    async def end(self):
        if self.socket and await self.socket.poll(0):
            self.load.complain(f"an answer that nobody asked for: {(await self.socket.recv())[:300]!r}")
        self.close()

    async def hear_of_connection(self, monitor):
        with monitor:
            while True:
                event = (await recv_monitor_message(monitor))["event"]
                is_up = event == zmq.Event.HANDSHAKE_SUCCEEDED
                self.load.not_connected += not is_up
                (self.is_up if is_up else self.is_down).set()
                (self.is_down if is_up else self.is_up).clear()

    async def connect(self):
        if not self.socket:
            self.open()
        await self.is_up.wait()

    async def once(self, trace, method, target, body):
        name, params, success = as_call(method, target, body)
        context = {"request_id": trace, "deadline_ms": int(ledger.DEADLINE * 1000),
                   "token": self.load.service.token}
        await self.socket.send(msgpack.packb([0, self.count, name, [context, params]]))
        response, loss = (asyncio.ensure_future(wait) for wait in (self.socket.recv(), self.is_down.wait()))
        try:
            await asyncio.wait((response, loss), return_when=asyncio.FIRST_COMPLETED)
            if not response.done():
                raise ledger.Lost("the connection ended")
            return self.as_reply(response.result(), success)
        finally:
            response.cancel()
            loss.cancel()

    def as_reply(self, body, success):
        kind, msgid, error, result = msgpack.unpackb(body, strict_map_key=False)
        if (kind, msgid) != (1, self.count):
            raise ValueError(f"asked {self.count}, answered {body[:300]!r}")
        if error is None:
            return harness.Response(success, [], json.dumps(result).encode())
        code = error["code"]
        status = 504 if code == "DEADLINE_EXCEEDED" else 503 if code in ledger.REFUSALS else 400
        return harness.Response(status, [], json.dumps({"error": error}).encode())
