"""What the benchmark measures: a PostgreSQL that waits for the disk, the service, and rows.

The rows are made once for each number of sessions. Before a case the database becomes a copy of
them again, so that no case sees what another one wrote.
"""

import glob
import itertools
import os
import secrets
import shutil
import sys
import tempfile

import machine
import peers
import tree

sys.path.insert(0, os.path.join(tree.ROOT, "tests", "integration"))
import auth_mode  # noqa: E402
import harness  # noqa: E402: it reads a variable that tree sets

TOPICS = 50
DAYS = 300
ACCOUNTS = 1000
SESSIONS_EACH = 100  # of the other accounts

# Every side of a round begins with a checkpoint and ends before the next one, so that all of them
# write as many whole pages into the log.
POSTGRESQL = {"max_wal_size": "16GB", "checkpoint_timeout": "1h", "track_wal_io_timing": "on"}

# 1,000 sessions have 20 days and 50 topics; 15,000 and more have all days. So an account has up
# to 15,000 rows of totals.
ROWS = f"""
insert into accounts (account_id, name)
select n, 'account ' || n from generate_series(2, {ACCOUNTS}) as n;
insert into topics (account_id, name)
select a, 'Topic ' || n from generate_series(1, {ACCOUNTS}) as a, generate_series(1, {TOPICS}) as n
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
"""

# Trees before the database roles have neither tokens nor links.
ROWS_WITH_ROLES = """
insert into tokens (account_id, name, hash, scopes)
select account_id, 'of the benchmark', sha256(convert_to('st_' || lpad(to_hex(account_id), 64, '0'), 'UTF8')),
	'{read,write}'
from accounts;
create table sessions_alone (like sessions including all);
-- Triggers of sessions check the topics, and write links into a table that has their keys. Without these
-- triggers, the table needs the foreign keys.
alter table sessions_alone
	add foreign key (account_id, topic_id) references topics,
	add foreign key (account_id, task_id) references tasks,
	add foreign key (account_id, goal_id) references goals,
	add foreign key (account_id, skill_id) references skills,
	add foreign key (account_id, project_id) references projects;
"""

COPIED = """insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes, created_at, updated_at)
select account_id, id, topic_id, study_date, duration_minutes, created_at, updated_at from sessions"""


numbers = itertools.count(1)  # of stacks


def token_of(account):
    return f"st_{account:064x}"


class Stack:
    """The service of a source tree on its database, with this number of workers and gateways."""

    def __init__(self, source=tree.THIS, workers=2, gateways=1):
        self.tree, self.workers, self.gateways = source, workers, gateways
        self.directory = tempfile.mkdtemp(prefix="st-bench-")
        os.chmod(self.directory, 0o755)
        self.database = harness.Database(durable=True, root=source.root, build=source.build)
        # a loopback address of its own, so that the port is free
        self.address = f"127.{64 + next(numbers) % 64}.{os.getpid() // 256 % 256}.{os.getpid() % 256}"
        self.password = secrets.token_hex(16)
        self.database.options = {**POSTGRESQL, "listen_addresses": self.address}
        self.service, self.peer, self.made = None, None, set()

    def open(self):
        self.database.start(has_roles=self.tree.has_roles)
        # pgbench over TCP needs a password
        self.database.require_password("studytracker", self.password,
                                       "local all all trust\nhost all studytracker 127.0.0.0/8 scram-sha-256\n")
        self.database.sql(ROWS)
        self.database.sql(ROWS_WITH_ROLES if self.tree.has_roles else "create role studytracker_worker superuser login")

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
        self.service = harness.Service(self.database, self.workers, self.gateways, **settings)
        self.service.gateway_program = [self.tree.program("gateway")]
        self.service.worker_program = [self.tree.program("worker")]
        if not self.tree.has_roles:  # its gateway does not make the directories of its sockets
            for kind in ("workers", "rpc"):
                os.makedirs(os.path.join(self.service.directory, kind))
        self.service.start()

    def prepare(self, sessions, **settings):
        """Gives account 1 this number of sessions and starts the service."""
        self.stop()
        if sessions not in self.made:
            self.make(sessions)
        self.run("postgres", "drop database if exists studytracker with (force)",
                 f"create database studytracker template rows_{sessions} strategy file_copy")
        self.start(**settings)

    def make(self, sessions):
        if not self.made:
            self.run("postgres", "alter database studytracker rename to rows_0")
        self.run("postgres", f"create database rows_{sessions} template rows_0 strategy file_copy")
        self.run(f"rows_{sessions}", "select fill(1, (select min(id) from topics where account_id = 1), "
                 f"{sessions})", *([COPIED] if self.tree.has_roles else []), "vacuum analyze")
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

    def begin(self):
        """Starts each side of a round at the same distance from a checkpoint."""
        self.run("postgres", "checkpoint")

    def syncs(self):
        """Returns how often PostgreSQL waited for the disk, and the milliseconds."""
        count, time = self.database.sql("select wal_sync, wal_sync_time from pg_stat_wal", name="postgres")[0]
        return int(count), float(time)

    @property
    def processes(self):
        """Returns {name: function that returns pids}, for machine.Watch."""
        return {"gateway": lambda: [p.pid for p in self.service.gateways],
                "worker": lambda: [p.pid for p in self.service.workers],
                "PostgreSQL": lambda: machine.family(self.database.server.pid),
                "peer": lambda: machine.family(self.peer.process.pid) if self.peer else []}

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
