"""What the benchmark measures: a PostgreSQL that waits for the disk, the service, and rows.

The rows are made once for each number of sessions. Before a case the database becomes a copy of
them again, so that no case sees what another one wrote.
"""

import glob
import os
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.setdefault("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "release"))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
import auth_mode  # noqa: E402
import harness  # noqa: E402: it reads the variable above
import machine  # noqa: E402
import peers  # noqa: E402

TOPICS = 50
DAYS = 300
OTHER_ACCOUNTS = 999
SESSIONS_EACH = 100  # of the other accounts

# The sessions have few days and topics, so the totals of 1,000 and of 1,000,000 have as many rows.
ROWS = f"""
insert into accounts (account_id, name)
select n, 'account ' || n from generate_series(2, {OTHER_ACCOUNTS + 1}) as n;
insert into topics (account_id, name)
select a, 'Topic ' || n from generate_series(1, {OTHER_ACCOUNTS + 1}) as a, generate_series(1, {TOPICS}) as n
order by a, n;
create function fill(account bigint, first bigint, sessions integer) returns void language sql as $$
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, updated_at)
	select account, gen_random_uuid(), first + n % {TOPICS}, date '2026-01-01' + (n / {TOPICS}) % {DAYS}, 25,
		t, t
	from generate_series(0, sessions - 1) as n
	cross join lateral (select timestamptz '2026-01-01 00:00Z' + n * interval '20 seconds' as t) as at
$$;
select count(fill(account_id, min, {SESSIONS_EACH}))
from (select account_id, min(id) from topics where account_id > 1 group by account_id) as t;
create table sessions_alone (like sessions including all);
alter table sessions_alone add foreign key (account_id, topic_id) references topics,
	add foreign key (account_id, task_id) references tasks, add foreign key (account_id, goal_id) references goals,
	add foreign key (account_id, skill_id) references skills,
	add foreign key (account_id, project_id) references projects;
"""

COPIED = """insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes, created_at, updated_at)
select account_id, id, topic_id, study_date, duration_minutes, created_at, updated_at from sessions"""


class Stack:
    """The service on its database. `workers` counts its worker processes."""

    def __init__(self, workers, **settings):
        self.counts, self.settings = workers, settings
        self.root, self.build = ROOT, BUILD
        self.directory = tempfile.mkdtemp(prefix="st-bench-")
        os.chmod(self.directory, 0o755)
        self.database = harness.Database(durable=True)
        self.service, self.peer, self.made = None, None, set()

    def open(self):
        self.database.start()
        self.database.sql(ROWS)

    def close(self):
        self.stop()
        self.database.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self):
        for running in (self.peer and self.peer.stop, self.service and self.service.close):
            if running:
                running()
        self.service = self.peer = None

    def start_peer(self, name):
        """Starts another study tracker beside the service, and returns its port."""
        self.peer = peers.Peer(self, name)
        return self.peer.port

    def start(self, **settings):
        self.service = harness.Service(self.database, workers=self.counts, **{**self.settings, **settings})
        self.service.start()

    def prepare(self, sessions, **settings):
        """Gives account 1 this number of sessions and starts the service."""
        self.stop()
        if sessions not in self.made:
            self.make(sessions)
        self.run("postgres", "drop database if exists studytracker", "create database studytracker template "
                 f"rows_{sessions}")
        self.start(**settings)

    def make(self, sessions):
        if not self.made:
            self.run("postgres", "alter database studytracker rename to rows_0")
        self.run("postgres", f"create database rows_{sessions} template rows_0")
        self.run(f"rows_{sessions}", "select fill(1, (select min(id) from topics where account_id = 1), "
                 f"{sessions})", COPIED, "vacuum analyze",
                 "checkpoint")
        self.made.add(sessions)

    def run(self, database, *statements):
        for statement in statements:
            self.database.sql(statement, name=database)

    @property
    def port(self):
        return self.service.port

    @property
    def topic_ids(self):
        return tuple(int(n) for n in self.database.sql(
            "select min(id), max(id) from topics where account_id = 1")[0])

    @property
    def processes(self):
        """Returns {name: function that returns pids}, for machine.Watch."""
        return {"gateway": lambda: [p.pid for p in self.service.gateways],
                "worker": lambda: [p.pid for p in self.service.workers],
                "PostgreSQL": lambda: machine.family(self.database.server.pid)}

    def memory(self):
        return {p.name: machine.memory_mib(p.pid) for p in self.service.gateways + self.service.workers}

    def path(self, name):
        return os.path.join(self.directory, name)

    def files(self, prefix):
        return glob.glob(self.path(prefix) + "*")

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path(name), 0o644)
        return self.path(name)
