"""`study export` writes all sessions, and `study import` reads them again."""

import contextlib
import csv
import json
import os
import signal
import stat
import subprocess
import sys

import harness
from study_program import HEADER, STUDY, UNREACHABLE, USAGE, StudyCase


class Exports(StudyCase):
    NOTES = [None, "", "plain", "a,b", '"', "line\r\nline\n", " blanks ", "漢字 🎉 é", "=1+1", "\x01\x7f",
             "x" * 10000, '"' * 10000, "🎉" * 10000]

    def fill(self):
        for i, notes in enumerate(self.NOTES):
            params = {"minutes": i + 1, "tag": ["Größe, ja", "漢字", 'quo"te'][i % 3],
                      "study_date": f"2020-01-{i + 1:02}", "notes": notes}
            self.study("rpc", "sessions.log", "-", stdin=json.dumps(params))

    def test_export_and_import_again(self):
        self.fill()
        for name in ("csv", "json", "ndjson"):
            with self.subTest(format=name):
                before = self.all_sessions()
                self.assertEqual(len(before), len(self.NOTES))
                path = self.path("out." + name)
                self.study("export", path)
                self.assertEqual(self.study("export", "-", "--format", name),
                                 self.study("export", "--format", name))
                self.empty()
                self.assertEqual(self.json("import", path)["created"], len(before))
                self.assertEqual(self.all_sessions(), before)

    def test_formats(self):
        self.fill()
        self.study("export", self.path("a.csv"))
        with open(self.path("a.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["notes"] for row in rows], [notes or "" for notes in self.NOTES])
        self.assertEqual(len(json.loads(self.study("export", "--format", "json"))), len(self.NOTES))
        lines = self.study("export", "--format", "ndjson").split("\n")
        self.assertEqual([json.loads(line)["notes"] for line in lines[:-1]], self.NOTES)
        self.assertEqual(len(self.study("export", "--tag", "漢字", "--from", "2020-01-03", "--to",
                                        "2020-01-08", "--format", "ndjson").splitlines()), 1)

    def test_the_json_option_writes_json_to_standard_output(self):
        self.fill()
        self.assertEqual(len(self.json("export")), len(self.NOTES))
        self.assertEqual(self.study("export", "--json", "--format", "csv"), self.study("export"))

    def test_a_kind_is_no_file(self):
        self.study("export", "tasks", "--format", "csv", status=USAGE)
        self.assertIn("tasks is a kind: write --kind tasks, or ./tasks", self.errors)

    def test_export_without_sessions(self):
        self.assertEqual(json.loads(self.study("export", "--format", "json")), [])
        self.assertEqual(self.study("export", "--format", "ndjson"), "")
        self.assertEqual(self.study("export").strip(), "id,study_date,minutes,tag,notes,created_at")

    def test_many_pages(self):
        text = HEADER + "".join(f"{i},2020-01-01,5,aws\n" for i in range(2501))
        self.study("import", "-", stdin=text)
        self.assertEqual(len(self.study("export").splitlines()), 2502)
        self.assertEqual(len(self.json("sessions", "--limit", 0)["data"]), 2501)
        self.assertEqual(len(self.json("sessions", "--limit", 501)["data"]), 501)
        self.assertEqual(self.json("export", self.path("x.csv"))["rows"], 2501)

    def test_a_failed_export_keeps_the_old_file(self):
        path = self.write("old.csv", "kept")
        self.study("export", path, "--endpoint", "ipc:///nowhere", "--timeout", 0.2, status=UNREACHABLE)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "kept")
        self.assertEqual(os.listdir(self.directory), ["old.csv"])

    def test_a_replaced_file_keeps_its_mode_and_the_links_to_it(self):
        self.study("log", 5, "aws")
        path = self.write("old.csv", "old")
        link = self.path("link.csv")
        os.symlink("old.csv", link)
        for mode in (0o600, 0o664):
            os.chmod(path, mode)
            for name in (path, link):
                self.study("export", name)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode)
            self.assertEqual(os.readlink(link), "old.csv")
            with open(path, encoding="utf-8") as file:
                self.assertIn(",aws,", file.read())
        os.unlink(path)
        self.study("export", link, status=USAGE)
        self.assertIn("No such file", self.errors)
        self.assertEqual(os.listdir(self.directory), ["link.csv"])

    def test_an_interrupted_export_leaves_nothing(self):
        path = self.write("old.csv", "kept")
        with contextlib.ExitStack() as stack:
            for worker in self.service.workers:
                worker.popen.send_signal(signal.SIGSTOP)
                stack.callback(worker.popen.send_signal, signal.SIGCONT)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                popen = subprocess.Popen([STUDY, "export", path], env=self.environment(), stderr=subprocess.DEVNULL,
                                         preexec_fn=harness.dies_with_us)
                harness.until("it has begun", lambda: len(os.listdir(self.directory)) > 1)
                popen.send_signal(number)
                self.assertEqual(popen.wait(harness.PATIENCE), -number)
                self.assertEqual(os.listdir(self.directory), ["old.csv"])
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "kept")


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
