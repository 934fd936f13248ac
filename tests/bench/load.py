"""Load generators: wrk for HTTP, pgbench and psql for SQL, rpc_load for RPC.

Each has run(seconds, rate=None) and returns a Sample: at full speed, or, if it has_rates, at about
`rate` requests a second. All of them run on the processors of the service.
"""

import dataclasses
import os
import re
import resource
import subprocess
import time

import machine
import tree

PERCENTILES = (50, 99, 99.9)

WRK = """
local ready = {%s}
%s
done = function(summary, latency, requests)
    io.write(string.format("RESULT %%d %%d %%d %%d", summary.requests, summary.duration, summary.bytes,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.timeout))
    for _, percentile in ipairs({50, 99, 99.9}) do
        io.write(" ", math.floor(latency:percentile(percentile)))
    end
    io.write("\\n")
end
"""
# wrk builds a request once if there is no function of this name.
ONE = """
wrk.method, wrk.path, wrk.body = ready[1][1], ready[1][2], ready[1][3]
for name, value in pairs(ready[1][4]) do wrk.headers[name] = value end
"""
MANY = """
local built = {}
function init()
    for number, it in ipairs(ready) do
        for name, value in pairs(wrk.headers) do it[4][name] = it[4][name] or value end
        built[number] = wrk.format(it[1], it[2], it[4], it[3])
    end
end
function request() return built[math.random(#built)] end
"""
# wrk waits whole milliseconds, so the mean comes from chance.
DELAY = "function delay() return math.floor(%f + math.random()) end\n"


@dataclasses.dataclass
class Sample:
    """One side of one round."""

    count: int  # requests
    seconds: float
    bytes: int = 0
    latencies_us: tuple = ()  # by PERCENTILES
    cpu: dict = dataclasses.field(default_factory=dict)  # seconds by process
    others: float = 0.0  # seconds of CPU of other programs
    sync_ms: float = 0.0  # of a wait of PostgreSQL for the disk; 0: there was none
    message_us: float = 0.0  # how slow the machine was: see machine.message_us

    @property
    def rate(self):
        return self.count / self.seconds

    def noise(self):
        """Returns the share of all processors that other programs used."""
        return self.others / (self.seconds * os.cpu_count())

    def cpu_us(self):
        """Returns the microseconds of CPU of a request by process."""
        return {name: seconds / max(self.count, 1) * 1e6 for name, seconds in self.cpu.items()}

    def generator_share(self):
        """Returns how much of one processor the load generator used."""
        return self.cpu.get("load", 0.0) / self.seconds


def joined(samples):
    """Returns several samples of one side as one."""
    total = Sample(sum(s.count for s in samples), sum(s.seconds for s in samples), sum(s.bytes for s in samples))
    total.latencies_us = tuple(sum(each) / len(each) for each in zip(*(s.latencies_us for s in samples)))
    total.cpu = {name: sum(s.cpu[name] for s in samples) for name in samples[0].cpu}
    total.others = sum(s.others for s in samples)
    total.sync_ms, total.message_us = (sum(getattr(s, name) for s in samples) / len(samples)
                                       for name in ("sync_ms", "message_us"))
    return total


def ended_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def watched(stack, run):
    syncs, before = stack.syncs(), machine.message_us()
    watch, children = machine.Watch(stack.processes), ended_children()
    sample = run()
    sample.cpu, sample.others = watch.stop()
    sample.cpu["load"] = ended_children() - children
    sample.message_us = (before + machine.message_us()) / 2
    count, waited_ms = (after - before for before, after in zip(syncs, stack.syncs()))
    sample.sync_ms = waited_ms / count if count else 0.0
    return sample


def get(path, token=None):
    return ("GET", path, None, {"Authorization": f"Bearer {token}"} if token else {})


def post(path, body, token=None):
    return ("POST", path, body, {**get(path, token)[3], "Content-Type": "application/json"})


def lua(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(name)}] = {lua(text)}" for name, text in value.items()) + "}"
    return "nil" if value is None else "'" + value.replace("'", "\\'") + "'"


class Wrk:
    """Requests over HTTP, chosen at random from a list of get() and post()."""

    has_rates = True

    def __init__(self, stack, requests, connections=64, port=None):
        self.stack, self.connections, self.port = stack, connections, port
        rows = ",\n".join("{" + ", ".join(map(lua, request)) + "}" for request in requests)
        self.script = WRK % (rows, ONE if len(requests) == 1 else MANY)

    def run(self, seconds, rate=None):
        return self.once(seconds, self.delay_ms(rate) if rate else None)

    def delay_ms(self, rate):
        """Returns the wait of a connection before each request that leads to the rate. A first run
        shows what a request takes besides."""
        between_ms = 1000 * self.connections / rate
        besides_ms = 1000 * self.connections / self.once(1, between_ms).rate - between_ms
        return max(between_ms - besides_ms, 0)

    def once(self, seconds, delay_ms=None):
        delay = "" if delay_ms is None else DELAY % delay_ms
        path = self.stack.write("wrk.lua", self.script + delay)
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-s", path,
                   f"http://127.0.0.1:{self.port or self.stack.port}"]
        return watched(self.stack, lambda: self.parse(command))

    @staticmethod
    def parse(command):
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
        found = re.search(r"^RESULT (.*)$", done.stdout, re.M)
        count, microseconds, size, errors, *latencies = map(int, found.group(1).split())
        assert errors == 0, done.stdout
        return Sample(count, microseconds / 1e6, size, tuple(latencies))


