"""./dev run: one command up, Ctrl-C down, nothing left, and the data is still there."""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import harness
import study_rpc

SCRIPT = os.path.join(harness.ROOT, "dev")
READY = re.compile(r"^StudyTracker is ready at (http://127\.0\.0\.1:\d+)$", re.MULTILINE)
FIRST_START = 240  # seconds: it may have to build


def free_port():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return reserved.getsockname()[1]


class DevRun:
    """One ./dev run in a session of its own, as a terminal would start it."""

    def __init__(self, directory, *arguments, **settings):
        self.port = settings.setdefault("API_PORT", free_port())
        settings.setdefault("STUDYTRACKER_DATA_DIR", os.path.join(directory, "data"))
        settings = {name: value for name, value in settings.items() if value is not None}
        self.out_path = tempfile.mkstemp(dir=directory)[1]
        self.began = time.monotonic()
        with open(self.out_path, "wb") as out:
            self.popen = subprocess.Popen(
                [SCRIPT, "run", *arguments], env=harness.clean_environment(**settings), cwd=directory,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)

    def out(self):
        with open(self.out_path, encoding="utf-8", errors="replace") as out:
            return out.read()

    def wait_ready(self, patience=harness.PATIENCE):
        def ready():
            assert self.popen.poll() is None, self.out()
            return READY.search(self.out())
        self.url = harness.until("./dev run is ready", ready, patience).group(1)
        return time.monotonic() - self.began

    def rpc_endpoints(self):
        said = harness.until("RPC is named", lambda: re.search(r"^RPC at (.*)$", self.out(), re.MULTILINE))
        return said.group(1).split(",")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=harness.PATIENCE) as reply:
            return json.load(reply)

    def post(self, path, body):
        asked = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                       {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=harness.PATIENCE) as reply:
            return json.load(reply)

    def descendants(self):
        """Pids below the script: what must be gone when it has ended."""
        parents = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    parents[int(pid)] = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
        found, layer = set(), {self.popen.pid}
        while layer:
            layer = {pid for pid, parent in parents.items() if parent in layer}
            found |= layer
        return found

    def refused(self):
        """It must give up by itself; what it said."""
        status = self.popen.wait(FIRST_START)
        assert status not in (0, None), self.out()
        return self.out()

    def stop(self, how=signal.SIGINT):
        """As Ctrl-C does it: to the whole foreground process group."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, how)
        return self.popen.wait(60)

    def close(self):
        if self.popen.poll() is None:
            self.stop(signal.SIGTERM)


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as command:
            return command.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="st-dev-", dir="/tmp")
        os.chmod(self.directory, 0o755)  # the cluster's owner passes through
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def run_dev(self, *arguments, **settings):
        run = DevRun(self.directory, *arguments, **settings)
        self.addCleanup(run.close)
        return run

    def assertNothingIsLeft(self, run, descendants):
        left = {pid: command_of(pid) for pid in descendants if os.path.exists(f"/proc/{pid}")}
        self.assertEqual(left, {})
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex(("127.0.0.1", run.port)), 0, "the port still answers")
        with self.assertRaises(FileNotFoundError):
            os.readlink(os.path.join(self.directory, "data", "run"))


class OneCommand(Case):
    def test_it_starts_stops_and_finds_its_data_again(self):
        run = self.run_dev("--workers", "2")
        run.wait_ready(FIRST_START)
        made = run.post("/sessions", {"minutes": 25, "tag": "first"})
        started = run.descendants()
        names = [command_of(pid) for pid in started]
        self.assertEqual(sum("studytracker-gateway" in name for name in names), 1)
        self.assertEqual(sum("studytracker-worker" in name for name in names), 2)
        runtime = os.readlink(os.path.join(self.directory, "data", "run"))
        self.assertEqual(run.stop(signal.SIGINT), 0, run.out())
        self.assertNothingIsLeft(run, started)
        self.assertFalse(os.path.exists(runtime))
        again = self.run_dev(API_PORT=run.port)
        took = again.wait_ready()
        self.assertEqual(again.get("/sessions"), [made])
        self.assertLess(took, 3 if os.getloadavg()[0] < 1 else 10)
        started = again.descendants()
        self.assertEqual(again.stop(signal.SIGTERM), 0, again.out())
        self.assertNothingIsLeft(again, started)

    def test_the_database_is_private_and_guarded(self):
        run = self.run_dev()
        run.wait_ready(FIRST_START)
        cluster = os.path.join(self.directory, "data", "postgresql")
        self.assertNotEqual(os.stat(cluster).st_uid, 0)
        self.assertEqual(os.stat(cluster).st_mode & 0o777, 0o700)
        with open(os.path.join(cluster, "postmaster.pid"), encoding="utf-8") as lines:
            pid, _, _, _, sockets, listens = [line.strip() for line in lines][:6]
        self.assertEqual(listens, "", "listens on the network")
        self.assertNotEqual(os.stat(f"/proc/{pid}").st_uid, 0)
        self.assertEqual(os.stat(sockets).st_mode & 0o777, 0o700)
        shown = subprocess.run(["psql", "-XAt", "-h", sockets, "-U", "studytracker", "-c",
                                "show data_checksums"], stdout=subprocess.PIPE, check=True)
        self.assertEqual(shown.stdout.strip(), b"on")

    def test_two_copies_live_beside_each_other_but_not_on_the_same_data(self):
        one = self.run_dev()
        one.wait_ready(FIRST_START)
        said = self.run_dev().refused()
        self.assertIn("another copy", said)
        other = self.run_dev(STUDYTRACKER_DATA_DIR=os.path.join(self.directory, "other"))
        other.wait_ready()
        other.post("/topics", {"name": "Elsewhere"})
        self.assertEqual(one.get("/topics"), [])

    def test_what_was_killed_outright_leaves_nothing_that_hinders(self):
        run = self.run_dev()
        run.wait_ready(FIRST_START)
        made = run.post("/sessions", {"minutes": 5, "tag": "survives"})
        started = run.descendants()
        run.popen.kill()
        run.popen.wait()
        again = self.run_dev(API_PORT=free_port())
        again.wait_ready()
        self.assertEqual(again.get("/sessions"), [made])
        harness.until("the killed copy's processes are gone",
                      lambda: not any(os.path.exists(f"/proc/{pid}") for pid in started))

    def test_a_worker_that_dies_is_started_again(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        worker = next(pid for pid in run.descendants() if "studytracker-worker" in command_of(pid))
        os.kill(worker, signal.SIGKILL)
        harness.until("it says so", lambda: f"worker 1 (pid {worker}) ended" in run.out())

        def answers():
            try:
                return run.get("/topics") == []
            except urllib.error.HTTPError:
                return False
        harness.until("a new worker answers", answers)

    def test_several_gateways(self):
        run = self.run_dev("--gateways", "2", "--workers", "1")
        run.wait_ready(FIRST_START)
        for _ in range(20):
            self.assertEqual(run.get("/topics"), [])
        endpoints = run.rpc_endpoints()
        self.assertEqual([path.rpartition("/")[2] for path in endpoints], ["rpc-1.sock", "rpc-2.sock"])
        pids = {study_rpc.Client(endpoint).call("rpc.status")["pid"] for endpoint in endpoints}
        self.assertEqual(len(pids & run.descendants()), 2)

    def test_rpc_clients_are_told_where(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        made = run.post("/sessions", {"minutes": 25, "tag": "told"})
        [endpoint] = run.rpc_endpoints()
        self.assertRegex(endpoint, r"^ipc:///tmp/studytracker-\w+/rpc/rpc-1\.sock$")
        got = study_rpc.Client(endpoint).call("sessions.get", session_id=made["id"])
        self.assertEqual(got["id"], made["id"])

    def test_an_rpc_endpoint_of_ones_own(self):
        wanted = f"ipc://{self.directory}/mine.sock"
        run = self.run_dev("--workers", "1", STUDYTRACKER_RPC_ENDPOINT=wanted)
        run.wait_ready(FIRST_START)
        self.assertEqual(run.rpc_endpoints(), [wanted])
        self.assertEqual(study_rpc.Client(wanted).call("topics.list")["data"], [])


class OfOthers(Case):
    """Nothing that somebody else can put in the way is followed, written to or removed."""

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

    def test_a_directory_above_it_that_others_can_write_to(self):
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

    def test_links_inside(self):
        for name in ("initdb.log", "postgresql.log", "postgresql.log.1", "lock"):
            os.makedirs(self.data, exist_ok=True)
            self.link(os.path.join(self.data, name), os.path.join(self.theirs, "precious"))
            self.refused(name, "is no regular file")
            os.unlink(os.path.join(self.data, name))

    def test_a_directory_in_the_place_of_its_link(self):
        inside = os.path.join(self.data, "run", "precious")
        os.makedirs(inside)
        self.refused("is no symbolic link of this script")
        self.assertTrue(os.path.isdir(inside))

    def test_a_link_to_a_directory_that_it_did_not_make(self):
        os.mkdir(self.data)
        os.symlink(self.theirs, os.path.join(self.data, "run"))
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        self.assertEqual(run.stop(), 0, run.out())
        self.assertTrue(os.path.exists(os.path.join(self.theirs, "precious")))

    def test_what_it_makes_is_its_own(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        modes = {name: os.stat(os.path.join(self.data, name)).st_mode & 0o777 for name in (
            "initdb.log", "postgresql.log", "run/workers", "run/rpc", "run/workers/workers-1.sock",
            "run/rpc/rpc-1.sock")}
        self.assertEqual(modes, {
            "initdb.log": 0o600, "postgresql.log": 0o600, "run/workers": 0o750, "run/rpc": 0o750,
            "run/workers/workers-1.sock": 0o660, "run/rpc/rpc-1.sock": 0o660})


class Roles(Case):
    """Workers have no more of the database than they need, also in one that is older than the roles."""

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

    def test_workers_are_no_superusers(self):
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        self.expect_roles()
        with open(os.path.join(self.directory, "data", "postgresql", "pg_hba.conf"), encoding="utf-8") as lines:
            hosts = [line.split()[-1] for line in lines if line.startswith("host")]
        self.assertEqual(set(hosts), {"reject"})

    def test_a_cluster_from_before_there_were_roles(self):
        old = harness.Database()
        self.addCleanup(old.close)
        old.start(has_roles=False)
        self.assertEqual(old.value("select count(*) from pg_roles where rolname like 'studytracker_%'"), "0")
        old.sql("insert into topics (account_id, name) values (1, 'Before')")
        old.stop_server()
        os.mkdir(os.path.join(self.directory, "data"))
        shutil.move(os.path.join(old.directory, "data"), os.path.join(self.directory, "data", "postgresql"))
        for _ in range(2):  # and a second time, when all is done already
            run = self.run_dev("--workers", "1")
            run.wait_ready(FIRST_START)
            self.assertEqual([topic["name"] for topic in run.get("/topics")], ["Before"])
            self.assertEqual(run.post("/sessions", {"minutes": 5, "tag": "Before"})["tag"], "Before")
            self.expect_roles()
            self.assertEqual(run.stop(), 0, run.out())


class ClearMessages(Case):
    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            said = self.run_dev(API_PORT=port).refused()
        self.assertIn(f"port {port} of 127.0.0.1 is in use", said)

    def test_a_broken_data_directory(self):
        broken = os.path.join(self.directory, "data")
        os.makedirs(os.path.join(broken, "postgresql", "base"))
        shutil.chown(os.path.join(broken, "postgresql"), "postgres" if os.geteuid() == 0 else os.geteuid())
        said = self.run_dev().refused()
        self.assertIn("the data directory is broken", said)
        self.assertIn(broken, said)

    def test_a_data_directory_that_is_a_file(self):
        with open(os.path.join(self.directory, "data"), "w", encoding="utf-8"):
            pass
        self.assertIn("can't be written", self.run_dev().refused())

    def test_an_unreachable_database(self):
        url = f"postgresql://nobody@/nothing?host={self.directory}"
        said = self.run_dev(DATABASE_URL=url).refused()
        self.assertIn("the database of DATABASE_URL can't be used", said)
        self.assertIn("No such file or directory", said)

    def test_a_port_that_is_none(self):
        for port in ("http", "0", "65536"):
            self.assertIn(f"API_PORT is '{port}'", self.run_dev(API_PORT=port).refused())

    def test_a_wrong_setting_ends_it_with_the_program_s_status(self):
        for setting, said in (({"API_HOST": "0.0.0.0"}, "STUDYTRACKER_AUTH=off"),
                              ({"STUDYTRACKER_TIME_ZONE": "UTC-3"}, "a name of the tz database")):
            run = self.run_dev(**setting)
            self.assertIn(said, run.refused())
            self.assertEqual(run.popen.returncode, 78)
            self.assertNothingIsLeft(run, [])

    def test_wrong_options(self):
        for arguments in (["--workers", "0"], ["--workers"], ["--gateways", "x"], ["--colour"]):
            self.assertIn(arguments[0], self.run_dev(*arguments).refused())


class AnotherServer(Case):
    def test_database_url_is_used_and_none_is_started(self):
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

    def test_a_password_is_right_and_nobody_reads_it(self):
        """A plus is a plus; what stands in an argument stands in /proc for all to see."""
        database, password = harness.Database(), "se+cret%\\n'x"
        self.addCleanup(database.close)
        database.start(is_deployed=False)
        database.require_password("studytracker_owner", password)
        place = f"host={database.directory} port=5432 dbname={database.name} user=studytracker_owner"
        words = password.replace("\\", "\\\\").replace("'", "\\'")
        for url in (f"postgresql://studytracker_owner:{'se+cret%25%5Cn%27x'}@/{database.name}"
                    f"?host={database.directory}&port=5432",
                    f"{place} password = '{words}' connect_timeout=5"):
            run = self.run_dev("--workers", "1", DATABASE_URL=url)
            seen = set()

            def is_ready():
                seen.update(command_of(pid) for pid in run.descendants())
                assert run.popen.poll() is None, run.out()
                return READY.search(run.out())
            harness.until("./dev run is ready", is_ready, FIRST_START)
            self.assertEqual([command for command in seen if "cret" in command], [])
            self.assertTrue(any("psql" in command or "sqitch" in command for command in seen), seen)
            self.assertEqual(run.stop(), 0, run.out())


if __name__ == "__main__":
    unittest.main()
