"""Runs `./dev run` for the stories as a terminal does, in a temporary directory."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import database
import harness

SCRIPT = os.path.join(harness.ROOT, "dev")
READY = re.compile(r"^StudyTracker is ready at (http://127\.0\.0\.1:\d+)$", re.MULTILINE)
FIRST_START = 600  # seconds: it may have to build


class DevRun:
    """One ./dev run in its own process session, as a terminal starts it."""

    def __init__(self, directory, *arguments, **settings):
        self.port = settings.setdefault("API_PORT", harness.free_port())
        settings.setdefault("STUDYTRACKER_DATA_DIR", os.path.join(directory, "data"))
        settings = {name: value for name, value in settings.items() if value is not None}
        self.out_path = tempfile.mkstemp(dir=directory)[1]
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

    def rpc_endpoints(self):
        said = harness.until("RPC is named", lambda: re.search(r"^RPC at (.*)$", self.out(), re.MULTILINE))
        return said.group(1).split(",")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=harness.PATIENCE) as response:
            return json.load(response)

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=harness.PATIENCE) as response:
            return json.load(response)

    def descendants(self):
        """The pids of the script's descendants, which must be gone after the script has ended."""
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
        """Waits until the script gives up by itself, and returns its output."""
        status = self.popen.wait(FIRST_START)
        assert status not in (0, None), self.out()
        return self.out()

    def stop(self, how=signal.SIGINT):
        """Sends the signal to the whole process group, as Ctrl-C does."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, how)
        return self.popen.wait(harness.PATIENCE)

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
        self.directory = tempfile.mkdtemp(prefix="st-dev-", dir=database.fast_directory())
        os.chmod(self.directory, 0o755)  # the cluster's owner must be able to enter
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def make_data(self, name="data"):
        """Creates a data directory with a deployed cluster, for stories that do not test its
        creation."""
        data = os.path.join(self.directory, name)
        os.makedirs(data, 0o755, exist_ok=True)
        database.copy(database.template(), os.path.join(data, "postgresql"))

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
