"""Measures honest clients during one attack after the other: their latency and failures, and the
memory of the gateway.

    STUDYTRACKER_BUILD_DIR=build/release /usr/bin/python3 tests/bench/attackers.py [NAME...]

It uses loopback only and limits its connections and time. BENCH_SECONDS (5) is the duration of each
attack. The limits of the gateway are low, so that one machine reaches them: 500 connections, 64 MiB
of bodies.
"""

import contextlib
import multiprocessing
import os
import socket
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "release"))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
import harness  # noqa: E402: it reads the variable above

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
SETTINGS = {"STUDYTRACKER_CONNECTIONS_MAX": 500, "STUDYTRACKER_BODIES_MAX_MIB": 64}
ROWS = 30000
PAUSE = 0.01  # seconds between two honest requests
GIVEN_UP = 5.0  # seconds after which an honest request has failed

HOST = b"Host: localhost\r\n"
OPENAPI = b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n"
LIST = b"GET /sessions HTTP/1.1\r\n" + HOST + b"\r\n"
SEARCH = b"GET /api/v1/sessions?q=nowhere+to+be+found HTTP/1.1\r\n" + HOST + b"\r\n"
REPORT = b"GET /api/v1/stats/series?by=day&group=topic HTTP/1.1\r\n" + HOST + b"\r\n"


class Target:
    """The addresses that an attacker knows."""

    def __init__(self, service):
        self.port = service.port
        self.rpc = service.rpc_endpoint()

    def connect(self, said=b"", receive=None):
        made = socket.socket()
        if receive:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        made.settimeout(2)
        try:
            made.connect(("127.0.0.1", self.port))
            made.sendall(said)
        except OSError:
            made.close()
            return None
        made.setblocking(False)
        return made


def keep(connections, count, make):
    """Replaces the connections that the gateway has closed."""
    for at in range(count):
        if at >= len(connections):
            connections.append(None)
        if connections[at] is None:
            connections[at] = make()


def each(connections, act):
    for at, connection in enumerate(connections):
        try:
            if connection and act(connection) == b"":
                raise ConnectionResetError
        except BlockingIOError:
            pass
        except OSError:
            connection.close()
            connections[at] = None


def forever(target, count, make, act, pause=0.05):
    connections = []
    while True:
        keep(connections, count, lambda: make(target))
        each(connections, act)
        time.sleep(pause)


def unread_pipelines(target):
    forever(target, 20, lambda t: t.connect(receive=4096), lambda c: c.send(OPENAPI * 200))


def byte_readers(target):
    forever(target, 40, lambda t: t.connect(LIST, receive=4096), lambda c: c.recv(1))


def idle_hoarder(target):
    forever(target, 1500, lambda t: t.connect(), lambda c: c.recv(1))


def dripping_heads(target):
    forever(target, 300, lambda t: t.connect(b"GET / HTTP/1.1\r\nA: "), lambda c: c.send(b"x"), 0.5)


def dripping_bodies(target):
    head = b"POST /topics HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    whole = head + b"Content-Length: 1000000\r\n\r\n" + b" " * 990000
    forever(target, 150, lambda t: t.connect(whole), lambda c: c.send(b" "), 0.5)


def churn(target):
    while True:
        made = target.connect(b"GET /health HTTP/1.1\r\n")
        if made:
            made.close()


def searches(target):
    forever(target, 20, lambda t: t.connect(SEARCH), lambda c: c.recv(1 << 20))


def reports(target):
    forever(target, 100, lambda t: t.connect(REPORT), lambda c: c.recv(1 << 20))


def rpc_status_flood(target):
    import msgpack
    import zmq
    body = b"".join(msgpack.packb([0, n, "rpc.status", [{}, {}]]) for n in range(30000))[:1 << 20]
    context = zmq.Context()
    sockets = []
    for _ in range(20):
        sockets.append(context.socket(zmq.DEALER))
        sockets[-1].linger = 0
        sockets[-1].connect(target.rpc)
    while True:
        for one in sockets:
            with contextlib.suppress(zmq.Again):
                one.send(body, zmq.DONTWAIT)
        time.sleep(0.01)