class Pgbench:
    """The same work in SQL, by the client of PostgreSQL, over a Unix socket or TCP. The best number
    of clients and threads counts."""

    has_rates = True
    MANY = ((1, 1), (8, 1), (8, 2), (32, 1), (32, 2))
    best = {}  # by script, choices and way: a round takes what an earlier one found

    def __init__(self, stack, script, choices=MANY, over_tcp=False):
        self.stack, self.script, self.choices = stack, script, choices
        self.host = stack.address if over_tcp else stack.database.directory
        self.key = script, choices, over_tcp

    def run(self, seconds, rate=None):
        if self.key not in self.best:
            self.best[self.key] = self.fastest()
        return self.once(self.best[self.key], seconds, rate)

    def fastest(self):
        """Tries all choices twice, in turn, because the machine may be slow for a second."""
        rates = dict.fromkeys(self.choices, 0)
        for choice in self.choices * 2:
            rates[choice] = max(rates[choice], self.once(choice, 1).rate)
        return max(rates, key=rates.get)

    def once(self, choice, seconds, rate=None):
        return watched(self.stack, lambda: self.parse(choice, seconds, rate))

    def parse(self, choice, seconds, rate):
        clients, threads = choice
        log = self.stack.path("pgbench")
        database = self.stack.database
        command = [database.program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(threads),
                   "-T", str(seconds), "-f", self.stack.write("pgbench.sql", self.script),
                   "-h", self.host, "-p", "5432", "-U", "studytracker"]
        if rate or clients == 1:  # a log costs time, which the figure of full speed must not include
            command += ["-l", "--log-prefix", log]
        if rate:
            command += ["-R", str(int(rate))]
        done = subprocess.run([*command, database.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              encoding="utf-8", check=True, env={**os.environ, "PGPASSWORD": self.stack.password})
        count = int(re.search(r"actually processed: (\d+)", done.stdout).group(1))
        rate = float(re.search(r"^tps = ([\d.]+)", done.stdout, re.M).group(1))
        return Sample(count, count / rate, 0, self.latencies())

    def latencies(self):
        """Takes them from the log of each transaction: client, number, microseconds…"""
        times = []
        for name in self.stack.files("pgbench."):
            if not name.endswith(".sql"):
                with open(name, encoding="ascii") as file:
                    times += [int(line.split()[2]) for line in file]
                os.unlink(name)
        times.sort()
        return tuple(times[min(int(len(times) * p / 100), len(times) - 1)] for p in PERCENTILES) if times else ()


class Whole:
    """All rows, again and again. A turn ends with the first response after its time."""

    has_rates = False

    def __init__(self, stack, command):
        self.stack, self.command = stack, command
        self.bytes = int(subprocess.run(["wc", "-c"], stdin=self.start(subprocess.PIPE).stdout, stdout=subprocess.PIPE,
                                        encoding="ascii", check=True).stdout)

    def start(self, output):
        return subprocess.Popen(self.command, stdout=output)

    def run(self, seconds, rate=None):
        del rate
        return watched(self.stack, lambda: self.repeat(seconds))

    def repeat(self, seconds):
        began, count = time.monotonic(), 0
        while time.monotonic() - began < seconds:
            assert self.start(subprocess.DEVNULL).wait() == 0, self.command
            count += 1
        return Sample(count, time.monotonic() - began, count * self.bytes)


def copy(stack, query):
    """By psql."""
    return Whole(stack, stack.database.command(stack.database.name, "-c", f"\\copy ({query}) to stdout"))


def download(stack, target):
    """By curl."""
    return Whole(stack, ["curl", "--fail", "--silent", f"http://127.0.0.1:{stack.port}{target}"])


class Rpc:
    """One method over RPC, with a number of requests outstanding."""

    has_rates = False

    def __init__(self, stack, outstanding=64):
        self.stack, self.outstanding = stack, outstanding
        self.program = stack.path("rpc_load")
        client = os.path.join(stack.tree.build, "client")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rpc_load.c")
        subprocess.run(["cc", "-O2", "-I", os.path.join(tree.ROOT, "client"), source, "-o", self.program,
                        "-L", client, "-lstudytracker", f"-Wl,-rpath,{client}"], check=True)

    def run(self, seconds, rate=None):
        del rate
        command = [self.program, self.stack.service.rpc_endpoint(), self.outstanding, seconds,
                   *self.stack.topic_ids]
        return watched(self.stack, lambda: self.parse(command, seconds))

    @staticmethod
    def parse(command, seconds):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, encoding="utf-8",
                              check=True)
        return Sample(int(done.stdout), float(seconds))
