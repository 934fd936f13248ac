"""A gateway that calls workers for any account. Real gateways admit account 1 only, until there are
credentials.

    service = account_gateway.Service(database)
    service.start()
    with account_gateway.AccountGateway(service.own_endpoint) as gateway:
        error, result = gateway.answers(2, [("tasks.get", {"task_id": 1})])[0]

It speaks the part between gateways and workers of schema/rpc.md. A thread of its own owns the
ROUTER socket, because workers need a gateway.hello every second.
"""

import queue
import threading
import uuid

import msgpack
import zmq

import harness
import rpc_program

EPOCH = 1


class Service(harness.Service):
    """Its workers connect to a gateway of the story, too."""

    @property
    def own_endpoint(self):
        return f"ipc://{self.directory}/workers/story.sock"

    def start_gateway(self):
        gateway = super().start_gateway()
        self.settings = {**self.settings, "STUDYTRACKER_GATEWAYS": f"{self.endpoint(1)},{self.own_endpoint}"}
        return gateway


class AccountGateway:
    def __init__(self, endpoint):
        context = zmq.Context.instance()
        self.router = context.socket(zmq.ROUTER)
        self.router.linger = 0
        self.router.bind(endpoint)
        inside = f"inproc://{uuid.uuid4()}"
        self.requests, self.outgoing = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        self.requests.bind(inside)
        self.outgoing.connect(inside)
        self.answered = queue.Queue()
        self.worker = None  # the identity of the one that is called
        self.ended = set()  # identities; what they sent before may come late
        self.is_ready = threading.Event()
        self.is_over = False
        self.thread = threading.Thread(target=self.live, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.is_ready.wait(harness.PATIENCE), "a worker is ready"
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.outgoing.send(b"")
        self.thread.join()
        for socket in (self.router, self.requests, self.outgoing):
            socket.close(0)

    def expect_another_worker(self):
        """Call it after the worker has ended; `is_ready` is set when another one is there."""
        self.ended.add(self.worker)
        self.worker = None
        self.is_ready.clear()

    def live(self):
        poller = zmq.Poller()
        poller.register(self.router, zmq.POLLIN)
        poller.register(self.requests, zmq.POLLIN)
        while not self.is_over:
            ready = dict(poller.poll())
            if self.requests in ready:
                body = self.requests.recv()
                if body:
                    self.router.send_multipart([self.worker, body])
            if self.router in ready:
                identity, *_, body = self.router.recv_multipart()
                for message in rpc_program.messages(body):
                    self.handle(identity, message)

    def handle(self, identity, message):
        if message[0] == 1:
            self.answered.put(message)
        elif message[1] == "worker.ready":
            hello = {"gateway": "01890a5d-ac96-7222-8222-222222222222", "epoch": EPOCH, "version": "0.1.0"}
            self.router.send_multipart([identity, msgpack.packb([2, "gateway.hello", hello])])
            is_usable = message[2]["database"] and message[2]["epoch"] == EPOCH and identity not in self.ended
            if is_usable and not self.worker:
                self.worker = identity
                self.is_ready.set()

    def send(self, account, first, calls):
        """Sends [(method, params)] in one message. The ids begin with `first`."""
        self.outgoing.send(b"".join(
            rpc_program.request(first + n, method, params, {
                "account": account, "request_id": "story", "deadline_ms": harness.PATIENCE * 1000})
            for n, (method, params) in enumerate(calls)))

    def cancel(self, msgids):
        self.outgoing.send(msgpack.packb([2, "gateway.cancel", {"epoch": EPOCH, "msgids": list(msgids)}]))

    def receive(self, count):
        """{msgid: (error, result)} of the next responses, in the order in which they arrive."""
        found = {}
        for _ in range(count):
            try:
                _, msgid, error, result = self.answered.get(timeout=harness.PATIENCE)
            except queue.Empty:
                raise AssertionError(f"{len(found)} of {count} responses came: {found}") from None
            found[msgid] = error, result
        return found

    def answers(self, account, calls):
        """[(error, result)] of [(method, params)], in order."""
        found = {}
        calls = list(calls)
        for first in range(0, len(calls), 50):  # within the worker's credit
            batch = calls[first:first + 50]
            self.send(account, first, batch)
            found.update(self.receive(len(batch)))
        return [found[n] for n in range(len(calls))]
