"""What the stories stand on: a private PostgreSQL, the programs as processes, HTTP.

    class Story(harness.ServiceCase):
        def test_something(self):
            reply = self.service.get("/topics")
            self.assertEqual(reply.status, 200)

A ServiceCase starts one database, one gateway and two workers for its class and stops all
of it, whatever happens; each program must then end with status 0, which is also how a
sanitizer's finding fails the story. Each answer of Service.request is held to the contract.
"""

import contextlib
import ctypes
import glob
import http.client
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import contract

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "dev"))
GATEWAY = os.path.join(BUILD, "gateway", "studytracker-gateway")
WORKER = os.path.join(BUILD, "worker", "studytracker-worker")
sys.path.append(os.path.join(ROOT, "examples", "python"))  # stories import study_rpc after this file
PATIENCE = 30  # seconds; what is waited for takes a fraction of one

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def until(what, condition, patience=PATIENCE):
    """Asks until the answer is true, and returns it; an AssertionError past the deadline."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience} s")
        time.sleep(0.01)


def free_port():
    """Nobody's, and mostly none that outgoing connections are given: a server can come back to it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as ports:
        end = max(int(ports.read().split()[0]), 20000)
    while True:
        port = random.randrange(end - 8192, end)
        with socket.socket() as reserved, contextlib.suppress(OSError):
            reserved.bind(("127.0.0.1", port))
            return port


def dies_with_us():
    """In a child before exec: no story that is killed leaves a process behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def clean_environment(**settings):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept["UBSAN_OPTIONS"] = "print_stacktrace=1"
    kept["TSAN_OPTIONS"] = "halt_on_error=1"
    kept.update({name: str(value) for name, value in settings.items()})
    return kept


class Process:
    """One program; its standard error goes to a file, shown where something failed."""

    def __init__(self, name, command, env, directory, pass_fds=()):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, pass_fds=pass_fds, preexec_fn=dies_with_us)

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def resident_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as about:
            return next(int(line.split()[1]) for line in about if line.startswith("VmRSS"))

    def is_running(self):
        return self.popen.poll() is None

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, how=signal.SIGTERM):
        """Asks it to end and returns its exit status."""
        if self.is_running():
            self.popen.send_signal(how)
        try:
            return self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end:\n{self.log()}") from None


class Database:
    """A throw-away cluster on a Unix socket with the migrations deployed."""

    def __init__(self, durable=False):
        self.durable = durable  # for measuring: waits for the disk as a real one does
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.name = "studytracker"
        self.server = None

    @property
    def url(self):
        """As workers connect: a role that can neither make nor empty a table."""
        return f"postgresql://studytracker_worker@/{self.name}?host={self.directory}&port=5432"

    @staticmethod
    def program(name):
        found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
        return max(found, key=lambda path: int(path.split("/")[4])) if found else name

    def as_owner(self, *command):
        if not self.owner:
            return list(command)
        group = str(pwd.getpwnam(self.owner).pw_gid)
        return ["setpriv", "--reuid", self.owner, "--regid", group, "--init-groups", *command]

    def start(self, has_roles=True, is_deployed=True):
        """Without roles as it was before there were any: all belongs to the superuser."""
        if self.owner:
            shutil.chown(self.directory, self.owner)
        data = os.path.join(self.directory, "data")
        subprocess.run(
            self.as_owner(self.program("initdb"), "-D", data, "--auth-local=trust", "--auth-host=reject",
                          "-E", "UTF8", "--locale=C.UTF-8", "-U", "studytracker", "--no-sync"),
            check=True, cwd="/", stdout=subprocess.DEVNULL)
        self.start_server()
        self.sql("create database studytracker", name="postgres")
        if has_roles:
            self.psql(self.name, "-f", os.path.join(ROOT, "schema", "roles.sql"))
        if is_deployed:
            self.deploy("studytracker_owner" if has_roles else "studytracker")

    def require_password(self, role, password):
        quoted = password.replace("'", "''")
        self.sql(f"alter role {role} password '{quoted}'")
        with open(os.path.join(self.directory, "data", "pg_hba.conf"), "w", encoding="ascii") as rules:
            rules.write("local all studytracker trust\nlocal all all scram-sha-256\n")
        self.sql("select pg_reload_conf()")

    def start_server(self):
        data = os.path.join(self.directory, "data")
        prefix = ["setpriv", "--pdeathsig", "INT"]
        command = self.as_owner(self.program("postgres"), "-D", data, "-p", "5432", "-k",
                                self.directory, "-c", "listen_addresses=", "-c", "max_connections=50",
                                "-c", f"fsync={'on' if self.durable else 'off'}")
        command = prefix + (command[1:] if self.owner else command)
        with open(os.path.join("/tmp", os.path.basename(self.directory) + ".log"), "ab") as log:
            self.log_path = log.name
            self.server = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)
        until("PostgreSQL answers", self.is_up)

    def is_up(self):
        assert self.server.poll() is None, open(self.log_path, encoding="utf-8").read()
        asked = [self.program("pg_isready"), "-q", "-h", self.directory, "-p", "5432"]
        return subprocess.run(asked, check=False).returncode == 0

    def stop_server(self, how=signal.SIGINT):
        if self.server and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(PATIENCE)

    def deploy(self, owner):
        user = pwd.getpwuid(os.geteuid()).pw_name
        env = clean_environment(PGHOST=self.directory, PGPORT=5432, PGUSER=owner,
                                SQITCH_FULLNAME=user, SQITCH_EMAIL=f"{user}@localhost")
        subprocess.run(["sqitch", "--quiet", "deploy", "--verify", f"db:pg:{self.name}"],
                       check=True, cwd=os.path.join(ROOT, "schema"), env=env)

    def waiting_for_locks(self):
        """How many workers wait in here for a lock."""
        return int(self.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                              " and application_name like 'studytracker-worker-%'"))

    def sql(self, statement, name=None):
        """The rows as lists of texts; NULL is the empty text. As a superuser."""
        return [line.split("\x1f") for line in self.psql(name or self.name, "-c", statement).splitlines()]

    def psql(self, name, *arguments):
        asked = [self.program("psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v",
                 "ON_ERROR_STOP=1", "-h", self.directory, "-p", "5432", "-U", "studytracker",
                 "-d", name, *arguments]
        return subprocess.run(asked, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

    def value(self, statement):
        rows = self.sql(statement)
        assert len(rows) == 1 and len(rows[0]) == 1, rows
        return rows[0][0]

    def close(self):
        self.stop_server(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)
        if self.server:
            os.unlink(self.log_path)


class Reply:
    """Status, headers (a list, as they came) and body of one answer."""

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


class Service:
    """Gateways and workers on a free port with a runtime directory of their own."""

    def __init__(self, database, workers=2, gateways=1, **settings):
        self.database = database
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.settings = settings
        self.gateway_command = [GATEWAY]
        self.counts = workers, gateways
        self.gateways, self.workers = [], []
        # Bound for as long as we live and never listening: nobody else is given this port,
        # and SO_REUSEPORT lets our gateways share it.
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
        gateway = Process(f"gateway-{number}", self.gateway_command, env, self.directory)
        self.gateways.append(gateway)
        return gateway

    def start_worker(self):
        number = len(self.workers) + 1
        endpoints = ",".join(self.endpoint(i + 1) for i in range(self.counts[1]))
        env = clean_environment(**{
            "DATABASE_URL": self.database.url, "STUDYTRACKER_GATEWAYS": endpoints,
            "STUDYTRACKER_RUNTIME_DIR": self.directory, **self.settings})
        worker = Process(f"worker-{number}", [WORKER], env, self.directory)
        self.workers.append(worker)
        return worker

    def start(self):
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
        """Everything ends in order; a status other than 0 is somebody's bug."""
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

    def request(self, method, target, body=None, headers=None):
        """body: None, bytes as they are, or anything that becomes JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.getheaders(), answer.read())
            contract.check(method, target, reply)
            return reply
        finally:
            connection.close()

    def get(self, target, **headers):
        return self.request("GET", target, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, target, body=None, **headers):
        return self.request("POST", target, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def wire(self):
        return Wire(self.port)


class Wire:
    """A raw connection: bytes out, answers in."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
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
        """The next answer, interim ones included; `to` is the method it answers."""
        status = int(self.take_line().split(b" ")[1])
        headers = []
        while line := self.take_line():
            name, value = line.decode("latin-1").split(":", 1)
            headers.append((name, value.strip()))
        reply = Reply(status, headers, b"")
        if to == "HEAD" or status < 200 or status in (204, 304):
            return reply
        if reply.header("Transfer-Encoding") == "chunked":
            reply.body = self.take_chunks()
        else:
            reply.body = self.take(int(reply.header("Content-Length")))
        return reply

    def take_chunks(self):
        body = b""
        while size := int(self.take_line(), 16):
            body += self.take(size)
            self.take_line()
        self.take_line()
        return body

    def is_closed_by_peer(self):
        """Waits for the end of the connection; False where bytes come instead."""
        try:
            return not self.pending and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


