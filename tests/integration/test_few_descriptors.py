"""A gateway that may open few files: nobody's connections take what others need, or its life."""

import contextlib
import os
import resource
import socket
import time

import harness

import study_rpc

LIMIT = 1024
IDLE = 1100


def connect_tcp(port, said):
    made = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE)
    made.sendall(said)
    return made


def connect_unix(path):
    made = socket.socket(socket.AF_UNIX)
    made.setblocking(False)
    try:
        made.connect(path)
    except OSError:  # refused, or its queue is full
        made.close()
        return None
    return made


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
        self.service.gateway_command = ["prlimit", f"--nofile=256:{LIMIT}", harness.GATEWAY]

    def hold(self, connection):
        if connection:
            self.held.callback(connection.close)
        return bool(connection)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.service.gateways[0].pid}/fd"))

    def rpc_answers(self):
        with contextlib.closing(study_rpc.Client(self.service.rpc_endpoint())) as client:
            return client.call("rpc.status")["workers"]

    def stop(self):
        self.held.close()
        wrong = self.service.stop()
        self.assertEqual(wrong, {}, self.service.logs())

    def hold_http(self, said):
        """More than the gateway has room for: the rest waits in the kernel's queue."""
        gateway = self.service.start_gateway()
        harness.until("the gateway listens", lambda: "listens at" in gateway.log())
        self.assertIn(f"{LIMIT} open files are allowed and 256 are kept in reserve: at most 768 HTTP",
                      gateway.log())
        for _ in range(IDLE):
            self.hold(connect_tcp(self.service.port, said))
        harness.until("the connections are there", lambda: self.open_files() >= 768)
        self.assertLess(self.open_files(), 768 + 48)

    def check_service(self):
        self.service.start_worker()
        self.service.wait_ready()
        self.assertTrue(self.rpc_answers())
        self.assertEqual(self.service.get("/topics").status, 200)

    def test_idle_connections_leave_room_for_workers_rpc_and_requests(self):
        self.hold_http(b"")
        self.check_service()
        self.stop()

    def test_half_requests_leave_room_for_workers_and_rpc(self):
        self.hold_http(b"GET /")
        self.check_service()  # each half request has ten seconds
        self.stop()

    def test_a_flood_of_rpc_and_worker_connections(self):
        self.service.start()
        paths = [endpoint[len("ipc://"):] for endpoint in (self.service.rpc_endpoint(),
                                                         self.service.endpoint(1))]
        for path in paths:
            connected = sum(self.hold(connect_unix(path)) for _ in range(2 * LIMIT))
            self.assertGreater(connected, 0)
        time.sleep(1)  # what is not to happen has time to
        self.assertTrue(self.service.gateways[0].is_running(), self.service.logs())
        self.assertLess(self.open_files(), LIMIT)
        self.assertEqual(self.service.get("/topics").status, 200)  # the worker is still there
        self.held.close()
        harness.until("an RPC client comes in again", self.rpc_answers)
        self.stop()


if __name__ == "__main__":
    harness.main()
