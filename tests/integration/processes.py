"""The paths of the programs, and functions that start, watch and stop them."""

import contextlib
import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "dev"))
GATEWAY = os.path.join(BUILD, "gateway", "studytracker-gateway")
WORKER = os.path.join(BUILD, "worker", "studytracker-worker")
PATIENCE = 120  # seconds; each event normally takes a fraction of one, but the machine may be busy


def in_long(long, short):
    """Returns `long` if STUDYTRACKER_FAULTS=long is set, and `short` otherwise."""
    return long if os.environ.get("STUDYTRACKER_FAULTS") == "long" else short


def until(what, condition, patience=PATIENCE, pause=0.01):
    """Calls `condition` until its result is true, and returns it. Raises AssertionError at the
    deadline."""
    deadline = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience} s")
        time.sleep(pause)


def free_port():
    """Returns a free port, mostly outside the range of outgoing connections, so that a server can
    bind it again."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as ports:
        end = max(int(ports.read().split()[0]), 20000)
    while True:
        port = random.randrange(end - 8192, end)
        with socket.socket() as reserved, contextlib.suppress(OSError):
            reserved.bind(("127.0.0.1", port))
            return port


def dies_with_us():
    """Runs in a child before exec: the child dies with the story."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def is_sanitized():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(r"^STUDYTRACKER_SANITIZE:\w+=.", cache.read(), re.MULTILINE) is not None


def clean_environment(**settings):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept["STUDYTRACKER_METRICS_HOST"] = ""  # stories run at the same time: most serve no metrics
    kept["UBSAN_OPTIONS"] = "print_stacktrace=1"
    kept["TSAN_OPTIONS"] = "halt_on_error=1"
    kept.update({name: str(value) for name, value in settings.items()})
    return kept


class Process:
    """One program. A log file receives its output; failures show this log."""

    def __init__(self, name, command, env, directory, pass_fds=()):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, pass_fds=pass_fds, preexec_fn=dies_with_us)

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def resident_kib(self, which="VmRSS"):
        """`which`: "VmHWM" is the most that it has had."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as about:
            return next(int(line.split()[1]) for line in about if line.startswith(which))

    def is_running(self):
        return self.popen.poll() is None

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, how=signal.SIGTERM):
        """Sends the signal `how` and returns the exit status."""
        if self.is_running():
            self.popen.send_signal(how)
        try:
            return self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end:\n{self.log()}") from None