class ServiceCase(unittest.TestCase):
    """A story on a running service; `settings` and counts may be set by the class."""

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
        differences = cls.database.sql("select * from daily_totals_differences()")
        assert not differences, f"daily_totals differs from a recount: {differences}"

    def empty(self):
        """No topics, no sessions: for stories that need to see all there is."""
        self.database.sql("delete from sessions; delete from topics")

    def topic(self, name, surface="", **fields):
        reply = self.service.post(f"{surface}/topics", {"name": name, **fields})
        self.assertEqual(reply.status, 201, reply)
        return reply.json

    def session(self, topic_id, **fields):
        reply = self.service.post("/sessions", {"topic_id": topic_id, **fields})
        self.assertEqual(reply.status, 201, reply)
        return reply.json

    def assertRefused(self, reply, status, code, field=None):
        """The uniform error: code, message, field, detail, trace_id."""
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.header("Content-Type"), "application/json")
        said = reply.json
        self.assertEqual(set(said), {"error", "detail", "trace_id"}, reply)
        self.assertEqual(said["error"]["code"], code, reply)
        self.assertTrue(said["error"]["message"], reply)
        self.assertEqual(said["detail"], said["error"]["message"])
        self.assertEqual(said["trace_id"], reply.header("X-Request-Id"))
        self.assertEqual(said["error"].get("field"), field, reply)


def main():
    for program in (GATEWAY, WORKER):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not built")
    unittest.main()
