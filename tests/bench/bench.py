"""Measures GET /topics/{id} and POST /sessions over HTTP, and the same statements with pgbench at
the same PostgreSQL, which waits for the disk. ./dev bench runs it."""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ["STUDYTRACKER_BUILD_DIR"] = os.path.join(ROOT, "build", "release")
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
import harness  # noqa: E402: it reads the variable above

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
TOPICS = 1000
CONNECTIONS = 64

READ_LUA = """
request = function()
    return wrk.format("GET", "/topics/" .. math.random(%(first)d, %(last)d))
end
"""
WRITE_LUA = """
wrk.headers["Content-Type"] = "application/json"
request = function()
    return wrk.format("POST", "/sessions", nil,
        '{"topic_id":' .. math.random(%(first)d, %(last)d) .. ',"duration_minutes":25}')
end
"""
READ_SQL = """\\set id random(%(first)d, %(last)d)
select id, name, description, created_at, updated_at, archived_at
from topics where account_id = 1 and id = :id;
"""
WRITE_SQL = """\\set id random(%(first)d, %(last)d)
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
values (1, gen_random_uuid(), :id, current_date, 25) returning *;
"""


def written(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def wrk(service, script):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", script,
         f"http://127.0.0.1:{service.port}"], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        print(done.stdout)
    latency = re.search(r"99%\s+(\S+)", done.stdout)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), latency.group(1)


def pgbench(database, script):
    best = 0
    for clients in (1, 8, 32):
        done = subprocess.run(
            [database.program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j1",
             "-T", str(SECONDS), "-f", script, "-h", database.directory, "-p", "5432",
             "-U", "studytracker", database.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=True)
        best = max(best, float(re.search(r"tps = ([\d.]+)", done.stdout).group(1)))
    return best


def measure(database, service, directory):
    database.sql(f"""insert into topics (account_id, name)
        select 1, 'Topic ' || n from generate_series(1, {TOPICS}) n; analyze""")
    first, last = database.sql("select min(id), max(id) from topics")[0]
    ids = {"first": int(first), "last": int(last)}
    print(f"{'':24}{'StudyTracker':>14}{'99 % within':>14}{'pgbench':>12}   (a second)")
    for what, lua, sql in (("GET /topics/{id}", READ_LUA, READ_SQL), ("POST /sessions", WRITE_LUA, WRITE_SQL)):
        rate, latency = wrk(service, written(directory, "wrk.lua", lua % ids))
        straight = pgbench(database, written(directory, "pgbench.sql", sql % ids))
        print(f"{what:24}{rate:14,.0f}{latency:>14}{straight:12,.0f}", flush=True)


def main():
    database = harness.Database(durable=True)
    try:
        database.start()
        service = harness.Service(database, workers=int(os.environ.get("BENCH_WORKERS", "1")))
        try:
            service.start()
            with tempfile.TemporaryDirectory() as directory:
                measure(database, service, directory)
            for process in service.gateways + service.workers:
                with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                    print(process.name, next(line.strip() for line in status if line.startswith("VmRSS")))
        finally:
            service.close()
    finally:
        database.close()


if __name__ == "__main__":
    main()
