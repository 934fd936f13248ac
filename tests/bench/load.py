"""Load generators: wrk for HTTP, pgbench for SQL, rpc_load for RPC. Each run returns a Sample."""

import dataclasses
import os
import re
import subprocess
import time

import machine

PERCENTILES = (50, 99, 99.9)

DONE_LUA = """
done = function(summary, latency, requests)
    io.write(string.format("RESULT %d %d %d %d", summary.requests, summary.duration, summary.bytes,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.timeout))
    for _, percentile in ipairs({50, 99, 99.9}) do
        io.write(" ", math.floor(latency:percentile(percentile)))
    end
    io.write("\\n")
end
"""


@dataclasses.dataclass
class Sample:
    """One round of one side."""

    count: int  # requests
    seconds: float
    bytes: int = 0
    latencies_us: tuple = ()  # by PERCENTILES
    cpu: dict = dataclasses.field(default_factory=dict)  # seconds by process
    others: float = 0.0  # seconds of CPU of other programs

    @property
    def rate(self):
        return self.count / self.seconds

    def noise(self):
        """Returns the share of all processors that other programs used."""
        return self.others / (self.seconds * os.cpu_count())


def watched(groups, run):
    watch = machine.Watch(groups)
    sample = run()
    sample.cpu, sample.others = watch.stop()
    return sample


class Wrk:
    """Requests over HTTP. `script` is Lua that sets `request`."""

    def __init__(self, stack, script, connections=64, headers=(), port=None):
        self.stack, self.script, self.connections = stack, script, connections
        self.headers, self.port = headers, port

    def run(self, seconds, rate=None):
        """At full speed, or at about `rate` requests a second."""
        delay = ""
        if rate:
            delay = f"function delay() return {1000 * self.connections / rate:.4f} end\n"
        path = self.stack.write("wrk.lua", self.script + delay + DONE_LUA)
        headers = [word for header in self.headers for word in ("-H", header)]
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-s", path,
                   *headers, f"http://127.0.0.1:{self.port or self.stack.port}"]
        return watched(self.stack.processes, lambda: self.parse(command))

    @staticmethod
    def parse(command):
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
        found = re.search(r"^RESULT (.*)$", done.stdout, re.M)
        count, microseconds, size, errors, *latencies = map(int, found.group(1).split())
        assert errors == 0, done.stdout
        return Sample(count, microseconds / 1e6, size, tuple(latencies))


class Pgbench:
    """The same work in SQL, by the client of PostgreSQL. The best number of clients counts."""

    def __init__(self, stack, script, clients=(1, 8, 32)):
        self.stack, self.script, self.clients = stack, script, clients
        self.best = None

    def run(self, seconds, rate=None):
        del rate
        if self.best is None:
            self.best = max(self.clients, key=lambda count: self.once(count, 1).rate)
        return self.once(self.best, seconds)

    def once(self, clients, seconds):
        return watched(self.stack.processes, lambda: self.parse(clients, seconds))

    def parse(self, clients, seconds):
        """Takes the latencies from the log of each transaction: client, number, microseconds…"""
        log = self.stack.path("pgbench")
        database = self.stack.database
        subprocess.run(
            [database.program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j1", "-T",
             str(seconds), "-l", "--log-prefix", log, "-f", self.stack.write("pgbench.sql", self.script),
             "-h", database.directory, "-p", "5432", "-U", "studytracker", database.name],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        times = []
        for name in self.stack.files("pgbench."):
            if not name.endswith(".sql"):
                with open(name, encoding="ascii") as file:
                    times += [int(line.split()[2]) for line in file]
                os.unlink(name)
        times.sort()
        latencies = tuple(times[min(int(len(times) * p / 100), len(times) - 1)] for p in PERCENTILES)
        return Sample(len(times), float(seconds), 0, latencies)


class Copy:
    """All rows of a query, by psql."""

    def __init__(self, stack, query):
        self.stack, self.query = stack, query

    def run(self, seconds, rate=None):
        del rate
        return watched(self.stack.processes, lambda: self.repeat(seconds))

    def repeat(self, seconds):
        began, count, size = time.monotonic(), 0, 0
        while time.monotonic() - began < seconds:
            text = self.stack.database.psql(self.stack.database.name, "-c",
                                            f"\\copy ({self.query}) to stdout")
            count, size = count + 1, size + len(text)
        return Sample(count, time.monotonic() - began, size)


class Rpc:
    """One method over RPC, with a number of requests outstanding."""

    def __init__(self, stack, outstanding=64):
        self.stack, self.outstanding = stack, outstanding
        self.program = stack.path("rpc_load")
        client = os.path.join(stack.build, "client")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rpc_load.c")
        subprocess.run(["cc", "-O2", "-I", os.path.join(stack.root, "client"), source, "-o", self.program,
                        "-L", client, "-lstudytracker", f"-Wl,-rpath,{client}"], check=True)

    def run(self, seconds, rate=None):
        del rate
        command = [self.program, self.stack.service.rpc_endpoint(), self.outstanding, seconds,
                   *self.stack.topic_ids]
        return watched(self.stack.processes, lambda: self.parse(command, seconds))

    @staticmethod
    def parse(command, seconds):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, encoding="utf-8",
                              check=True)
        return Sample(int(done.stdout), float(seconds))