def rpc_connections(target):
    path = target.rpc[len("ipc://"):]

    def connect(_):
        made = socket.socket(socket.AF_UNIX)
        made.setblocking(False)
        try:
            made.connect(path)
        except OSError:
            made.close()
            return None
        return made
    forever(target, 3000, connect, lambda c: c.recv(64))


ATTACKERS = [unread_pipelines, byte_readers, idle_hoarder, dripping_heads, dripping_bodies, churn,
             searches, reports, rpc_status_flood, rpc_connections]


class Honest:
    """Reads and writes, alternately over a kept connection and over a new one."""

    def __init__(self, service, topic):
        self.port, self.kept = service.port, None
        body = b'{"topic_id": %d, "duration_minutes": 5}' % topic
        self.requests = [
            b"GET /topics/%d HTTP/1.1\r\n" % topic + HOST + b"\r\n",
            b"POST /sessions HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body]

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=GIVEN_UP)

    @staticmethod
    def ask(connection, request):
        connection.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            more = connection.recv(65536)
            if not more:
                raise ConnectionResetError
            got += more
        assert got.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")), got
        head, body = got.split(b"\r\n\r\n", 1)
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)

    def one(self, request, is_kept):
        if not is_kept:
            with self.connect() as connection:
                self.ask(connection, request)
            return
        for is_reused in (self.kept is not None, False):
            try:
                self.kept = self.kept or self.connect()
                self.ask(self.kept, request)
                return
            except (OSError, AssertionError):
                if self.kept:
                    self.kept.close()
                self.kept = None
                if not is_reused:  # else retried: the server may close an idle connection
                    raise

    def run(self, seconds):
        """Returns the milliseconds of each request and the number of failures."""
        took, failed, number = [], 0, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                self.one(self.requests[number % 2], number % 4 < 2)
            except (OSError, AssertionError):
                failed += 1
            took.append((time.monotonic() - began) * 1000)
            number += 1
            time.sleep(PAUSE)
        return sorted(took), failed


def percentiles(took):
    return " / ".join(f"{took[int(len(took) * share)]:.1f}" for share in (0.5, 0.99))


def memory_of(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024


def forget_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")


def measure(database, attack):
    service = harness.Service(database, **SETTINGS)
    with contextlib.closing(service):
        service.start()
        gateway = service.gateways[0]
        topic = int(database.sql("select min(id) from topics")[0][0])
        honest = Honest(service, topic)
        alone, failed_alone = honest.run(SECONDS)
        forget_peak(gateway.pid)
        attacker = multiprocessing.Process(target=attack, args=(Target(service),), daemon=True)
        attacker.start()
        time.sleep(1)
        beside, failed = honest.run(SECONDS)
        attacker.kill()
        attacker.join()
        peak = memory_of(gateway.pid, "VmHWM") if gateway.is_running() else float("nan")
        print(f"{attack.__name__:18} | {percentiles(alone):>13} | {percentiles(beside):>15} | "
              f"{failed:4} of {len(beside):4} | {peak:8.0f}", flush=True)
        assert failed_alone == 0, service.logs()
        wrong = service.stop()
        if wrong:
            print(f"ended with {wrong}:\n{service.logs()[-3000:]}", flush=True)
        return not wrong


def main():
    chosen = [attack for attack in ATTACKERS if not sys.argv[1:] or attack.__name__ in sys.argv[1:]]
    database = harness.Database()
    is_well = True
    with contextlib.closing(database):
        database.start()
        database.sql(f"""
            insert into topics (account_id, name) select 1, 'Topic ' || n from generate_series(1, 20) n;
            insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
            select 1, gen_random_uuid(), (select min(id) from topics) + n % 20,
                   date '2020-01-01' + n % 1000, 1, repeat('note ', 100)
            from generate_series(1, {ROWS}) n; analyze""")
        print("attacker           | alone 50/99 % | beside 50/99 %  | failed       | peak MiB\n"
              "                   |  milliseconds |    milliseconds |              | gateway\n"
              "-------------------|---------------|-----------------|--------------|---------")
        for attack in chosen:
            is_well &= measure(database, attack)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
