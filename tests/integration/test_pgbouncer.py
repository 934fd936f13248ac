"""Workers reach PostgreSQL through pgbouncer: the settings that it does not forward still apply."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

ZONE = "Pacific/Kiritimati"  # UTC+14: its date differs from the date of UTC for 14 hours a day
PGBOUNCER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
WANTED = {"TimeZone": ZONE, "statement_timeout": "5s", "client_connection_check_interval": "250ms",
          "jit": "off", "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan",
          "search_path": "public, pg_temp", "DateStyle": "ISO, YMD"}


class Bouncer:
    """A pgbouncer in front of a harness.Database. It is the database of a Service."""

    def __init__(self, database, mode, ignored="extra_float_digits"):
        self.database = database
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.process = None
        user = re.match("postgresql://([^@]*)@", database.url)[1]
        self.url = f"postgresql://{user}@/{database.name}?host={self.directory}&port=6544"
        with open(self.config, "w", encoding="ascii") as config:
            config.write(f"""[databases]
{database.name} = host={database.directory} port=5432 dbname={database.name} user={user}
[pgbouncer]
listen_addr =
unix_socket_dir = {self.directory}
listen_port = 6544
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = {ignored}
""")

    @property
    def config(self):
        return os.path.join(self.directory, "pgbouncer.ini")

    def start(self):
        command = [PGBOUNCER, self.config]
        if self.database.owner:
            shutil.chown(self.directory, self.database.owner)
            os.chmod(self.directory, 0o755)
            command = self.database.as_owner(*command)
        self.process = harness.Process("pgbouncer", command, harness.clean_environment(), self.directory)
        harness.until("pgbouncer answers", self.answers)

    def answers(self):
        assert self.process.is_running(), self.process.log()
        command = [self.database.program("pg_isready"), "-q", "-h", self.directory, "-p", "6544"]
        return subprocess.run(command, check=False).returncode == 0

    def close(self):
        if self.process:
            self.process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class Pgbouncer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        assert PGBOUNCER, "pgbouncer is missing: ./dev test installs it"
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def service(self, bouncer, opened, workers=1, **settings):
        opened.enter_context(contextlib.closing(bouncer))
        bouncer.start()
        service = harness.Service(bouncer, workers=workers, **{"STUDYTRACKER_TIME_ZONE": ZONE, **settings})
        opened.enter_context(contextlib.closing(service))
        return service

    def expect_wanted(self, bouncer):
        with contextlib.ExitStack() as opened:
            service = self.service(bouncer, opened)
            service.start()
            today = service.get("/api/v1/stats/streak").json["today"]
            self.assertEqual(today, self.database.value(f"select (now() at time zone '{ZONE}')::date"))
            names = self.database.sql("select application_name from pg_stat_activity"
                                      " where application_name like 'studytracker-worker-%'")
            for name, in names:
                self.assertRegex(name, "^studytracker-worker-" + harness.UUID.pattern[1:-1] + "-(read|write|slow)$")
            lanes = sorted(name.rpartition("-")[2] for name, in names)
            # The slow lane connects when it first deletes rows of closed accounts: at any time.
            self.assertIn(lanes, (["read", "write"], ["read", "slow", "write"]))
            self.assertEqual(service.stop(), {})

    def test_today_follows_the_time_zone_if_pgbouncer_drops_options(self):
        self.expect_wanted(Bouncer(self.database, "session", "extra_float_digits,options"))

    def test_today_follows_the_time_zone_if_pgbouncer_refuses_options(self):
        self.expect_wanted(Bouncer(self.database, "session"))

    def test_worker_refuses_options_of_the_url_with_advice(self):
        bouncer = Bouncer(self.database, "session")
        bouncer.url += "&options=-cwork_mem%3D8MB"
        self.expect_refusal(bouncer, "remove `options` from DATABASE_URL and PGOPTIONS")

    def test_a_worker_exits_if_the_database_refuses_its_time_zone(self):
        with contextlib.ExitStack() as opened:
            service = self.service(Bouncer(self.database, "session"), opened,
                                   STUDYTRACKER_TIME_ZONE="right/UTC")
            worker = service.start_worker()
            self.assertEqual(worker.popen.wait(harness.PATIENCE), 78, worker.log())
            self.assertIn('STUDYTRACKER_TIME_ZONE is "right/UTC"', worker.log())

    def test_worker_refuses_transaction_mode(self):
        self.expect_refusal(Bouncer(self.database, "transaction"),
                            "the pooler must work in session mode")

    def expect_refusal(self, bouncer, advice, workers=1):
        with contextlib.ExitStack() as opened:
            service = self.service(bouncer, opened, workers)
            service.start_gateway()
            for _ in range(workers):
                service.start_worker()
            harness.until(f"a worker says {advice}",
                          lambda: any(advice in worker.log() for worker in service.workers))


class Connection(harness.ServiceCase):
    """On a direct connection to PostgreSQL the same statement makes the same settings."""

    workers, settings = 1, {"STUDYTRACKER_TIME_ZONE": ZONE}

    def test_today_follows_the_time_zone(self):
        today = self.service.get("/api/v1/stats/streak").json["today"]
        self.assertEqual(today, self.database.value(f"select (now() at time zone '{ZONE}')::date"))

    def test_each_setting_has_its_value(self):
        with open(os.path.join(harness.ROOT, "schema", "connection.sql"), encoding="utf-8") as file:
            setup = file.read()
        shown = ", ".join(f"current_setting('{name}')" for name in WANTED)
        done = self.database.sql(f"prepare setup as {setup}; execute setup('{ZONE}', 'name', '5000', '250');"
                                 f" select {shown}")
        self.assertEqual(dict(zip(WANTED, done[-1])), WANTED)


if __name__ == "__main__":
    harness.main()
