"""A booted systemd in a container, whose changes vanish with it.

    with Machine(binds=["/path:/mnt"]) as machine:
        machine.run("systemctl", "start", "studytracker.target")

The root file system is STUDYTRACKER_SYSTEM_ROOT, e.g. made by mmdebstrap, or that of this machine,
of which only the units that every boot needs are started. Either is only read: changes go to an
overlay in memory, which a reboot keeps. The container has its own loopback network and no other.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

NEEDED = ("systemd-nspawn", "nsenter", "unshare", "runuser")
# Seconds. The machine may be busy: each event normally takes a fraction of one, a boot takes seven.
BOOT_S, PATIENCE = 240, 180
# Changes go to a file system in memory, in a mount namespace that ends with the container.
# systemd-nspawn would drop its own overlay at a reboot. Arguments: lower directory, directory of
# changes, mount point, command.
FIRST = "test-machine.target"
REBOOT = 133  # exit status of systemd-nspawn --keep-unit
MOUNT = f"""
	mount -t tmpfs -o mode=0755 changes "$1"
	mkdir -p "$1/upper/etc/systemd/system" "$1/work"
	printf '[Unit]\\nRequires=basic.target\\nAfter=basic.target\\nAllowIsolate=yes\\n' \\
		>"$1/upper/etc/systemd/system/{FIRST}"
	mount -t overlay -o "lowerdir=$0,upperdir=$1/upper,workdir=$1/work" overlay "$2"
	shift 2
	trap : TERM
	set +e
	while "$@"; test $? -eq {REBOOT}; do :; done
"""


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


def children(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    return []


class Machine:
    def __init__(self, binds=()):
        reason = reason_not_to()
        if reason:
            raise Impossible(reason)
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

    def boot(self, binds):
        root = os.environ.get("STUDYTRACKER_SYSTEM_ROOT", "/")
        inside, changes = os.path.join(self.directory, "root"), os.path.join(self.directory, "changes")
        os.mkdir(inside)
        os.mkdir(changes)
        command = ["systemd-nspawn", "-q", "-D", inside, "--boot", "--register=no",
                   "--keep-unit", "--private-network", "--console=pipe", f"--machine=studytracker-{os.getpid()}",
                   "--resolv-conf=off", "--link-journal=no"]
        command += [f"--bind-ro={path}" for path in binds]
        command += ["--", f"systemd.unit={FIRST}"] if root == "/" else []
        with open(self.log_path, "wb") as log:
            self.nspawn = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-ec", MOUNT, root, changes, inside,
                 *command],
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

    def reboot(self, wanted):
        """Boots again as far as multi-user.target, whose units must match one of the patterns: this
        machine's own services stay off."""
        others = " ".join(f"! -name '{pattern}'" for pattern in wanted)
        self.run("sh", "-c", f"find /etc/systemd/system/multi-user.target.wants -type l {others} -delete")
        self.write(f"/etc/systemd/system/{FIRST}.d/all.conf", "[Unit]\nWants=multi-user.target\n")
        before = self.leader
        self.try_run("systemctl", "reboot")
        deadline = time.monotonic() + BOOT_S
        while self.find_leader() in (None, before):
            if time.monotonic() > deadline:
                raise AssertionError(f"no reboot within {BOOT_S} s: {self.console()[-400:]}")
            time.sleep(0.1)
        self.leader = None
        self.wait_booted()

    def find_leader(self):
        """The first process of the container: a child of systemd-nspawn, a child of our shell."""
        for nspawn in children(self.nspawn.pid):
            for pid in children(nspawn):
                with contextlib.suppress(OSError):
                    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                        if comm.read().strip() == "systemd":
                            return pid
        return None

    def console(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def enter(self, *command):
        """The command line that runs a command inside."""
        return ["nsenter", "-t", str(self.leader), "-a", *command]

    def try_run(self, *command, **options):
        return subprocess.run(self.enter(*command), capture_output=True, text=True, check=False,
                              timeout=options.pop("timeout", 2 * PATIENCE), stdin=subprocess.DEVNULL, env={
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
                                  "-", path, mode), input=text, text=True, check=True, timeout=PATIENCE)

    def until(self, what, condition, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {patience} s:\n{self.journal()}")
            time.sleep(0.1)

    def journal(self, *options):
        return self.try_run("journalctl", "--no-pager", "-n", "60", *options).stdout

    def close(self):
        if self.nspawn and self.nspawn.poll() is None:
            os.killpg(self.nspawn.pid, signal.SIGTERM)
            try:
                self.nspawn.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.nspawn.pid, signal.SIGKILL)
                self.nspawn.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
