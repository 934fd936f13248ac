#!/usr/bin/python3
"""The commands of the operator's guide (docs/), as root in a booted machine with the service. A
command that fails, or that prints something else than its page says, fails the test.

A block of four spaces has commands after `# `, and below each the start of its lines of output; …
stands for the rest. A block after `<!-- run by TEST -->` is left to that test. Pages that this test
does not run have such a mark before each block of commands, or `<!-- not run: REASON -->`."""

import glob
import os
import re
import shlex
import tempfile
import unittest

import service

DOCS = os.path.join(service.ROOT, "docs")
# In this order: secure.md turns accounts on.
PAGES = ["README.md", "install.md", "size.md", "tune.md", "backup.md", "migrations.md", "metrics.md", "secure.md"]
# Their commands need other machines or engines, so other tests run them.
MARKED = {"containers.md", "scale.md"}
OTHERS = MARKED | {"alerts.md"}
# Commands of alerts.md that this machine has no program for, or that never end.
NOT_RUN = {"iostat -x 1"}
PROGRAMS = ("systemctl", "journalctl", "curl", "select", "iostat")
BLOCK = re.compile(r"(?:^ *<!-- (?:run by|(not run:)) (.*) -->\n\n?)?((?:^ {4,}.*\n)+)", re.MULTILINE)


def blocks(page):
    """[(test that runs it, False if none does, None without a mark; its lines)]"""
    with open(os.path.join(DOCS, page), encoding="utf-8") as file:
        text = file.read()
    return [(not found[1] and (found[2] or None), [line.strip() for line in found[3].splitlines()])
            for found in BLOCK.finditer(text)]


def commands(lines):
    """[(command, the lines that it prints)] of a block."""
    found = []
    for line in lines:
        if line.startswith("# "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.staging = tempfile.TemporaryDirectory(prefix="st-install-", dir="/tmp")
        cls.addClassCleanup(cls.staging.cleanup)
        os.chmod(cls.staging.name, 0o755)
        cls.at = service.boot_or_skip(binds=[f"{cls.staging.name}:/mnt"])
        cls.addClassCleanup(cls.at.close)
        service.install(cls.at, cls.staging.name)
        cls.at.write("/root/ada.password", "correct horse battery\n", "0600")
        cls.topic("kept")

    @classmethod
    def topic(cls, name):
        answer = service.curl(cls.at, "-d", f'{{"name": "{name}"}}', f"http://127.0.0.1:{service.PORT}/topics")
        assert answer[0] == 201, answer

    def shell(self, command):
        return self.at.try_run("bash", "-c", command)

    def newest(self, found):
        """The backup that the machine has, for one that a page names."""
        kind = found.group(1)
        folder = {"database": "/var/backups/studytracker", "cluster": "/var/backups/postgresql"}[kind]
        return self.at.run("ls", folder).split()[-1]

    def fitted(self, command):
        """The command with the names and times of this machine. Makes the mistake, too."""
        version = self.at.run("ls", "/etc/postgresql").split()[-1]
        if "select pg_switch_wal" in command:
            self.topic("before the mistake")
            type(self).time = self.at.run("date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ").strip()
            self.topic("a mistake")
        command = re.sub(r"(database|cluster)-\d{8}T\d{6}Z", self.newest, command)
        command = command.replace("2026-01-31T18:30:00Z", getattr(self, "time", ""))
        command = command.replace("/postgresql/15/", f"/postgresql/{version}/")
        return command + " -n 100 --no-pager" if command.startswith("journalctl") and " -f" not in command else command

    def after(self, command):
        """What a page says about the state that a command leaves."""
        if command.startswith(("systemctl restart", "systemctl start", "studytracker-")) and "--no-start" not in command:
            self.at.until(f"the service answers after {command}", lambda: service.is_ready(self.at))
        if command.startswith("systemctl start postgresql"):
            self.at.until("the replay has ended", lambda: self.at.try_run(
                "runuser", "-u", "postgres", "--", "psql", "-XAtc", "select pg_is_in_recovery()").stdout == "f\n")

    def run_one(self, page, command, printed):
        if command == "systemctl start postgresql":
            done = self.shell(command)
            self.assertEqual(done.returncode, 0, done)
            self.at.until("the replay has ended", lambda: self.at.try_run(
                "runuser", "-u", "postgres", "--", "psql", "-XAtc", "select pg_is_in_recovery()").stdout == "f\n")
            return
        done = self.shell(self.fitted(command))
        self.assertEqual(done.returncode, 0, f"{page}: {command}: {done.stdout}{done.stderr}")
        shown = [re.sub(r"\d{8}T\d{6}Z", "", line) for line in done.stdout.splitlines()]
        for line in printed:
            start = re.sub(r"\d{8}T\d{6}Z", "", line.split("…")[0])
            self.assertTrue(any(text.startswith(start) for text in shown), f"{page}: {command}: {done.stdout}")
        self.after(command)

    def run_page(self, page):
        count = 0
        for test, lines in blocks(page):
            for command, printed in commands(lines) if test is None else []:
                with self.subTest(page=page, command=command):
                    self.run_one(page, command, printed)
                count += 1
        return count

    def test_1_every_page_is_known(self):
        there = {os.path.basename(path) for path in glob.glob(f"{DOCS}/*.md")}
        self.assertEqual(there - OTHERS, set(PAGES))
        for page in there:
            for test, _ in blocks(page):
                self.assertTrue(not test or os.path.exists(os.path.join(service.ROOT, test)), f"{page}: {test}")
        for page in MARKED:
            for test, lines in blocks(page):
                if any(line.startswith(("# ", "$ ")) for line in lines):
                    self.assertIsNotNone(test, f"{page}: which test runs {lines[0]}?")

    def test_2_every_command_works(self):
        counts = {page: self.run_page(page) for page in PAGES}
        self.assertGreater(sum(counts.values()), 40, counts)
        print(f"{sum(counts.values())} commands: {counts}")
        names = self.at.run("runuser", "-u", "postgres", "--", "psql", "-XAt", "studytracker", "-c",
                            "select name from topics").split("\n")
        self.assertIn("before the mistake", names)
        self.assertIn("kept", names)
        self.assertNotIn("a mistake", names)

    def test_3_the_commands_for_alerts_work(self):
        with open(os.path.join(DOCS, "alerts.md"), encoding="utf-8") as file:
            found = re.findall(r"`([^`]+)`", file.read())
        for command in (" ".join(text.split()) for text in found if text.startswith(PROGRAMS) and " " in text):
            if command in NOT_RUN:
                continue
            is_query = command.startswith("select")
            words = f"runuser -u postgres -- psql -X studytracker -c {shlex.quote(command)}" if is_query else command
            done = self.shell(words + (" --no-pager" if command.startswith("journalctl") else ""))
            # systemctl status answers 3 for a unit that does not run
            allowed = (0, 3) if command.startswith("systemctl status") else (0,)
            self.assertIn(done.returncode, allowed, f"{command}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
