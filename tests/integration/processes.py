"""Where the programs are, and how a story starts, watches and stops them."""

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
PATIENCE = 30  # seconds; what a story waits for takes a fraction of one


def in_long(long, short):
    """One of two values: with STUDYTRACKER_FAULTS=long the stories take their time."""
    return long if os.environ.get("STUDYTRACKER_FAULTS") == "long" else short


def until(what, condition, patience=PATIENCE):
    """Asks until the answer is true, and returns it; an AssertionError past the deadline."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience} s")
        time.sleep(0.01)


def free_port():
    """Nobody's, and mostly none that outgoing connections are given: a server can come back to
    it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as ports:
        end = max(int(ports.read().split()[0]), 20000)
    while True:
        port = random.randrange(end - 8192, end)
        with socket.socket() as reserved, contextlib.suppress(OSError):
            reserved.bind(("127.0.0.1", port))
            return port


def dies_with_us():
    """In a child before exec: no story that is killed leaves a process behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def is_sanitized():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(r"^STUDYTRACKER_SANITIZE:\w+=.", cache.read(), re.MULTILINE) is not None


def clean_environment(**settings):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept["UBSAN_OPTIONS"] = "print_stacktrace=1"
    kept["TSAN_OPTIONS"] = "halt_on_error=1"
    kept.update({name: str(value) for name, value in settings.items()})
    return kept


class Process:
    """One program; its standard error goes to a file, shown where something failed."""

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

    def resident_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as about:
            return next(int(line.split()[1]) for line in about if line.startswith("VmRSS"))

    def is_running(self):
        return self.popen.poll() is None

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, how=signal.SIGTERM):
        """Asks it to end and returns its exit status."""
        if self.is_running():
            self.popen.send_signal(how)
        try:
            return self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end:\n{self.log()}") from None
