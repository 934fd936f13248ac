"""The service in a booted machine: requests, load, and what the stories share."""

import contextlib
import json
import os
import subprocess
import sys

import machine
import skip

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "dev"))
PORT = 22112


def boot_or_skip(**options):
    """A booted machine. Prints why and ends the program if none can be booted here."""
    try:
        at = machine.Machine(**options)
        # Units that somebody has installed on this machine precede those of a package.
        at.run("rm", "-rf", "/usr/local/lib/systemd/system")
        return at
    except machine.Impossible as reason:
        skip.skip(reason)


def make_cluster(at):
    """An empty PostgreSQL of the newest version, as the package postgresql makes it."""
    at.run("sh", "-ec", """
        version=$(ls /usr/lib/postgresql | sort -V | tail -n 1)
        pg_dropcluster --stop "$version" main 2>/dev/null || true
        pg_createcluster "$version" main >/dev/null
        systemctl daemon-reload
        systemctl start "postgresql@$version-main.service" postgresql.service""")


def install(at, staging):
    """Installs the build, which the machine sees in /mnt, and starts the service."""
    subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr", "--strip"], check=True,
                   env={**os.environ, "DESTDIR": staging}, stdout=subprocess.DEVNULL)
    make_cluster(at)
    at.run("sh", "-c", "cp -r /mnt/* /")
    at.run("systemd-sysusers")
    at.run("systemd-tmpfiles", "--create", "studytracker.conf")
    at.run("sysctl", "-q", "-p", "/usr/lib/sysctl.d/50-studytracker.conf")
    at.run("systemctl", "daemon-reload")
    at.run("systemctl", "enable", "studytracker.target", "studytracker-backup.timer")
    at.run("studytracker-database")
    at.until("the service answers", lambda: is_ready(at))


def curl(at, *arguments):
    """(status, body) of one request on a connection of its own."""
    done = at.try_run("curl", "-sS", "-m", str(machine.PATIENCE), "-w", "\n%{http_code}", *arguments)
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body or done.stderr


def get(at, path):
    return curl(at, f"http://127.0.0.1:{PORT}{path}")


def is_ready(at):
    return get(at, "/readyz")[0] == 200


def all_answer(at, count=30):
    """Many connections, so that the kernel gives some to every socket of the port."""
    return [result for result in (get(at, "/stats") for _ in range(count)) if result[0] != 200]


class Load:
    def __init__(self, at, threads=6):
        self.client = subprocess.Popen(
            ["nsenter", "-t", str(at.leader), "-n", sys.executable, os.path.join(HERE, "load.py"), str(PORT),
             str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answered, self.failed = 0, []

    def end(self):
        out, _ = self.client.communicate(timeout=2 * machine.PATIENCE)
        result = json.loads(out)
        self.answered, self.failed = result["answered"], result["failed"]


@contextlib.contextmanager
def under_load(at):
    """Fails if any request failed."""
    load = Load(at)
    try:
        yield load
    finally:
        load.end()
    assert not load.failed, f"{len(load.failed)} of {load.answered} failed: {load.failed[:5]}\n{at.journal()}"
    assert load.answered > 100, f"only {load.answered} requests were answered"
    print(f"{load.answered} requests, none failed")


def main_pid(at, unit):
    return int(at.run("systemctl", "show", "--property", "MainPID", "--value", unit))
