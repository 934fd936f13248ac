"""./dev run touches no files of other users, and workers have only the database rights that they
need."""

import os
import pwd
import shutil
import subprocess
import unittest
import urllib.parse

import harness
from dev_script import Case, FIRST_START, READY, command_of


class FilesOfOthers(Case):
    """./dev run does not follow, write to or remove files that another user puts in its way."""

    def setUp(self):
        super().setUp()
        self.data = os.path.join(self.directory, "data")
        self.theirs = os.path.join(self.directory, "theirs")
        os.mkdir(self.theirs)
        with open(os.path.join(self.theirs, "precious"), "w", encoding="utf-8") as precious:
            precious.write("kept")

    def refused(self, *words):
        said = self.run_dev().refused()
        for word in words:
            self.assertIn(word, said)
        with open(os.path.join(self.theirs, "precious"), encoding="utf-8") as precious:
            self.assertEqual(precious.read(), "kept")

    def link(self, name, to, owner="nobody"):
        os.symlink(to, name)
        if os.geteuid() == 0:
            os.lchown(name, pwd.getpwnam(owner).pw_uid, -1)

    def test_a_data_directory_that_others_can_write_to(self):
        for mode in (0o777, 0o1777):
            os.makedirs(self.data, exist_ok=True)
            os.chmod(self.data, mode)
            self.refused("others can write to", self.data)

    def test_a_parent_directory_that_others_can_write_to(self):
        above = os.path.join(self.directory, "above")
        os.mkdir(above)
        os.chmod(above, 0o777)
        said = self.run_dev(STUDYTRACKER_DATA_DIR=os.path.join(above, "data")).refused()
        self.assertIn(f"others can write to {above}", said)
        self.assertEqual(os.listdir(above), [])

    @unittest.skipUnless(os.geteuid() == 0, "makes files of another user")
    def test_links_of_another_user(self):
        self.link(self.data, self.theirs)
        self.refused("is a symbolic link of nobody", self.data)
        self.assertEqual(os.listdir(self.theirs), ["precious"])

    def test_links_in_the_data_directory(self):
        for name in ("initdb.log", "postgresql.log", "postgresql.log.1", "lock"):
            os.makedirs(self.data, exist_ok=True)
            self.link(os.path.join(self.data, name), os.path.join(self.theirs, "precious"))
            self.refused(name, "is no regular file")
            os.unlink(os.path.join(self.data, name))

    def test_a_directory_in_place_of_its_link(self):
        inside = os.path.join(self.data, "run", "precious")
        os.makedirs(inside)
        self.refused("is no symbolic link of this script")
        self.assertTrue(os.path.isdir(inside))

    def test_a_link_to_a_directory_that_it_did_not_make(self):
        self.make_data()
        os.symlink(self.theirs, os.path.join(self.data, "run"))
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        self.assertEqual(run.stop(), 0, run.out())
        self.assertTrue(os.path.exists(os.path.join(self.theirs, "precious")))

    def test_its_files_are_closed_to_others(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        modes = {name: os.stat(os.path.join(self.data, name)).st_mode & 0o777 for name in (
            "initdb.log", "postgresql.log", "run/workers", "run/rpc", "run/workers/workers-1.sock",
            "run/rpc/rpc-1.sock")}
        self.assertEqual(modes, {
            "initdb.log": 0o600, "postgresql.log": 0o600, "run/workers": 0o750, "run/rpc": 0o750,
            "run/workers/workers-1.sock": 0o660, "run/rpc/rpc-1.sock": 0o660})


class Roles(Case):
    """Workers have only the rights that they need, also in a database that is older than the
    roles."""

    def ask(self, statement):
        sockets = os.path.join(self.directory, "data", "run", "database")
        return subprocess.run(["psql", "-XAtq", "-h", sockets, "-U", "studytracker", "-c", statement],
                              stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout.split()

    def expect_roles(self):
        self.assertEqual(self.ask("select distinct usename from pg_stat_activity"
                                  " where application_name like 'studytracker-worker-%'"), ["studytracker_worker"])
        self.assertEqual(self.ask("select rolname from pg_roles where rolsuper"), ["studytracker"])
        self.assertEqual(self.ask("select distinct relowner::regrole from pg_class"
                                  " where relnamespace in ('public'::regnamespace, 'sqitch'::regnamespace)"),
                         ["studytracker_owner"])

    def test_workers_are_not_superusers(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        self.expect_roles()
        with open(os.path.join(self.directory, "data", "postgresql", "pg_hba.conf"), encoding="utf-8") as lines:
            hosts = [line.split()[-1] for line in lines if line.startswith("host")]
        self.assertEqual(set(hosts), {"reject"})

    def test_a_cluster_older_than_the_roles(self):
        old = harness.Database()
        self.addCleanup(old.close)
        old.start(has_roles=False)
        self.assertEqual(old.value("select count(*) from pg_roles where rolname like 'studytracker_%'"), "0")
        old.sql("insert into topics (account_id, name) values (1, 'Before')")
        old.stop_server()
        os.mkdir(os.path.join(self.directory, "data"))
        shutil.move(os.path.join(old.directory, "data"), os.path.join(self.directory, "data", "postgresql"))
        for _ in range(2):  # the second run finds everything done
            run = self.run_dev("--workers", "1")
            run.wait_ready(FIRST_START)
            self.assertEqual([topic["name"] for topic in run.get("/topics")], ["Before"])
            self.assertEqual(run.post("/sessions", {"minutes": 5, "tag": "Before"})["tag"], "Before")
            self.expect_roles()
            self.assertEqual(run.stop(), 0, run.out())


class AnotherServer(Case):
    def test_database_url_is_used_and_no_server_is_started(self):
        database = harness.Database()
        self.addCleanup(database.close)
        database.start()
        run = self.run_dev(DATABASE_URL=database.url)
        run.wait_ready(FIRST_START)
        run.post("/topics", {"name": "Theirs"})
        self.assertEqual(database.value("select name from topics"), "Theirs")
        self.assertFalse(any("postgres -D" in command_of(pid) for pid in run.descendants()))
        self.assertFalse(os.path.exists(os.path.join(self.directory, "data")))
        self.assertEqual(run.stop(), 0, run.out())
        self.assertEqual(database.value("select count(*) from topics"), "1")

    def spies(self, *programs):
        """Returns a PATH whose programs write their arguments to a file first, and that file."""
        folder, written = (os.path.join(self.directory, name) for name in ("spies", "arguments"))
        os.mkdir(folder)
        open(written, "wb").close()
        os.chmod(written, 0o666)  # the cluster's owner starts some of them
        for program in programs:
            path = os.path.join(folder, program)
            with open(path, "w", encoding="utf-8") as spy:
                spy.write(f'#!/bin/sh\nprintf "%s\\n" "{program} $*" >>{written}\nexec {shutil.which(program)} "$@"\n')
            os.chmod(path, 0o755)
        return f"{folder}:{os.environ['PATH']}", written

    def test_a_password_works_and_stays_secret(self):
        """A plus in a URI is not a space. No argument holds the password: /proc shows arguments."""
        database, password = harness.Database(), "se+cret%\\n'x"
        self.addCleanup(database.close)
        database.start(is_deployed=False)
        database.require_password("studytracker_owner", password)
        place = f"host={database.directory} port=5432 dbname={database.name} user=studytracker_owner"
        path, written = self.spies("psql", "sqitch")
        words = password.replace("\\", "\\\\").replace("'", "\\'")
        for url in (f"postgresql://studytracker_owner:{'se+cret%25%5Cn%27x'}@/{database.name}"
                    f"?host={database.directory}&port=5432",
                    f"{place} password = '{words}' connect_timeout=60"):
            run = self.run_dev("--workers", "1", DATABASE_URL=url, PATH=path)
            seen = set()

            def is_ready():
                seen.update(command_of(pid) for pid in run.descendants())
                assert run.popen.poll() is None, run.out()
                return READY.search(run.out())
            harness.until("./dev run is ready", is_ready, FIRST_START)
            self.assertEqual([command for command in seen if "cret%" in command], [])
            self.assertEqual(run.stop(), 0, run.out())
        with open(written, encoding="utf-8") as arguments:
            lines = arguments.read().splitlines()
        self.assertLessEqual({"psql", "sqitch"}, {word for line in lines for word in line.split()[:1]})
        self.assertEqual([line for line in lines if "cret%" in line], [])

    def test_parameters_reach_every_program(self):
        """Through a Unix socket libpq accepts and ignores those of TLS."""
        database = harness.Database()
        self.addCleanup(database.close)
        database.start(is_deployed=False)
        database.require_password("studytracker_owner", "in a file")
        passfile, path = self.passfile("in a file"), self.environment_spy()
        parameters = {"sslmode": "verify-full", "sslrootcert": "/ca d.pem", "sslcert": "/c.pem", "sslkey": "/k.pem",
                      "passfile": passfile}
        place = {"host": database.directory, "port": 5432, "dbname": database.name, "user": "studytracker_owner"}
        for url in ("postgresql:///?" + urllib.parse.urlencode({**place, **parameters}, quote_via=urllib.parse.quote),
                    " ".join(f"{key}='{value}'" for key, value in {**parameters, **place}.items())):
            subprocess.run([f"{harness.ROOT}/schema/migrate"], check=True, timeout=harness.PATIENCE,
                           env=harness.clean_environment(DATABASE_URL=url, PATH=path))
            with open(os.path.join(self.directory, "environment"), encoding="utf-8") as written:
                seen = dict(line.split("=", 1) for line in written.read().splitlines())
            self.assertEqual({key: seen.get(f"PG{key.upper()}") for key in parameters}, parameters, url)

    def passfile(self, password):
        path = os.path.join(self.directory, "passfile")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"*:*:*:*:{password}\n")
        os.chmod(path, 0o600)
        return path

    def environment_spy(self):
        """Returns a PATH whose sqitch writes its environment to a file first."""
        folder = os.path.join(self.directory, "spies")
        os.mkdir(folder)
        with open(os.path.join(folder, "sqitch"), "w", encoding="utf-8") as spy:
            spy.write(f'#!/bin/sh\nenv >"{self.directory}/environment"\nexec {shutil.which("sqitch")} "$@"\n')
        os.chmod(os.path.join(folder, "sqitch"), 0o755)
        return f"{folder}:{os.environ['PATH']}"


if __name__ == "__main__":
    unittest.main()
