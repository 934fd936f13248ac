"""A gateway has few file descriptors: no connections exhaust them or end the gateway."""

import contextlib
import os
import resource
import socket
import time

import harness

import study_rpc

LIMIT = 1024
IDLE = 1100


def connect_tcp(port, data):
    connection = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE)
    connection.sendall(data)
    return connection


def connect_unix(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)
    try:
        connection.connect(path)
    except OSError:  # refused, or its queue is full
        connection.close()
        return None
    return connection


class FewDescriptors(harness.ServiceCase):
    workers = 1

    @classmethod
    def setUpClass(cls):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    @classmethod
    def tearDownClass(cls):
        cls.check_totals()

    def setUp(self):
        self.held = contextlib.ExitStack()
        self.addCleanup(self.held.close)
        self.service = harness.Service(self.database, self.workers)
        self.addCleanup(self.service.close)
        self.service.gateway_program = ["prlimit", f"--nofile=256:{LIMIT}", harness.GATEWAY]

    def hold(self, connection):
        if connection:
            self.held.callback(connection.close)
        return bool(connection)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.service.gateways[0].pid}/fd"))

    def rpc_answers(self):
        with contextlib.closing(study_rpc.Client(self.service.rpc_endpoint(), timeout_ms=harness.PATIENCE * 1000)) as client:
            return client.call("rpc.status")["workers"]

    def stop(self):
        self.held.close()
        wrong = self.service.stop()
        self.assertEqual(wrong, {}, self.service.logs())

    def hold_http(self, data):
        """Opens more connections than the gateway accepts. The rest waits in the kernel's queue."""
        gateway = self.service.start_gateway()
        harness.until("the gateway listens", lambda: "listens at" in gateway.log())
        self.assertIn(f"{LIMIT} open files are allowed and 256 are kept in reserve: at most 768 HTTP",
                      gateway.log())
        for _ in range(IDLE):
            self.hold(connect_tcp(self.service.port, data))
        harness.until("the connections are there", lambda: self.open_files() >= 768)
        self.assertLess(self.open_files(), 768 + 48)

    def check_service(self):
        self.service.start_worker()
        self.service.wait_ready()
        self.assertTrue(self.rpc_answers())
        self.assertEqual(self.service.get("/topics").status, 200)

    def test_idle_connections_leave_descriptors_for_workers_and_rpc(self):
        self.hold_http(b"")
        self.check_service()
        self.stop()

    def test_partial_requests_leave_descriptors_for_workers_and_rpc(self):
        self.hold_http(b"GET /")
        self.check_service()  # each partial request has ten seconds
        self.stop()

    def test_gateway_survives_many_rpc_and_worker_connections(self):
        self.service.start()
        paths = [endpoint[len("ipc://"):] for endpoint in (self.service.rpc_endpoint(),
                                                         self.service.endpoint(1))]
        for path in paths:
            connected = sum(self.hold(connect_unix(path)) for _ in range(2 * LIMIT))
            self.assertGreater(connected, 0)
        time.sleep(1)  # a wrong exit would happen within this time
        self.assertTrue(self.service.gateways[0].is_running(), self.service.logs())
        self.assertLess(self.open_files(), LIMIT)
        self.assertEqual(self.service.get("/topics").status, 200)  # the worker is still connected
        self.held.close()
        harness.until("an RPC client comes in again", self.rpc_answers)
        self.stop()


if __name__ == "__main__":
    harness.main()
