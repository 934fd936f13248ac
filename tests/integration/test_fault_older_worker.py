"""During a rolling upgrade an older worker serves together with a new one: a request goes only to a
worker that has its method."""

import threading
import uuid

import msgpack
import zmq

import faults
import harness
import study_rpc

CREDIT = 256  # as much as a real worker, so the gateway would give it half of the requests
OLDER_RESULT = {"from": "the older worker"}
# It knows the account of the stories' token, if accounts are on.
CREDENTIAL = {"account_id": 1, "scopes": 14, "credential": "token 1", "token_id": 1, "is_marked": True}


class OlderWorker(threading.Thread):
    """A worker over ZeroMQ that has few methods. It responds with OLDER_RESULT and keeps the
    names."""

    def __init__(self, endpoint, methods):
        super().__init__(daemon=True)
        self.endpoint, self.methods, self.seen = endpoint, methods, []
        self.uuid, self.epoch, self.responses = str(uuid.uuid4()), 0, 0
        self.is_over = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.join()

    def credit(self):
        return self.responses + CREDIT

    def ready(self):
        return [2, "worker.ready", {"worker": self.uuid, "pid": 1, "version": "0.0.1", "epoch": self.epoch,
                                    "credit": self.credit(), "methods": self.methods, "database": True}]

    def respond(self, requests):
        """One body: the credit, then the responses."""
        self.responses += len(requests)
        messages = [[2, "worker.credit", {"epoch": self.epoch, "credit": self.credit()}]]
        messages += [[1, msgid, None, CREDENTIAL if method == "credentials.get" else OLDER_RESULT]
                     for _, msgid, method, _ in requests]
        return b"".join(map(msgpack.packb, messages))

    def receive(self, socket):
        unpacker = msgpack.Unpacker(strict_map_key=False)
        unpacker.feed(socket.recv())
        messages = list(unpacker)
        for message in messages:
            if message[:2] == [2, "gateway.hello"] and message[2]["epoch"] != self.epoch:
                self.epoch = message[2]["epoch"]
                socket.send(msgpack.packb(self.ready()))
        requests = [m for m in messages if m[0] == 0]
        self.seen += [method for _, _, method, _ in requests if method != "credentials.get"]
        if requests:
            socket.send(self.respond(requests))

    def run(self):
        with zmq.Context.instance().socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(self.endpoint)
            while not self.is_over.is_set():
                socket.send(msgpack.packb(self.ready()))
                while socket.poll(300):
                    self.receive(socket)


class RollingUpgrade(faults.FaultCase):
    workers = 1

    def client(self):
        client = study_rpc.Client(self.service.rpc_endpoint(), 10000, token=self.service.token)
        self.addCleanup(client.close)
        return client

    def older(self):
        worker = OlderWorker(self.service.endpoint(1), ["topics.get", "credentials.get"])
        self.enterContext(worker)
        self.service.wait_joined(2)
        harness.until("it is in its epoch", lambda: worker.epoch)
        return worker

    def test_a_request_goes_to_a_worker_that_has_its_method(self):
        older, call = self.older(), self.client().call
        topic = self.topic("Linux")["id"]
        for _ in range(50):
            self.session(topic)
            self.assertEqual([t["name"] for t in call("topics.list")["data"]], ["Linux"])
        self.assertEqual(older.seen, [])
        results = [call("topics.get", topic_id=topic) for _ in range(20)]
        self.assertIn(OLDER_RESULT, results)
        self.assertEqual(older.seen, ["topics.get"] * results.count(OLDER_RESULT))

    def test_gateway_refuses_a_method_that_no_worker_has(self):
        older, call = self.older(), self.client().call
        self.service.end(self.service.workers[0])
        self.assertRefused(self.service.get("/topics"), 503, "NO_WORKER")
        with self.assertRaises(study_rpc.StudyError) as refused:
            call("sessions.list")
        self.assertEqual(refused.exception.code, "NO_WORKER")
        self.assertEqual(call("topics.get", topic_id=1), OLDER_RESULT)
        self.service.start_worker()
        self.service.wait_joined(2)
        harness.until("the new worker serves", lambda: self.service.get("/topics").status == 200)
        self.assertEqual(set(older.seen), {"topics.get"})


if __name__ == "__main__":
    harness.main()
