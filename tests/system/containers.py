#!/usr/bin/python3
"""The files of compose/ in a container engine: build, start, protections, limits, more workers,
stops under load, data that survive, gateways behind a proxy, and hosts with keys and a standby.
`./dev containers --test [podman]` runs this."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import unittest

import engine
import podman

ENGINES = {"docker": engine.Docker, "podman": podman.Podman}
COMPOSE = os.path.join(engine.ROOT, "compose")
DOCKERFILE = os.path.join(COMPOSE, "Dockerfile")
IMAGES = {"service": "studytracker", "migrate": "studytracker-migrate", "proxy": "studytracker-proxy"}
MIB = 1024 * 1024
MAX_IMAGE = 120 * MIB
PORT = 22192
PATIENCE = 180  # seconds


class Project:
    """One file of compose/ under a name of its own, so that it touches no other service."""

    def __init__(self, docker, file, **variables):
        self.docker = docker
        self.base = ["compose", "-p", "studytracker-test", "-f", os.path.join(COMPOSE, file)]
        docker.environment.update(API_PORT=str(PORT), API_HOST="127.0.0.1", **variables)

    def bytes_of(self, *arguments, sent=b""):
        """What a program in a container prints."""
        done = self.docker.try_run(*self.base, "exec", "--no-TTY", *arguments, text=False, input=sent)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def compose(self, *arguments, **options):
        return self.docker.run(*self.base, *arguments, timeout=400, **options)

    def up(self, *arguments):
        self.compose("up", "--detach", "--wait", "--no-build", *arguments)

    def down(self, *arguments):
        self.compose("down", "--timeout", "30", *arguments)

    def containers(self, service):
        return self.compose("ps", "--quiet", service).split()

    def inspect(self, container):
        return json.loads(self.docker.run("inspect", container))[0]

    def sql(self, service, query, database="studytracker"):
        return self.docker.run("exec", self.containers(service)[0], "psql", "-XAt", "-U", "studytracker",
                               "-d", database, "-c", query)


def request(method, path, body=None):
    """(status, decoded body)"""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
    try:
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def is_closed():
    """Nobody takes new requests."""
    try:
        request("GET", "/healthz")
    except (OSError, http.client.HTTPException):
        return True
    return False


def until(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience} s")
        time.sleep(0.1)


class Load:
    """Requests until the end of the block, which fails if a request failed."""

    def __enter__(self):
        self.client = subprocess.Popen([sys.executable, os.path.join(engine.HERE, "load.py"), str(PORT), "6"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *error):
        result = json.loads(self.client.communicate(timeout=2 * PATIENCE)[0])
        assert not result["failed"], f"{len(result['failed'])} failed: {result['failed'][:5]}"
        assert result["answered"], "no request was answered"
        print(f"{result['answered']} requests, none failed")


class Containers(unittest.TestCase):
    """Common checks; each class has the project of one file, whose stories run in order."""

    file, variables = None, {}

    @classmethod
    def setUpClass(cls):
        cls.project = Project(DOCKER, cls.file, **cls.variables)
        cls.addClassCleanup(cls.project.down, "--volumes")
        cls.project.down("--volumes")
        cls.project.up()

    def check_protections(self, *services):
        for service in services:
            for container in self.project.containers(service):
                state = self.project.inspect(container)
                host = state["HostConfig"]
                self.assertTrue(host["ReadonlyRootfs"], service)
                self.assertGreater(host["Memory"], 0, service)
                self.assertGreater(host["PidsLimit"], 0, service)
                self.check_process(state["State"]["Pid"], service)

    def check_process(self, pid, service):
        """What the kernel says of process 1 of the container."""
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        self.assertNotIn("0", status["Uid"].split(), f"{service} runs as root")
        for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, f"{service}: {name}")
        self.assertEqual(status["NoNewPrivs"], "1", service)
        with open(f"/proc/{pid}/mounts", encoding="utf-8") as file:
            root = [line.split() for line in file if line.split()[1] == "/"][-1]
        self.assertIn("ro", root[3].split(","), f"{service} can write to its root")

    def stop(self, container):
        """Stops it as the engine does, and checks that it ended by itself."""
        began = time.monotonic()
        DOCKER.run("stop", container)
        took = time.monotonic() - began
        self.assertEqual(self.project.inspect(container)["State"]["ExitCode"], 0)
        return took


    def check_drain(self, service):
        """Stops the container that has the port while it has requests, which must get responses."""
        connections = [http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE) for _ in range(20)]
        with self.locked_sessions() as release, concurrent.futures.ThreadPoolExecutor(1) as aside:
            for number, connection in enumerate(connections):
                connection.request("POST", "/sessions", json.dumps({"minutes": 1, "tag": f"drain {number % 3}"}),
                                   {"Content-Type": "application/json"})
            self.until_sql("a worker waits for the lock", "select count(*) > 0 from pg_locks where not granted")
            stopped = aside.submit(self.stop, self.project.containers(service)[0])
            until("its port is closed", is_closed)
            release()
            stopped.result()
        for connection in connections:
            with contextlib.closing(connection):
                self.assertEqual(connection.getresponse().status, 200)

    def until_sql(self, what, query):
        until(what, lambda: self.project.sql("postgres", query) == "t")

    @contextlib.contextmanager
    def locked_sessions(self):
        """No session can be written until the block calls its argument."""
        lock = subprocess.Popen(
            ["docker", "exec", "--interactive", self.project.containers("postgres")[0], "psql", "-XAtq", "-U",
             "studytracker"], env=DOCKER.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        with lock:
            lock.stdin.write("begin; lock table sessions in exclusive mode;\n")
            lock.stdin.flush()
            self.until_sql("the lock is held", "select count(*) > 0 from pg_locks where granted "
                           "and mode = 'ExclusiveLock' and relation = 'sessions'::regclass")
            yield lock.stdin.close

    def check_first_admin(self):
        out = self.project.compose(
            "run", "--rm", "--no-TTY", "study", "account", "create", "ada", "--role", "admin", "--claim",
            "--password-stdin", "--database", "postgresql://studytracker_owner@/studytracker?host=/run/postgresql",
            input=secrets.token_hex(16) + "\n")
        self.assertIn("ada", out)


class OneMachine(Containers):
    file = "compose.yaml"

    def test_1_it_comes_up_healthy_and_answers(self):
        self.assertEqual(request("GET", "/readyz"), (200, {"status": "ready"}))
        self.assertEqual(request("POST", "/sessions", {"minutes": 25, "tag": "kept"})[0], 200)
        states = json.loads("[" + ",".join(self.project.compose("ps", "--format", "json").splitlines()) + "]")
        self.assertIn(" listens at ", self.project.compose("logs", "gateway"))
        self.assertEqual({state["Service"]: state["Health"] for state in states if state["Health"]},
                         {"postgres": "healthy", "gateway": "healthy"})

    def test_2_nothing_is_root_or_writes_outside_its_volumes(self):
        self.check_protections("postgres", "gateway", "worker")
        for service in ("postgres", "worker"):
            self.assertEqual(self.project.inspect(self.project.containers(service)[0])["HostConfig"]["NetworkMode"],
                             "none")

    def test_3_more_workers(self):
        self.project.up("--scale", "worker=4")
        self.assertEqual(len(self.project.containers("worker")), 4)
        gateway = self.project.containers("gateway")[0]
        until("four workers joined", lambda: DOCKER.try_run("logs", gateway).stderr.count(" joined") >= 4)

    def test_4_a_worker_stops_under_load(self):
        with Load():
            for container in self.project.containers("worker")[:2]:
                print(f"a worker stopped within {self.stop(container):.1f} s")

    # Its port is closed afterwards, so new connections fail, but no request that it had taken.
    def test_5_a_gateway_stops_after_the_requests_that_it_has(self):
        self.check_drain("gateway")

    def test_6_data_survive_down_and_up(self):
        before = self.project.sql("postgres", "select sum(sessions) from daily_totals")
        self.project.down()
        self.project.up()
        self.assertEqual(request("GET", "/stats")[1]["time_by_tag"]["kept"], 25)
        self.assertEqual(self.project.sql("postgres", "select sum(sessions) from daily_totals"), before)

    def test_7_the_command_line_tool_makes_an_admin(self):
        self.check_first_admin()

    def test_8_a_dump_restores(self):
        totals = "select sum(sessions), sum(minutes) from daily_totals"
        dump = self.project.bytes_of("postgres", "pg_dump", "-U", "studytracker", "-Fc", "studytracker")
        self.project.sql("postgres", "create database copy")
        self.project.bytes_of("postgres", "pg_restore", "-U", "studytracker", "-d", "copy", sent=dump)
        self.assertEqual(self.project.sql("postgres", totals, "copy"), self.project.sql("postgres", totals))

    def test_9_an_upgrade_replaces_the_containers_and_keeps_the_data(self):
        before = self.project.containers("gateway") + self.project.containers("worker")
        stats = request("GET", "/stats")
        self.addCleanup(build_one, "service")
        build_next()
        self.project.up()
        after = self.project.containers("gateway") + self.project.containers("worker")
        self.assertFalse(set(before) & set(after))
        self.assertEqual(request("GET", "/stats"), stats)


class BehindAProxy(Containers):
    file = "proxy.yaml"

    def test_1_every_gateway_serves(self):
        self.assertEqual(len(self.project.containers("gateway")), 3)
        self.check_protections("gateway", "proxy")
        for _ in range(12):
            self.assertEqual(request("POST", "/sessions", {"minutes": 1, "tag": "proxy"})[0], 200)

    def test_2_a_gateway_leaves_and_returns_under_load(self):
        with Load():
            for container in self.project.containers("gateway")[:2]:
                print(f"a gateway stopped within {self.stop(container):.1f} s")
                DOCKER.run("start", container)
                until("it is healthy", lambda: self.project.inspect(container)["State"]["Health"]["Status"] == "healthy")

    def test_3_more_gateways(self):
        with Load():
            self.project.up("--scale", "gateway=4")
        self.assertEqual(len(self.project.containers("gateway")), 4)

    # Its port is closed afterwards, as that of a single gateway.
    def test_4_the_proxy_stops_after_the_requests_that_it_has(self):
        self.check_drain("proxy")


class SeveralHosts(Containers):
    file = "hosts.yaml"
    variables = {name: secrets.token_hex(16) for name in (
        "POSTGRES_PASSWORD", "OWNER_PASSWORD", "WORKER_PASSWORD", "STANDBY_PASSWORD")}

    def test_1_both_hosts_of_workers_have_joined(self):
        self.check_protections("postgres", "standby", "gateway", "worker_a", "worker_b")
        gateway = self.project.containers("gateway")[0]
        until("both workers joined", lambda: DOCKER.try_run("logs", gateway).stderr.count(" joined") >= 2)
        self.assertEqual(request("POST", "/sessions", {"minutes": 25, "tag": "hosts"})[0], 200)
        self.assertEqual(self.project.sql("postgres", "select sync_state from pg_stat_replication"), "sync")

    def test_2_a_host_of_workers_is_lost(self):
        with Load():
            self.stop(self.project.containers("worker_a")[0])
        self.project.up()

    def test_3_the_command_line_tool_makes_an_admin(self):
        self.check_first_admin()

    def test_4_the_primary_is_lost_and_the_standby_takes_over(self):
        DOCKER.run("kill", self.project.containers("postgres")[0])
        self.project.sql("standby", "select pg_promote()")
        for command in ("alter system reset synchronous_standby_names", "select pg_reload_conf()"):
            self.project.sql("standby", command)
        until("writes are accepted",
              lambda: request("POST", "/sessions", {"minutes": 5, "tag": "after"})[0] == 200)
        # A connection that carried no request since then finds out only at its next one.
        until("reads are answered", lambda: request("GET", "/stats")[0] == 200)
        self.assertEqual(request("GET", "/stats")[1]["time_by_tag"]["hosts"], 25)


def build_one(target):
    DOCKER.build(IMAGES[target], DOCKERFILE, engine.ROOT, "--target", target)


def build_next():
    """Another image of the service, with the same programs."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "Dockerfile")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"FROM {IMAGES['service']}\nLABEL next=1\n")
        DOCKER.build(IMAGES["service"], path, directory)


def build():
    for target, tag in IMAGES.items():
        build_one(target)
        size = int(DOCKER.run("image", "inspect", "--format", "{{.Size}}", tag))
        print(f"{tag}: {size / MIB:.0f} MiB")
        assert size < MAX_IMAGE, f"{tag} has {size / MIB:.0f} MiB"


if __name__ == "__main__":
    kind = ENGINES[sys.argv.pop(1)] if sys.argv[1:] and sys.argv[1] in ENGINES else engine.Docker
    with engine.open_or_skip(kind) as DOCKER:
        build()
        unittest.main(verbosity=2)
