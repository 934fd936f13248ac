"""Measures reads at a moderate rate, without log-ins and with 20 log-ins a second, in turns. Then
compares the time of the refusals of an unknown user and of a wrong password.

    STUDYTRACKER_BUILD_DIR=build/release /usr/bin/python3 tests/bench/logins.py

A log-in takes 20 to 50 ms of a processor. It must not delay others: the 99th percentile of reads
may at most double. BENCH_SECONDS (5) is the duration of a turn, BENCH_TURNS (6) their number of
each kind.

Nobody may learn from the time of a refusal whether a user exists. BENCH_PAIRS (300) is the number
of refusals of each kind, one of each in turn. BENCH_TURNS=0 measures only these.
"""

import concurrent.futures
import http.client
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "release"))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
import harness  # noqa: E402: it reads the variable above

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
TURNS = int(os.environ.get("BENCH_TURNS", "6"))
LOGINS = 20  # a second
PAIRS = int(os.environ.get("BENCH_PAIRS", "300"))
TOPICS, CONNECTIONS = 1000, 16
PASSWORD = "correct horse battery staple"
READ_LUA = """
request = function()
    return wrk.format("GET", "/topics/" .. math.random(%d, %d))
end
delay = function() -- ms between two requests of a connection
    return math.random(5, 15)
end
"""
MS = {"us": 0.001, "ms": 1, "s": 1000}
SETTINGS = {"STUDYTRACKER_REGISTRATION": "open", "STUDYTRACKER_RATE_LOGIN_ADDRESS": "0",
            "STUDYTRACKER_RATE_LOGIN_ACCOUNT": "0"}


def planned(rate):
    """Yields the moments of a turn, each when it has come."""
    begin = time.monotonic()
    for n in range(SECONDS * rate):
        moment = begin + n / rate
        time.sleep(max(0, moment - time.monotonic()))
        yield moment


def read(port, script):
    """(reads a second, median, 99th percentile) of a turn, in ms."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", script, f"http://127.0.0.1:{port}"],
        stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    assert "Non-2xx" not in done and "Socket errors" not in done, done
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))
    return [rate] + [float(number) * MS[unit] for number, unit in
                     re.findall(r"^\s+(?:50|99)%\s+([\d.]+)(\w+)", done, re.MULTILINE)]


def post_login(port, username, password):
    """Returns the status and the body of the response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/v1/auth/login", json.dumps({"username": username, "password": password}),
                       {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response.status, body


def log_in(port, moment):
    status, _ = post_login(port, "ada", PASSWORD)
    return time.monotonic() - moment if status == 200 else None


def log_in_often(port):
    """The latencies of the log-ins of a turn; None for each that failed."""
    with concurrent.futures.ThreadPoolExecutor(64) as threads:
        return list(threads.map(lambda moment: log_in(port, moment), planned(LOGINS)))


def percentile(latencies, share):
    return sorted(latencies)[min(len(latencies) - 1, int(len(latencies) * share))] * 1000


def measure(service, script):
    without, during, logins = [], [], []
    read(service.port, script)  # the first turn connects to the database
    with multiprocessing.Pool(1) as others:
        for _ in range(TURNS):
            without.append(read(service.port, script))
            turn = others.apply_async(log_in_often, (service.port,))
            during.append(read(service.port, script))
            logins += turn.get()
    done = [latency for latency in logins if latency is not None]
    print(f"{'medians of the turns':28}{'a second':>10}{'median':>10}{'99 % within':>14}   (ms)")
    for what, turns in (("reads without log-ins", without), ("reads during log-ins", during)):
        print(f"{what:28}{statistics.median(t[0] for t in turns):10.0f}{statistics.median(t[1] for t in turns):10.2f}"
              f"{statistics.median(t[2] for t in turns):14.2f}")
    print(f"{'log-ins':28}{LOGINS:10}{percentile(done, 0.5):10.2f}{percentile(done, 0.99):14.2f}")
    print(f"{len(logins) - len(done)} of {len(logins)} log-ins failed")
    ratios = [b[2] / a[2] for a, b in zip(without, during)]
    print(f"ratio of the 99th percentiles: {statistics.median(ratios):.2f} (turns: "
          + ", ".join(f"{ratio:.2f}" for ratio in ratios) + ")")


def refuse(port, username):
    """Returns the milliseconds of a refusal, and what it says."""
    began = time.monotonic()
    status, body = post_login(port, username, "wrong " + PASSWORD)
    body.pop("trace_id")
    return (time.monotonic() - began) * 1000, (status, body)


def compare_refusals(port):
    """In each pair, the kind that comes second in one comes first in the next."""
    times = {"wrong password": [], "unknown user": []}
    for number in range(PAIRS):
        pair = [("wrong password", "ada"), ("unknown user", f"nobody {number}")]
        said = []
        for kind, username in pair if number % 2 else reversed(pair):
            taken, answer = refuse(port, username)
            times[kind].append(taken)
            said.append(answer)
        assert said[0] == said[1] and said[0][0] == 401, said
    print(f"\n{f'refusals, {PAIRS} of each':28}{'quartile':>10}{'median':>10}{'quartile':>14}   (ms)")
    for kind, taken in times.items():
        lower, median, upper = statistics.quantiles(taken, n=4)
        print(f"{kind:28}{lower:10.2f}{median:10.2f}{upper:14.2f}")
    slower = sum(unknown > wrong for wrong, unknown in zip(*times.values()))
    print(f"the unknown user took longer in {slower} of {PAIRS} pairs")


def main():
    database = harness.Database(durable=True)
    try:
        database.start()
        service = harness.Service(database, workers=int(os.environ.get("BENCH_WORKERS", "1")), **SETTINGS)
        try:
            service.start()
            made = service.post("/api/v1/auth/register", {"username": "ada", "password": PASSWORD})
            assert made.status == 201, made
            database.sql(f"""insert into topics (account_id, name)
                select 1, 'Topic ' || n from generate_series(1, {TOPICS}) n; analyze""")
            first = int(database.value("select min(id) from topics"))
            with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
                script.write(READ_LUA % (first, first + TOPICS - 1))
                script.flush()
                if TURNS:
                    measure(service, script.name)
            compare_refusals(service.port)
        finally:
            service.close()
    finally:
        database.close()


if __name__ == "__main__":
    main()
