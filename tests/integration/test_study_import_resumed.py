"""`study import` reports its results and continues after an interruption."""

import json
import os
import re
import signal
import subprocess
import sys
import uuid

import faults
import harness
from study_program import (DONE, HEADER, LINES, NAMESPACE, STUDY, UNREACHABLE, StudyCase)

LAST = 500  # rows of a topic that a test can lock
RSS_MAX_KIB = 12 << 10  # the peak is 9,400 KiB, or 9,600 with five times as many rows


class Imports(StudyCase):
    def test_a_file_of_the_previous_system(self):
        path = self.write("old.csv", HEADER
                          + '1,2019-12-31T23:30:00-08:00,45,aws\r\n2,2020-01-01,5,"a ""b"", c"\r\n'
                          + "01890A5D-AC96-774B-BCCE-B302099A8057,2020-01-02 10:00:00,6,AWS\n")
        self.assertIn("3 imported", self.study("import", path))
        self.assertEqual(self.all_sessions(), {
            str(uuid.uuid5(NAMESPACE, "1")): ("2020-01-01", 45, "aws", None),
            str(uuid.uuid5(NAMESPACE, "2")): ("2020-01-01", 5, 'a "b", c', None),
            "01890a5d-ac96-774b-bcce-b302099a8057": ("2020-01-02", 6, "AWS", None)})
        before = self.totals()
        again = self.json("import", path)
        self.assertEqual((again["created"], again["existing"], again["refused_lines"]), (0, 3, 0))
        self.assertEqual(self.totals(), before)
        other = self.json("import", path, "--namespace", str(uuid.UUID(int=1)))
        self.assertEqual((other["created"], other["existing"]), (2, 1))

    def test_refused_lines_are_reported_and_the_others_imported(self):
        text = (HEADER + "1,2020-01-01,0,a\n2,2020-02-30,5,a\n,2020-01-01,5,a\n3,2020-01-01,5,  \n"
                + '4,2020-01-01,5,b"c\n5,2020-01-01,5\n6,2020-01-01,5,good\n'
                + "7,2020-01-01,5," + "x" * 201 + "\n8,2020-01-01,5," + "y" * 70000 + "\n"
                + '9,2020-01-01,5,"open\n10,2020-01-01,5,good\n6,2020-01-01,7,good\n')
        path = self.write("bad.csv", text)
        said = self.json("import", path, status=LINES)
        self.assertEqual([(line["line"], line["field"]) for line in said["refused"]], [
            (2, "minutes"), (3, "timestamp"), (4, "id"), (5, "tag"), (6, None), (7, None),
            (9, "tag"), (10, "tag"), (11, None), (13, "id")])
        self.assertEqual((said["created"], said["differing"], said["refused_lines"]), (2, 1, 9))
        self.study("import", path, status=LINES)
        self.assertIn("line 2: minutes must be a whole number from 1 to 1440\n", self.errors)
        self.assertIn("line 13: id exists with other values: minutes 5, the file has 7\n", self.errors)
        self.assertEqual(self.totals()["total_sessions"], 2)

    def test_refused_lines_far_apart_are_reported_in_order(self):
        lines = [f"{i},2020-01-01,5,aws" for i in range(2000)]
        lines[500], lines[1500] = "x,2020-01-01,5,", "y,2020-01-01,5000,aws"
        said = self.json("import", self.write("f.csv", HEADER + "\n".join(lines)), status=LINES)
        self.assertEqual([line["line"] for line in said["refused"]], [502, 1502])
        self.assertEqual(said["created"], 1998)

    def test_a_wrong_header_is_refused(self):
        for text, message in (("", "empty"), ("1,2020-01-01,5,a\n", "no column id"),
                              ("id,minutes,tag\n", "no column timestamp")):
            self.study("import", "-", stdin=text, status=LINES)
            self.assertIn(message, self.errors)
        self.assertEqual(self.json("import", "-", stdin="a,b\n", status=LINES)["refused_lines"], 1)

    def test_dry_run_changes_nothing(self):
        path = self.write("some.csv", HEADER + "1,2020-01-01,5,aws\n2,2020-01-01,0,aws\n")
        said = self.json("import", path, "--dry-run", status=LINES)
        self.assertEqual((said["created"], said["refused_lines"], said["dry_run"]), (1, 1, True))
        self.study("import", path, "--dry-run", status=LINES, STUDYTRACKER_ENDPOINT="ipc:///nowhere")
        self.assertEqual(self.totals()["total_sessions"], 0)
        self.assertFalse(os.path.exists(self.path("state")))

    def test_standard_input_and_json_lines(self):
        lines = ('{"id":"1","date":"2020-01-01","minutes":5,"tag":"a","notes":"ü\\u0001"}\n'
                 '{"id":2,"timestamp":"2020-01-01T10:00Z","duration_minutes":6,"topic":"b"}\n{}\n')
        self.assertIn("line 3: id is missing", (self.study("import", "-", stdin=lines, status=LINES),
                                                self.errors)[1])
        self.assertEqual(set(self.all_sessions().values()),
                         {("2020-01-01", 5, "a", "ü\x01"), ("2020-01-01", 6, "b", None)})

    def test_a_slow_pipe(self):
        """The service stores the first row before the pipe ends."""
        popen = subprocess.Popen([STUDY, "import", "-"], stdin=subprocess.PIPE, env=self.environment(),
                                 stdout=subprocess.PIPE, preexec_fn=harness.dies_with_us)
        with popen:
            popen.stdin.write((HEADER + "1,2020-01-01,5,aws\n2,2020").encode())
            popen.stdin.flush()
            harness.until("the first row is in", lambda: self.database.value(
                "select count(*) from sessions") == "1")
            popen.stdin.write(b"-01-01,5,aws\n")
            popen.stdin.close()
            self.assertEqual(popen.wait(harness.PATIENCE), DONE)
            self.assertIn(b"2 imported", popen.stdout.read())

    def start_import(self, path):
        return subprocess.Popen([STUDY, "import", path], env=self.environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                preexec_fn=harness.dies_with_us)

    def journal(self):
        folder = self.path("state/studytracker")
        found = os.listdir(folder) if os.path.isdir(folder) else []
        return [os.path.join(folder, name) for name in found if "." not in name]

    def many(self, count):
        tags = [f"topic {i % 7}" for i in range(count - LAST)] + ["last"] * LAST
        return self.write("many.csv", HEADER + "".join(
            f"{i},20{i % 20 + 1:02}-01-0{i % 9 + 1}T10:00:00Z,{i % 240 + 1},{tag}\n"
            for i, tag in enumerate(tags)))

    def last_rows_locked(self):
        """Meanwhile an import of many() does not end."""
        self.topic("last")
        return faults.Lock(self.database, rows="topics where name = 'last'")

    def is_idle(self):
        said = self.json("status", "--interval", 0)["gateways"][0]["queue"]
        return said["in_flight"] == said["waiting"] == 0

    def interrupt(self, how):
        count = 20000
        path = self.many(count)
        with self.last_rows_locked():
            popen = self.start_import(path)
            harness.until("the import has come some way", self.journal)
            popen.send_signal(how)
        printed = popen.stderr.read().decode()
        popen.stderr.close()
        self.assertEqual(popen.wait(harness.PATIENCE), -how)
        rest = self.json("import", path)
        if how != signal.SIGKILL:
            self.assertIn(f"the same command continues at line {rest['resumed_at_line']}\n", printed)
        self.assertGreater(rest["resumed_at_line"], 1)
        self.assertEqual(rest["created"] + rest["existing"], count)
        self.assertEqual(self.totals()["total_sessions"], count)
        self.assertEqual(self.totals()["total_time"], sum(i % 240 + 1 for i in range(count)))
        self.assertEqual(self.journal(), [])

    def test_a_killed_import_continues_where_it_stopped(self):
        self.interrupt(signal.SIGKILL)

    def test_an_interrupted_import_of_a_pipe_reports_no_line(self):
        popen = subprocess.Popen([STUDY, "import", "-"], stdin=subprocess.PIPE, env=self.environment(),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 preexec_fn=harness.dies_with_us)
        with popen:
            popen.stdin.write((HEADER + "1,2020-01-01,5,aws\n").encode())
            popen.stdin.flush()
            harness.until("the row is in", lambda: self.database.value("select count(*) from sessions") == "1")
            popen.send_signal(signal.SIGTERM)
            self.assertEqual(popen.wait(harness.PATIENCE), -signal.SIGTERM)
            self.assertIn(b"run the same command again for the rest", popen.stderr.read())

    def test_an_interrupted_import_continues_where_it_stopped(self):
        self.interrupt(signal.SIGINT)

    def test_an_import_starts_at_the_first_line_on_an_emptied_service(self):
        path = self.many(20000)
        with self.last_rows_locked():
            popen = self.start_import(path)
            harness.until("the import has come some way", self.journal)
            popen.kill()
            popen.wait()
        popen.stderr.close()
        harness.until("what was asked is done", self.is_idle)
        self.empty()
        self.assertEqual(self.json("import", path)["resumed_at_line"], 0)
        self.assertEqual(self.totals()["total_sessions"], 20000)

    def test_an_import_ends_without_workers_and_continues_later(self):
        path = self.many(10000)
        with self.last_rows_locked():
            popen = subprocess.Popen([STUDY, "import", path, "--timeout", "5"], env=self.environment(),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     preexec_fn=harness.dies_with_us)
            harness.until("rows come in", lambda: self.database.value("select count(*) from sessions") != "0")
            for worker in self.service.workers:
                worker.popen.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(popen.wait(harness.PATIENCE), UNREACHABLE)
            harness.until("status says that nobody works", lambda: "not ready" in (
                text := self.study("status", "--interval", 0)) and "no workers" in text)
        finally:
            for worker in self.service.workers:
                worker.popen.send_signal(signal.SIGCONT)
        self.service.wait_ready()
        said = self.json("import", path)
        self.assertEqual(said["created"] + said["existing"], 10000)
        self.assertEqual(self.totals()["total_sessions"], 10000)

    def test_many_rows_in_bounded_memory(self):
        count = 20000
        path = self.many(count)
        popen = subprocess.Popen([STUDY, "import", path, "--json"], env=self.environment(),
                                 stdout=subprocess.PIPE, preexec_fn=harness.dies_with_us)
        with popen:
            peaks = [0]
            harness.until("it has ended", lambda: self.has_ended(popen.pid, peaks), 4 * harness.PATIENCE)
            most = max(peaks)
            said = json.loads(popen.stdout.read())
        self.assertEqual((popen.returncode, said["created"]), (DONE, count))
        print(f"import: {count} rows, {said['rows_per_second']:.0f} rows/s, at most {most} KiB",
              file=sys.stderr)
        if not harness.is_sanitized():
            self.assertLess(most, RSS_MAX_KIB)

    @staticmethod
    def has_ended(pid, peaks):
        """Records VmHWM, which is no longer listed after the process has ended."""
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            found = re.search(r"VmHWM:\s+(\d+)", file.read())
        if found:
            peaks.append(int(found.group(1)))
        return not found


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
