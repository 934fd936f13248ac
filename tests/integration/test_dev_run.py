"""./dev run starts everything with one command, Ctrl-C stops it, and the data stays."""

import os
import shutil
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

import harness
import study_rpc
from dev_script import Case, FIRST_START, command_of


class OneCommand(Case):
    def test_it_starts_and_stops_and_keeps_its_data(self):
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
        again.wait_ready()
        self.assertEqual(again.get("/sessions"), [made])
        started = again.descendants()
        self.assertEqual(again.stop(signal.SIGTERM), 0, again.out())
        self.assertNothingIsLeft(again, started)

    def test_the_database_is_private(self):
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

    def test_two_copies_run_at_once_but_not_on_the_same_data(self):
        self.make_data()
        self.make_data("other")
        one = self.run_dev()
        one.wait_ready(FIRST_START)
        said = self.run_dev().refused()
        self.assertIn("another copy", said)
        other = self.run_dev(STUDYTRACKER_DATA_DIR=os.path.join(self.directory, "other"))
        other.wait_ready()
        other.post("/topics", {"name": "Elsewhere"})
        self.assertEqual(one.get("/topics"), [])

    def test_it_starts_again_after_sigkill(self):
        self.make_data()
        run = self.run_dev()
        run.wait_ready(FIRST_START)
        made = run.post("/sessions", {"minutes": 5, "tag": "survives"})
        started = run.descendants()
        run.popen.kill()
        run.popen.wait()
        again = self.run_dev(API_PORT=harness.free_port())
        again.wait_ready()
        self.assertEqual(again.get("/sessions"), [made])
        harness.until("the killed copy's processes are gone",
                      lambda: not any(os.path.exists(f"/proc/{pid}") for pid in started))

    def test_a_lost_worker_is_started_again(self):
        self.make_data()
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        worker = next(pid for pid in run.descendants() if "studytracker-worker" in command_of(pid))
        os.kill(worker, signal.SIGKILL)
        harness.until("it says so", lambda: f"worker 1 (pid {worker}) ended" in run.out())

        def responds():
            try:
                return run.get("/topics") == []
            except urllib.error.HTTPError:
                return False
        harness.until("a new worker answers", responds)

    def test_several_gateways(self):
        self.make_data()
        run = self.run_dev("--gateways", "2", "--workers", "1")
        run.wait_ready(FIRST_START)
        for _ in range(20):
            self.assertEqual(run.get("/topics"), [])
        endpoints = run.rpc_endpoints()
        self.assertEqual([path.rpartition("/")[2] for path in endpoints], ["rpc-1.sock", "rpc-2.sock"])
        pids = {study_rpc.Client(endpoint).call("rpc.status")["pid"] for endpoint in endpoints}
        self.assertEqual(len(pids & run.descendants()), 2)

    def test_it_prints_the_rpc_endpoint(self):
        self.make_data()
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        made = run.post("/sessions", {"minutes": 25, "tag": "told"})
        [endpoint] = run.rpc_endpoints()
        self.assertRegex(endpoint, r"^ipc:///tmp/studytracker-\w+/rpc/rpc-1\.sock$")
        got = study_rpc.Client(endpoint).call("sessions.get", session_id=made["id"])
        self.assertEqual(got["id"], made["id"])

    def test_a_setting_selects_the_rpc_endpoint(self):
        self.make_data()
        wanted = f"ipc://{self.directory}/mine.sock"
        run = self.run_dev("--workers", "1", STUDYTRACKER_RPC_ENDPOINT=wanted)
        run.wait_ready(FIRST_START)
        self.assertEqual(run.rpc_endpoints(), [wanted])
        self.assertEqual(study_rpc.Client(wanted).call("topics.list")["data"], [])


class SettingsFile(Case):
    def write(self, name, *lines):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines))

    def test_the_script_and_the_programs_read_the_file(self):
        self.make_data("its data")
        port = harness.free_port()
        self.write(".env", f"API_PORT={port}", "APP_NAME=\"It's\"", "STUDYTRACKER_LOG_LEVEL=debug",
                   f"STUDYTRACKER_DATA_DIR='{self.directory}/its data'")
        run = self.run_dev(API_PORT=None, STUDYTRACKER_DATA_DIR=None, STUDYTRACKER_ENV="development",
                           STUDYTRACKER_LOG_LEVEL="info")
        run.wait_ready(FIRST_START)
        self.assertEqual(run.url, f"http://127.0.0.1:{port}")
        self.assertEqual(run.get("/"), {"message": "It's API"})
        self.assertTrue(os.path.islink(os.path.join(self.directory, "its data", "run")))
        self.assertNotIn("debug ", run.out())
        self.assertEqual(run.stop(), 0, run.out())

    def test_a_wrong_file_ends_it_with_status_78(self):
        self.write("x.env", "API_PORT=80", "API_HOST")
        for arguments, said in ((["--env-file", "x.env"], "x.env:2: it must be NAME=VALUE"),
                                (["--env-file", "y.env"], "y.env can't be opened")):
            run = self.run_dev(*arguments)
            self.assertIn(said, run.refused())
            self.assertEqual(run.popen.returncode, 78)


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

    def test_an_invalid_port(self):
        for port in ("http", "0", "65536"):
            self.assertIn(f"API_PORT is '{port}'", self.run_dev(API_PORT=port).refused())

    def test_a_wrong_setting_ends_it_with_status_78(self):
        self.make_data()
        for setting, said in (({"API_HOST": "0.0.0.0"}, "STUDYTRACKER_AUTH=off"),
                              ({"STUDYTRACKER_TIME_ZONE": "UTC-3"}, "a name of the tz database")):
            run = self.run_dev(**setting)
            self.assertIn(said, run.refused())
            self.assertEqual(run.popen.returncode, 78)
            self.assertNothingIsLeft(run, [])

    def test_wrong_options(self):
        for arguments in (["--workers", "0"], ["--workers"], ["--gateways", "x"], ["--colour"]):
            self.assertIn(arguments[0], self.run_dev(*arguments).refused())


if __name__ == "__main__":
    unittest.main()
