"""Shared code of the fault stories: processes that die and restart, and the end of a story.

    class Story(faults.FaultCase):
        def test_something(self):
            with self.load(clients=64) as load:
                self.service.kill(self.service.workers[0])
                self.service.start_worker()
            self.settle(load, "a worker killed")

With STUDYTRACKER_FAULTS=long the stories run longer.
"""

import os
import re
import signal
import subprocess

import harness
import ledger
import openmetrics

TERMINATE = """select count(pg_terminate_backend(pid)) from (
    select pid from pg_stat_activity
    where application_name like 'studytracker-worker-%' and {} order by random() limit 1) as one"""


class Service(harness.Service):
    """Programs that stop and start; each start has its own log."""

    starts = 0

    def named(self, kind):
        self.starts += 1
        return f"{kind}.{self.starts}"

    def start_gateway(self, number=None):
        number = number or len(self.gateways) + 1
        env = harness.clean_environment(**{
            "API_HOST": "127.0.0.1", "API_PORT": self.port,
            "STUDYTRACKER_RUNTIME_DIR": self.directory, "STUDYTRACKER_INSTANCE": number,
            "STUDYTRACKER_WORKER_ENDPOINT": self.bind_endpoint(number),
            "STUDYTRACKER_RPC_ENDPOINT": self.rpc_endpoint(number),
            **self.settings, **self.gateway_settings(number)})
        gateway = harness.Process(self.named(f"gateway-{number}"), [harness.GATEWAY], env, self.directory)
        gateway.number = number
        self.gateways.append(gateway)
        return gateway

    def bind_endpoint(self, number):
        return self.endpoint(number)

    def gateway_settings(self, _number):
        return {}

    def worker_settings(self):
        return {}

    def worker_command(self):
        return [harness.WORKER]

    def database_url(self):
        return self.database.url

    def start_worker(self):
        endpoints = ",".join(self.endpoint(i + 1) for i in range(self.counts[1]))
        env = harness.clean_environment(**{
            "DATABASE_URL": self.database_url(), "STUDYTRACKER_GATEWAYS": endpoints,
            "STUDYTRACKER_RUNTIME_DIR": self.directory, **self.settings, **self.worker_settings()})
        worker = harness.Process(self.named("worker"), self.worker_command(), env, self.directory)
        self.workers.append(worker)
        return worker

    def kill(self, process):
        """Sends SIGKILL and ignores the exit status."""
        process.kill()
        self.forget(process)

    def end(self, process):
        """Sends SIGTERM; the process must exit with status 0."""
        harness.until(f"{process.name} has begun", process.log)
        status = process.stop()
        assert status == 0, f"{process.name} ended with {status}:\n{process.log()}"
        self.forget(process)

    def forget(self, process):
        for running in (self.gateways, self.workers):
            if process in running:
                running.remove(process)

    def joined(self):
        """Returns how many workers each gateway has, by its log."""
        return [g.log().count(" joined") - g.log().count(" left\n") - g.log().count(" is gone")
                for g in self.gateways]

    def wait_joined(self, count):
        try:
            harness.until(f"{count} workers have joined", lambda: all(n == count for n in self.joined()))
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.joined()}\n{self.logs()}") from None


def held_by_the_dead(gateway):
    """Returns how many calls each lost worker of this gateway held, one number per worker."""
    return [int(n) for n in re.findall(r"is gone: (\d+) calls", gateway.log())]


class Lock:
    """Blocks all writes while it is held, so requests in flight stay in flight. With `rows`, a FROM
    list and its WHERE, it blocks only changes of these rows."""

    def __init__(self, database, table="sessions", rows=None, mode="share row exclusive"):
        self.psql = subprocess.Popen(
            [database.program("psql"), "-X", "-q", "-A", "-t", "-h", database.directory, "-p", "5432",
             "-U", "studytracker", "-d", database.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8", preexec_fn=harness.dies_with_us)
        how = (f"do $$ begin perform from {rows} for update; end $$" if rows else
               f"lock table {table} in {mode} mode")
        self.say(f"begin; {how}; select 'held';")
        line = self.psql.stdout.readline()
        assert line == "held\n", line

    def say(self, sql):
        self.psql.stdin.write(sql + "\n")
        self.psql.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()

    def release(self):
        if self.psql.poll() is None:
            self.psql.stdin.close()
            self.psql.wait(harness.PATIENCE)
            self.psql.stdout.close()


class FaultCase(harness.ServiceCase):
    """A ServiceCase whose programs may die and start again."""

    @classmethod
    def make_database(cls):
        return harness.Database()

    @classmethod
    def make_service(cls):
        return Service(cls.database, cls.workers, cls.gateways, **cls.settings)

    @classmethod
    def setUpClass(cls):
        cls.database = cls.make_database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = cls.make_service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.service.wait_joined(cls.workers)

    def load(self, **options):
        return ledger.Load(self.service, **options)

    def set_minutes(self, session, minutes):
        return self.service.request("PATCH", f"/api/v1/sessions/{session}", {"duration_minutes": minutes}).status

    def minutes_of(self, session):
        return self.service.get(f"/api/v1/sessions/{session}").json["duration_minutes"]

    def freeze(self, worker):
        worker.popen.send_signal(signal.SIGSTOP)
        self.addCleanup(worker.popen.send_signal, signal.SIGCONT)

    def freeze_full(self, worker, count):
        """Freezes the worker when every worker has this many requests of the first gateway. This
        needs openmetrics.SETTINGS, and a lock that blocks all of these requests: no response may be
        on its way."""
        def all_hold():
            page = openmetrics.scrape(self.service.gateways[0])
            held = page.series("studytracker_worker_calls_in_flight").values()
            return len(held) == self.workers and min(held) >= count
        harness.until(f"every worker has {count} requests", all_hold)
        self.freeze(worker)

    def freeze_with_full_hands(self, load, worker, count):
        """The lock is free again when the worker is frozen."""
        with Lock(self.database):
            load.until_all_wait()
            self.freeze_full(worker, count)

    def thaw(self, worker):
        """Resumes the worker, and waits until it has joined all gateways again."""
        worker.popen.send_signal(signal.SIGCONT)
        self.service.wait_joined(self.workers)

    def deaths(self):
        """Returns how many lost workers each gateway has logged."""
        return {g: len(held_by_the_dead(g)) for g in self.service.gateways}

    def wait_found_dead(self, before):
        """Waits for one more lost worker at each gateway; `before` is an earlier deaths()."""
        harness.until("every gateway finds it dead",
                      lambda: all(now > before[g] for g, now in self.deaths().items()))

    def settle(self, load, injected):
        """Expects that the service recovers and the ledger agrees, and prints one line about it."""
        self.service.wait_ready()
        self.assertEqual(self.service.get("/stats").status, 200)
        try:
            load.check(self.service.database)
        except AssertionError as error:
            if os.environ.get("STUDYTRACKER_FAULTS_LOGS"):
                print(self.service.logs())
            raise error
        name = self.id().removeprefix("__main__.")
        print(f"\n{name}: {injected}; {load.summary()}; found: nothing", flush=True)
