"""Runs `study` for the stories, on a pipe or a terminal, and keeps its output and its exit
status."""

import fcntl
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
import uuid

import harness

STUDY = os.path.join(harness.BUILD, "client", "study", "study")
NAMESPACE = uuid.UUID("6b0f2a3e-5d1c-4f7e-9a58-3c2d7e91b604")
DONE, REFUSED, USAGE, UNREACHABLE, LINES = range(5)
ESCAPE = "\x1b"
HEADER = "id,timestamp,minutes,tag\n"


class Terminal:
    """Runs a program on its own terminal and keeps its output and its exit status.

    answers: pairs of a prompt and what a person types after it. A callable is called with the
    process instead. With answers, the terminal is that of the program's session. has_echo tells
    whether the terminal shows what is typed after the program has ended."""

    def __init__(self, command, env, columns=80, reads_it=False, answers=()):
        ours, theirs = pty.openpty()
        self.answers, self.theirs = list(answers), theirs
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.popen = subprocess.Popen(command, env=env, stdin=theirs if reads_it else subprocess.DEVNULL,
                                      stdout=theirs, stderr=theirs, start_new_session=reads_it,
                                      preexec_fn=self.take_terminal if answers else harness.dies_with_us)
        os.close(theirs)
        try:
            self.text = self.read_all(ours).decode("utf-8")
            self.has_echo = bool(termios.tcgetattr(ours)[3] & termios.ECHO)
        finally:
            os.close(ours)
            self.status = self.popen.wait(harness.PATIENCE)

    def take_terminal(self):
        harness.dies_with_us()
        os.setsid()
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)

    def answer(self, descriptor, text):
        """Types the next answer if its prompt is at the end of the text."""
        if not self.answers or not text.endswith(self.answers[0][0].encode()):
            return
        typed = self.answers.pop(0)[1]
        if callable(typed):
            typed(self.popen)
        else:
            os.write(descriptor, typed.encode())

    def read_all(self, descriptor):
        text, deadline = b"", time.monotonic() + 4 * harness.PATIENCE
        while time.monotonic() < deadline:
            if not select.select([descriptor], [], [], 1)[0]:
                continue
            try:
                more = os.read(descriptor, 65536)
            except OSError:  # EIO: the other side is closed
                return text
            if not more:
                return text
            text += more
            self.answer(descriptor, text)
        raise AssertionError(f"the program did not end: {text[-500:]!r}")


class StudyCase(harness.ServiceCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="st-study-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.directory)
        self.empty()

    def empty(self):
        """Retries if a request of a killed import adds a row in between."""
        harness.until("all is deleted", self.try_empty)

    def try_empty(self):
        try:
            super().empty()
        except subprocess.CalledProcessError:
            return False
        return True

    def environment(self, **more):
        return harness.clean_environment(**{
            "STUDYTRACKER_ENDPOINT": self.service.rpc_endpoint(), "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color", "XDG_STATE_HOME": self.path("state"),
            "XDG_CONFIG_HOME": self.path("config"), **more})

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def study(self, *words, status=DONE, stdin="", **env):
        """Returns standard output and sets self.errors to standard error. status None: any."""
        done = subprocess.run([STUDY, *map(str, words)], input=stdin, encoding="utf-8", check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=4 * harness.PATIENCE,
                              env=self.environment(**env), preexec_fn=harness.dies_with_us)
        self.errors = done.stderr
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout[-2000:] + done.stderr[-2000:])
        self.assertNotIn(ESCAPE, done.stdout + done.stderr)
        return done.stdout

    def json(self, *words, **more):
        return json.loads(self.study(*words, "--json", **more))

    def on_terminal(self, *words, columns=80, **env):
        return Terminal([STUDY, *map(str, words)], self.environment(**env), columns)

    def totals(self):
        return self.json("rpc", "stats.totals")

    def all_sessions(self):
        """The fields of each session except its creation time, by id."""
        rows = self.json("sessions", "--limit", 0)["data"]
        return {row["id"]: (row["study_date"], row["minutes"], row["tag"], row["notes"])
                for row in rows}
