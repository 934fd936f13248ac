"""Backups: a database restored on an empty server has the same rows, sequences and statistics;
damage is noticed; a failure leaves nothing; and a server goes back to a point in time."""

import datetime
import glob
import hashlib
import json
import os
import shutil
import subprocess

import entities
import harness
from study_program import DONE, STUDY, USAGE

SEQUENCES = "select schemaname, sequencename, last_value from pg_sequences order by 1, 2"


def owner_url(database):
    return f"postgresql://studytracker_owner@/{database.name}?host={database.directory}&port=5432"


def superuser_url(database):
    return owner_url(database).replace("studytracker_owner", "studytracker", 1)


def rows(database):
    """{table: count and digest of its rows}, and the sequences."""
    return database.digests(), database.sql(SEQUENCES)


def readable_paths():
    """Every path of the contract that GET answers without a parameter in it."""
    with open(os.path.join(harness.ROOT, "schema", "openapi.json"), encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    return [path for path, methods in paths.items() if "get" in methods and "{" not in path]


def statistics(service):
    """{path: body} of the paths that answer 200, and of the forms that statistics have."""
    forms = [f"/api/v1/stats/series?by={by}&group=topic" for by in ("day", "week", "month", "year")]
    paths = readable_paths() + forms + ["/api/v1/search?q=e", "/api/v1/stats/heatmap?year=2025", "/sessions?tag=aws"]
    answers = {path: service.get(path) for path in paths}
    return {path: answer.json for path, answer in answers.items() if answer.status == 200}


class BackupCase(entities.EntityCase):
    def setUp(self):
        super().setUp()
        self.directory = os.path.join(self.service.directory, f"backups-{self.id().rsplit('.', maxsplit=1)[-1]}")

    def study(self, *words, status=DONE, **env):
        """Standard output; self.errors gets standard error."""
        done = subprocess.run([STUDY, *map(str, words)], encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=2 * harness.PATIENCE,
                              env=harness.clean_environment(LC_ALL="C.UTF-8", **env))
        self.errors = done.stderr
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout.strip()

    def backup(self, *options, database=None, **more):
        return self.study("backup", self.directory, "--database", owner_url(database or self.database), *options, **more)

    def empty_server(self):
        """As studytracker-database --no-start leaves it, but without migrations."""
        server = harness.Database()
        self.addCleanup(server.close)
        server.start_empty()
        return server

    def fill(self):
        for entity in self.entities("create"):
            for _ in range(2):
                self.call(f"{entity.name}.create", **self.full(entity))
        topic = self.topic("aws")["id"]
        for day in range(1, 28):
            self.session(topic, study_date=f"2025-0{day % 3 + 1}-{day:02}", duration_minutes=day)


class Restore(BackupCase):
    def test_every_row_and_statistic_comes_back(self):
        self.fill()
        expected, told = rows(self.database), statistics(self.service)
        self.assertGreater(len(told), 40)
        server = self.empty_server()
        said = self.study("restore", self.backup(), "--database", owner_url(server))
        self.assertIn("Restored the backup of ", said)
        self.assertEqual(rows(server), expected)
        other = harness.Service(server)
        self.addCleanup(other.close)
        other.start()
        self.assertEqual(statistics(other), told)
        self.assertEqual(server.sql("select * from topic_totals_differences()"), [])
        self.assertEqual(server.sql("select * from linked_sessions_differences()"), [])
        made = other.post("/topics", {"name": "after the restore"})
        self.assertEqual(made.status, 201, made)
        self.assertNotIn([str(made.json["id"])], self.database.sql("select id from topics"))

    def test_the_worker_may_do_what_it_could_do(self):
        server = self.empty_server()
        self.study("restore", self.backup(), "--database", owner_url(server))
        rights = """select table_name, privilege_type from information_schema.role_table_grants
            where grantee = 'studytracker_worker' order by 1, 2"""
        self.assertEqual(server.sql(rights), self.database.sql(rights))
        routines = rights.replace("table_name", "routine_name").replace("role_table_grants", "role_routine_grants")
        self.assertEqual(server.sql(routines), self.database.sql(routines))

    def test_a_database_with_tables_is_refused_unless_told_so(self):
        server = harness.Database()
        self.addCleanup(server.close)
        server.start()
        server.sql("insert into topics (account_id, name) values (1, 'of somebody else')")
        made, before = self.backup(), rows(server)
        self.study("restore", made, "--database", owner_url(server), status=USAGE)
        self.assertIn("restore into an empty one, or delete them with --replace", self.errors)
        self.assertEqual(rows(server), before)
        self.study("restore", made, "--database", owner_url(server), "--replace")
        self.assertEqual(rows(server), rows(self.database))


class Damage(BackupCase):
    def test_a_changed_file_is_noticed(self):
        made = self.backup()
        self.assertIn("Checked the backup of ", self.study("restore", "--check", made))
        with open(f"{made}/database.dump", "r+b") as file:
            file.seek(5000)
            file.write(b"x")
        for words in (["--check", made], [made, "--database", owner_url(self.database), "--replace"]):
            self.study("restore", *words, status=USAGE)
            self.assertIn("the file has changed since the backup", self.errors)
        os.unlink(f"{made}/database.dump")
        self.study("restore", "--check", made, status=USAGE)
        self.assertIn("No such file", self.errors)
        os.unlink(f"{made}/manifest.json")
        self.study("restore", "--check", made, status=USAGE)
        self.assertIn("manifest.json", self.errors)

    def test_a_restore_that_fails_in_the_middle_changes_nothing(self):
        """The dump is cut, but the manifest agrees with it: as if the disk had lost its end."""
        self.fill()
        made, server = self.backup(), harness.Database()
        self.addCleanup(server.close)
        server.start()
        before = rows(server)
        self.cut(made)
        self.study("restore", made, "--database", owner_url(server), "--replace", status=USAGE)
        self.assertIn("pg_restore", self.errors)
        self.assertEqual(rows(server), before)

    def cut(self, backup):
        with open(f"{backup}/database.dump", "rb") as file:
            whole = file.read()
        part = whole[:len(whole) - 3000]
        with open(f"{backup}/database.dump", "wb") as file:
            file.write(part)
        with open(f"{backup}/manifest.json", encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["files"][0].update(bytes=len(part), sha256=hashlib.sha256(part).hexdigest())
        with open(f"{backup}/manifest.json", "w", encoding="utf-8") as file:
            json.dump(manifest, file)

    def test_a_backup_that_fails_leaves_nothing(self):
        self.study("backup", self.directory, "--database", "postgresql:///studytracker?host=/nowhere", status=USAGE)
        self.assertIn("no backup: psql failed", self.errors)
        self.assertEqual(os.listdir(self.directory), [])
        worker = owner_url(self.database).replace("_owner", "_worker", 1)
        self.study("backup", self.directory, "--database", worker, status=USAGE)
        self.assertIn("no backup: pg_dump failed", self.errors)
        self.assertIn("permission denied", self.errors)
        self.assertEqual(os.listdir(self.directory), [])

    def test_what_a_killed_backup_has_left_is_deleted(self):
        os.makedirs(f"{self.directory}/.partial-database-20250101T000000Z")
        with open(f"{self.directory}/.partial-database-20250101T000000Z/database.dump", "wb") as file:
            file.write(b"half")
        made = self.backup()
        self.assertEqual(os.listdir(self.directory), [os.path.basename(made)])
        with open(f"{made}/manifest.json", encoding="utf-8") as file:
            manifest = json.load(file)
        planned = subprocess.run(["tail", "-n", "1", f"{harness.ROOT}/schema/sqitch.plan"], check=True,
                                 stdout=subprocess.PIPE, encoding="utf-8").stdout
        self.assertEqual((manifest["kind"], manifest["schema_change"]), ("database", planned.split()[0]))
        self.assertEqual(os.stat(made).st_mode & 0o777, 0o700)

    def test_no_password_is_in_an_argument(self):
        """A program in the place of pg_dump shows how it was called."""
        fake = os.path.join(self.service.directory, "bin")
        os.makedirs(fake, exist_ok=True)
        with open(f"{fake}/pg_dump", "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho \"$@\" >&2\necho \"user $PGUSER password $PGPASSWORD\" >&2\nexit 1\n")
        os.chmod(f"{fake}/pg_dump", 0o755)
        url = owner_url(self.database).replace("studytracker_owner@", "studytracker_owner:secret@")
        self.study("backup", self.directory, status=USAGE, DATABASE_URL=url, PATH=f"{fake}:{os.environ['PATH']}")
        arguments, environment = self.errors.splitlines()[:2]
        self.assertNotIn("secret", arguments)
        self.assertEqual(environment, "user studytracker_owner password secret")


class Keep(BackupCase):
    def test_seven_days_and_four_weeks_are_kept(self):
        """Old backups by name, two a day for sixty days; 2025-03-01 was a Saturday."""
        os.makedirs(self.directory)
        for day in range(60):
            for hour in ("02", "14"):
                date = date_of(day)
                os.mkdir(f"{self.directory}/database-{date}T{hour}0000Z")
        os.mkdir(f"{self.directory}/cluster-20250101T000000Z")
        os.mkdir(f"{self.directory}/mine")
        made = os.path.basename(self.backup("--keep-daily", 7, "--keep-weekly", 4))
        left = set(os.listdir(self.directory)) - {made, "cluster-20250101T000000Z", "mine"}
        daily = {f"database-{date_of(day)}T140000Z" for day in range(54, 60)}
        weekly = {f"database-{date}T140000Z" for date in ("20250223", "20250216")}
        self.assertEqual(left, daily | weekly)

    def test_a_later_backup_stays_and_counts_for_nothing(self):
        """The clock was wrong when it was made."""
        for name in ("database-20250101T000000Z", "database-20991231T000000Z"):
            os.makedirs(f"{self.directory}/{name}")
        made = os.path.basename(self.backup("--keep-daily", 1))
        self.assertEqual(set(os.listdir(self.directory)), {made, "database-20991231T000000Z"})

    def test_an_old_backup_that_cannot_be_deleted_stops_no_new_one(self):
        """A backup has no directories, so one in it is somebody's own."""
        for old in ("database-20250101T000000Z/mine", "database-20250102T000000Z"):
            os.makedirs(f"{self.directory}/{old}")
        for name in ("database-20250103T000000Z", "database-20250104T000000Z"):
            made = self.backup("--keep-daily", 2, status=USAGE)
            self.assertIn("an old backup cannot be deleted: ", self.errors)
            self.assertIn("database-20250101T000000Z: Is a directory", self.errors)
            os.rename(made, f"{self.directory}/{name}")
        self.assertEqual(len(glob.glob(f"{self.directory}/database-*/manifest.json")), 2)
        self.assertEqual(os.listdir(f"{self.directory}/.partial-database-20250101T000000Z"), ["mine"])


def date_of(day):
    """The days that end with 2025-03-01."""
    return (datetime.date(2025, 1, 1) + datetime.timedelta(days=day)).strftime("%Y%m%d")


class PointInTime(BackupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.database
        cls.archive = os.path.join(database.directory, "archive")
        os.mkdir(cls.archive)
        if database.owner:
            shutil.chown(cls.archive, database.owner)
        database.stop_server()
        database.options = {"archive_mode": "on", "wal_level": "replica",
                            "archive_command": f"test ! -f {cls.archive}/%f && cp %p {cls.archive}/%f"}
        database.start_server()
        cls.service.wait_ready()

    def archive_everything(self):
        wal = self.database.value("select pg_walfile_name(pg_switch_wal())")
        harness.until("the WAL is archived", lambda: os.path.exists(f"{self.archive}/{wal}"))

    def test_a_server_goes_back_to_a_point_in_time(self):
        self.fill()
        made = self.study("backup", self.directory, "--cluster", "--database", superuser_url(self.database))
        self.topic("after the backup")
        expected, told = rows(self.database), statistics(self.service)
        until = self.database.value("""select to_char(clock_timestamp() at time zone 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")
        self.topic("a mistake")
        self.database.sql("delete from sessions")
        self.archive_everything()
        server = self.restored(made, "--wal", self.archive, "--until", until)
        self.assertEqual(rows(server)[0], expected[0])  # sequences skip numbers in a replay
        other = harness.Service(server)
        self.addCleanup(other.close)
        other.start()
        self.assertEqual(statistics(other), told)

    def restored(self, made, *options):
        server = harness.Database()
        self.addCleanup(server.close)
        self.study("restore", made, "--data-directory", server.data, *options)
        if server.owner:
            subprocess.run(["chown", "-R", f"{server.owner}:", server.directory], check=True)
        server.start_server()
        harness.until("the replay has ended", lambda: server.value("select pg_is_in_recovery()") == "f")
        return server

    def test_without_an_archive_it_is_the_backup(self):
        made = self.study("backup", self.directory, "--cluster", "--database", superuser_url(self.database))
        expected = rows(self.database)
        self.assertEqual(rows(self.restored(made))[0], expected[0])

    def test_a_directory_with_files_is_refused(self):
        made = self.study("backup", self.directory, "--cluster", "--database", superuser_url(self.database))
        self.study("restore", made, "--data-directory", self.database.data, status=USAGE)
        self.assertIn("not empty", self.errors)
        self.study("restore", made, "--data-directory", f"{self.directory}/new", "--wal", "/a b", status=USAGE)
        self.assertIn("--wal: an absolute path", self.errors)
        self.assertFalse(os.path.exists(f"{self.directory}/new"))
        self.study("restore", made, "--database", owner_url(self.database), status=USAGE)
        self.assertIn("is a backup of a cluster", self.errors)


if __name__ == "__main__":
    harness.main()
