"""A booted systemd in a container, whose changes vanish with it.

    with Machine(binds=["/path:/mnt"]) as machine:
        machine.run("systemctl", "start", "studytracker.target")

The root file system is STUDYTRACKER_SYSTEM_ROOT, e.g. made by mmdebstrap, or that of this machine,
of which only the units that every boot needs are started. Either is only read: changes go to an
overlay in memory. The container has its own loopback network and no other.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

NEEDED = ("systemd-nspawn", "nsenter", "unshare", "runuser")
BOOT_S = 60


class Impossible(Exception):
    """This machine cannot boot a container; the text says why."""


def reason_not_to():
    """Why no container can be booted here, or None."""
    if os.geteuid() != 0:
        return "only root can boot a container"
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        return f"{', '.join(missing)} is not installed (Debian: systemd-container)"
    root = os.environ.get("STUDYTRACKER_SYSTEM_ROOT", "/")
    if not os.path.exists(os.path.join(root, "lib/systemd/systemd")):
        return f"{root} has no systemd"
    return None


class Machine:
    def __init__(self, binds=(), target="basic.target"):
        reason = reason_not_to()
        if reason:
            raise Impossible(reason)
        self.target = target
        self.directory = tempfile.mkdtemp(prefix="st-boot-", dir="/tmp")
        self.log_path = os.path.join(self.directory, "console")
        self.nspawn = self.leader = None
        try:
            self.boot(binds)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    # The mount is needed because systemd-nspawn refuses "/" itself; it is in a namespace of its
    # own.
    def boot(self, binds):
        root = os.environ.get("STUDYTRACKER_SYSTEM_ROOT", "/")
        inside = os.path.join(self.directory, "root")
        os.mkdir(inside)
        command = ["systemd-nspawn", "-q", "-D", inside, "--volatile=overlay", "--boot", "--register=no",
                   "--keep-unit", "--private-network", "--console=pipe", "--machine=studytracker-test",
                   "--resolv-conf=off", "--link-journal=no"]
        command += [f"--bind-ro={path}" for path in binds]
        command += ["--", f"systemd.unit={self.target}"] if root == "/" else []
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        with open(self.log_path, "wb") as log:
            self.nspawn = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, root, inside, *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.wait_booted()

    def wait_booted(self):
        deadline = time.monotonic() + BOOT_S
        while time.monotonic() < deadline:
            if self.nspawn.poll() is not None:
                raise Impossible(f"systemd-nspawn ended: {self.console()[-400:]}")
            self.leader = self.leader or self.find_leader()
            if self.leader and self.try_run("test", "-S", "/run/systemd/private").returncode == 0:
                state = self.try_run("systemctl", "is-system-running").stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.1)
        raise Impossible(f"the container did not boot within {BOOT_S} s: {self.console()[-400:]}")

    def find_leader(self):
        """The first process of the container: a child of systemd-nspawn."""
        with contextlib.suppress(OSError):
            with open(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children", encoding="ascii") as file:
                for pid in file.read().split():
                    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                        if comm.read().strip() == "systemd":
                            return int(pid)
        return None

    def console(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def enter(self, *command):
        """The command line that runs a command inside."""
        return ["nsenter", "-t", str(self.leader), "-a", *command]

    def try_run(self, *command, **options):
        return subprocess.run(self.enter(*command), capture_output=True, text=True, check=False,
                              timeout=options.pop("timeout", 120), stdin=subprocess.DEVNULL, env={
                                  "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                                  "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "", "DEBIAN_FRONTEND": "noninteractive"},
                              **options)

    def run(self, *command, **options):
        done = self.try_run(*command, **options)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: status {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text, mode="0644"):
        subprocess.run(self.enter("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"',
                                  "-", path, mode), input=text, text=True, check=True, timeout=30)

    def until(self, what, condition, patience=30):
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {patience} s:\n{self.journal()}")
            time.sleep(0.1)

    def journal(self, *options):
        return self.try_run("journalctl", "--no-pager", "-n", "60", *options).stdout

    def close(self):
        if self.nspawn and self.nspawn.poll() is None:
            self.nspawn.send_signal(signal.SIGTERM)
            try:
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.nspawn.pid, signal.SIGKILL)
                self.nspawn.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
