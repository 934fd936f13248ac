"""The example of docs/migrations.md is deployed while the service works: a new column, its values
for old rows, an index. No request fails, and none waits for a transaction that holds the table."""

import glob
import os
import shutil
import subprocess
import time

import faults
import harness

EXAMPLE = os.path.join(harness.ROOT, "tests", "integration", "migrations")
LINE = "{} 2027-01-01T00:00:0{}Z StudyTracker <studytracker@localhost> # of the test\n"


class MigrationUnderLoad(faults.FaultCase):
    workers, gateways = 2, 1
    settings = {"STUDYTRACKER_DEADLINE_MS": "20000"}  # a slow machine is no failure

    def setUp(self):
        """A copy of schema/ that ends with the changes of the example."""
        self.schema = os.path.join(self.service.directory, "schema")
        shutil.copytree(os.path.join(harness.ROOT, "schema"), self.schema)
        self.addCleanup(shutil.rmtree, self.schema)
        shutil.copytree(EXAMPLE, self.schema, dirs_exist_ok=True)
        self.names = sorted(os.path.basename(path)[:-4] for path in glob.glob(f"{EXAMPLE}/deploy/*.sql"))
        self.fill()

    def plan(self, count):
        """Adds the next changes to the plan."""
        with open(f"{self.schema}/sqitch.plan", "a", encoding="utf-8") as plan:
            for _ in range(count):
                plan.write(LINE.format(self.names[0], 9 - len(self.names)))
                del self.names[0]

    def fill(self):
        """Twenty thousand old rows, which are twenty batches of the backfill."""
        self.database.sql("""
            insert into accounts (account_id, name) values (2, 'other');
            insert into topics (account_id, name) values (2, 'old');
            insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
            select 2, gen_random_uuid(), (select max(id) from topics where account_id = 2),
                date '2024-01-01' + n % 700, 1 + n % 60
            from generate_series(1, 20000) as n""")

    def deploy(self):
        """As studytracker-migrate.service does it."""
        url = self.database.url.replace("studytracker_worker", "studytracker_owner", 1)
        return subprocess.Popen([f"{self.schema}/migrate"], env=harness.clean_environment(
            DATABASE_URL=url, SQITCH_FULLNAME="Test", SQITCH_EMAIL="test@localhost"),
            preexec_fn=harness.dies_with_us)

    def is_waiting(self):
        return self.database.sql("""select 1 from pg_stat_activity where usename = 'studytracker_owner'
            and (wait_event_type = 'Lock' or query like 'call with_short_locks%')""") != []

    def test_no_request_fails_and_none_waits_for_the_reader(self):
        with self.load(clients=48) as load:
            load.until_answered(200)
            with faults.Lock(self.database, mode="access share"):  # somebody reads the table for long
                self.plan(3)
                migration = self.deploy()
                harness.until("the migration wants the table", self.is_waiting)
                begun = time.monotonic()
                harness.until("whoever waited at that moment has an answer",
                              lambda: not load.waiting(time.monotonic() - begun))
                load.until_answered(500)
                self.assertIsNone(migration.poll(), "it has not waited for the reader")
            self.assertEqual(migration.wait(harness.PATIENCE * 4), 0)
            load.until_answered(200)
            self.assertEqual(self.database.value("""select count(*) from sessions
                where study_week is distinct from date_trunc('week', study_date)"""), "0")
            self.plan(1)
            self.assertEqual(self.deploy().wait(harness.PATIENCE * 4), 0)
            load.until_answered(200)
        self.assertEqual(load.refused, {})
        self.settle(load, "a column, its values in 20,000 rows and an index came and went")


if __name__ == "__main__":
    harness.main()
