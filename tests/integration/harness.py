"""The fixture of the stories: a private PostgreSQL, the programs as processes, HTTP.

    class Story(harness.ServiceCase):
        def test_something(self):
            response = self.service.get("/topics")
            self.assertEqual(response.status, 200)

A ServiceCase starts one database, one gateway and two workers for its class and always stops
them. Each program must end with status 0, so a finding of a sanitizer fails the story.
Service.request checks each response against the contract.
"""

import http.client
import json
import os
import re
import shutil
import socket
import sys
import tempfile
import unittest

import auth_mode
import contract
from database import Database
from http_client import Response, Wire
from processes import (BUILD, GATEWAY, PATIENCE, ROOT, WORKER, Process, clean_environment,
                       dies_with_us, free_port, in_long, is_sanitized, until)

__all__ = ["BUILD", "DEADLINE_S", "GATEWAY", "INSTANT", "PATIENCE", "ROOT", "UUID", "WORKER", "Database", "Process",
           "Response", "Service", "ServiceCase", "Wire", "clean_environment", "dies_with_us", "free_port",
           "in_long", "is_sanitized", "main", "until"]
sys.path.append(os.path.join(ROOT, "examples", "python"))  # stories import study_rpc after this file

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
DEADLINE_S = 10  # of a request: twice the default, because the machine may be busy
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


class Service:
    """Gateways on one free port and their workers, with their own runtime directory."""

    def __init__(self, database, workers=2, gateways=1, **settings):
        self.database = database
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.settings = {"STUDYTRACKER_DEADLINE_MS": DEADLINE_S * 1000, **auth_mode.settings(), **settings}
        self.gateway_program, self.worker_program = [GATEWAY], [WORKER]  # and words before them
        self.counts = workers, gateways
        self.gateways, self.workers = [], []
        # This socket is bound until close() and never listens: it keeps the port from other
        # programs, and SO_REUSEPORT lets our gateways share it.
        self.reservation = socket.socket()
        self.reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.reservation.bind(("127.0.0.1", 0))
        self.port = self.reservation.getsockname()[1]

    def endpoint(self, gateway):
        return f"ipc://{self.directory}/workers/workers-{gateway}.sock"

    def rpc_endpoint(self, gateway=1):
        return f"ipc://{self.directory}/rpc/rpc-{gateway}.sock"

    def start_gateway(self):
        number = len(self.gateways) + 1
        env = clean_environment(**{
            "API_HOST": "127.0.0.1", "API_PORT": self.port,
            "STUDYTRACKER_RUNTIME_DIR": self.directory, "STUDYTRACKER_INSTANCE": number,
            "STUDYTRACKER_WORKER_ENDPOINT": self.endpoint(number),
            "STUDYTRACKER_RPC_ENDPOINT": self.rpc_endpoint(number), **self.settings})
        gateway = Process(f"gateway-{number}", self.gateway_program, env, self.directory)
        self.gateways.append(gateway)
        return gateway

    def start_worker(self):
        number = len(self.workers) + 1
        endpoints = ",".join(self.endpoint(i + 1) for i in range(self.counts[1]))
        env = clean_environment(**{
            "DATABASE_URL": self.database.url, "STUDYTRACKER_GATEWAYS": endpoints,
            "STUDYTRACKER_RUNTIME_DIR": self.directory, **self.settings})
        worker = Process(f"worker-{number}", self.worker_program, env, self.directory)
        self.workers.append(worker)
        return worker

    @property
    def token(self):
        """What clients show if the stories run with accounts on, else None."""
        return auth_mode.TOKEN if auth_mode.IS_ON else None

    @property
    def head(self):
        """The header lines that a raw request needs."""
        return "Host: localhost\r\n" + (f"Authorization: Bearer {self.token}\r\n" if self.token else "")

    def start(self):
        if self.token:
            auth_mode.claim(self.database)
        for _ in range(self.counts[1]):
            self.start_gateway()
        for _ in range(self.counts[0]):
            self.start_worker()
        self.wait_ready()

    def wait_ready(self):
        try:
            until("the service is ready", self.is_ready)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None

    def is_ready(self):
        for process in self.gateways + self.workers:
            assert process.is_running(), f"{process.name} ended"
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def logs(self):
        return "\n".join(f"--- {p.name} ({p.popen.poll()})\n{p.log()}"
                         for p in self.gateways + self.workers)

    def stop(self):
        """Stops all programs; returns {name: status} of those that did not end with 0."""
        statuses = {}
        for process in self.gateways + self.workers:
            statuses[process.name] = process.stop()
        return {name: status for name, status in statuses.items() if status != 0}

    def close(self):
        for process in self.gateways + self.workers:
            process.kill()
        self.reservation.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # HTTP

    def request(self, method, target, body=None, headers=None, port=None):
        """body: None, bytes (sent unchanged) or a value that is sent as JSON. If the stories run
        with accounts on, the request shows our token, unless its headers have another one. port:
        that of all gateways if there is none."""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, headers)
            received = connection.getresponse()
            response = Response(received.status, received.getheaders(), received.read())
            contract.check(method, target, response)
            return response
        finally:
            connection.close()

    def get(self, target, **headers):
        return self.request("GET", target, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, target, body=None, **headers):
        return self.request("POST", target, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def wire(self):
        return Wire(self.port)


class ServiceCase(unittest.TestCase):
    """A story on a running service. The class may set `settings` and the counts."""

    workers, gateways, settings = 2, 1, {}

    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = Service(cls.database, cls.workers, cls.gateways, **cls.settings)
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        logs_before = cls.service.logs
        wrong = cls.service.stop()
        if wrong:
            raise AssertionError(f"ended with {wrong}:\n{logs_before()}")
        cls.check_totals()

    @classmethod
    def check_totals(cls):
        for table in ("daily_totals", "topic_totals", "linked_sessions"):
            differences = cls.database.sql(f"select * from {table}_differences()")
            assert not differences, f"{table} differs from a recount: {differences}"

    def empty(self):
        """Deletes all rows but the accounts, for stories that compare whole lists."""
        deletes = "".join(f"delete from {name};" for name in self.database.tables("account_id") - {"accounts"})
        self.database.sql(f"set session_replication_role = replica; {deletes}")

    def topic(self, name, surface="", **fields):
        response = self.service.post(f"{surface}/topics", {"name": name, **fields})
        self.assertEqual(response.status, 201, response)
        return response.json

    def session(self, topic_id, **fields):
        response = self.service.post("/sessions", {"topic_id": topic_id, **fields})
        self.assertEqual(response.status, 201, response)
        return response.json

    def assertRefused(self, response, status, code, field=None):
        """Checks the error body: code, message, field, detail, trace_id."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        body = response.json
        self.assertEqual(set(body), {"error", "detail", "trace_id"}, response)
        self.assertEqual(body["error"]["code"], code, response)
        self.assertTrue(body["error"]["message"], response)
        self.assertEqual(body["detail"], body["error"]["message"])
        self.assertEqual(body["trace_id"], response.header("X-Request-Id"))
        self.assertEqual(body["error"].get("field"), field, response)


def main():
    for program in (GATEWAY, WORKER):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not built")
    unittest.main()
