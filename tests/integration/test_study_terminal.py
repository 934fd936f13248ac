"""`study` on a terminal: colours, widths, progress."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import unicodedata

import harness
from study_program import DONE, ESCAPE, HEADER, STUDY, StudyCase


class Terminals(StudyCase):
    def test_only_a_terminal_gets_colours(self):
        self.study("log", 5, "aws")
        for command in (["sessions"], ["stats"], ["heatmap"], ["status", "--interval", "0"]):
            with self.subTest(command=command):
                self.assertIn(ESCAPE + "[", self.on_terminal(*command).text)
                self.assertNotIn(ESCAPE, self.on_terminal(*command, NO_COLOR="1").text)
                self.assertNotIn(ESCAPE, self.on_terminal(*command, TERM="dumb").text)
                self.study(*command)  # study() checks for escapes itself
        self.assertIn(ESCAPE + "[", self.on_terminal("sessions", NO_COLOR="").text)
        self.assertNotIn(ESCAPE, self.on_terminal("sessions", "--json").text)

    def test_data_cannot_control_the_terminal(self):
        evil = "\x1b]0;title\x07\x1b[2J\u009b31m\u202e\x7f"
        self.study("topics", "--add", "topic" + evil, "--description", evil)
        self.study("rpc", "sessions.log", json.dumps({"minutes": 5, "tag": "topic" + evil, "notes": evil}))
        unclean = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")
        for words in (["topics"], ["sessions"], ["stats"], ["export"], ["log", "5", "topic" + evil],
                      ["rpc", "topics.list"], ["topics", "--json"], ["nix" + evil],
                      ["export", "--format", "json"], ["rpc", "no" + evil], ["import", evil]):
            with self.subTest(words=words):
                text = self.on_terminal(*words, NO_COLOR="1").text
                self.assertIsNone(unclean.search(text), repr(text))
                self.assertGreater(len(text), 5)

    def test_output_fits_the_width(self):
        self.study("log", 5, "漢字漢字", "--note", "漢" * 200)
        text = self.on_terminal("sessions", columns=50, NO_COLOR="1").text.replace("\r", "")
        row = text.splitlines()[1]
        self.assertTrue(row.endswith("…"), row)
        self.assertLessEqual(sum(2 if ord(c) > 0x2e80 else 1 for c in row), 50)
        for columns in (20, 40, 80, 132):
            heat = self.on_terminal("heatmap", columns=columns, NO_COLOR="1").text.replace("\r", "")
            self.assertLessEqual(max(map(len, heat.splitlines()[:-1])), columns)

    def test_a_terminal_without_utf8_gets_ascii(self):
        self.study("log", 5, "漢字")
        text = self.on_terminal("stats", LC_ALL="C", NO_COLOR="1").text
        self.assertTrue(text.isascii(), text)
        self.assertIn("####", text)

    def test_a_long_import_shows_progress(self):
        path = self.write("many.csv", HEADER + "".join(
            f"{i},2020-01-01T00:00:00Z,5,aws\n" for i in range(20000)))
        shown = self.on_terminal("import", path, NO_COLOR="1")
        self.assertEqual(shown.status, DONE, shown.text)
        self.assertRegex(shown.text, r"\r█* *[▏▎▍▌▋▊▉]? * *\d+%  \d+ rows  \d+/s")
        self.study("import", path)
        self.assertNotIn("\r", self.errors)


    def test_json_is_valid_on_a_terminal(self):
        path = self.write("bad.csv", HEADER + "1,2020-01-01,5,aws\n2,2020-01-01,0,aws\n")
        shown = self.on_terminal("import", path, "--json", NO_COLOR="1")
        parts = re.sub(r"\r[^\r]*\r\x1b\[K", "", shown.text)
        self.assertEqual(json.loads(parts)["refused_lines"], 1)

    def test_no_line_wraps_on_a_narrow_terminal(self):
        self.study("log", 1440, "漢字" * 20, "--note", "y" * 200)
        for columns in (40, 60, 100):
            for command in (["sessions"], ["stats"], ["topics"], ["stats", "--by", "day"]):
                shown = self.on_terminal(*command, columns=columns, NO_COLOR="1").text
                for line in shown.splitlines():
                    wide = sum(1 + (unicodedata.east_asian_width(c) == "W") for c in line)
                    self.assertLessEqual(wide, columns, line)

    def watch(self, **options):
        """study status --watch as a process."""
        return subprocess.Popen([STUDY, "status", "--watch", "--interval", "0.1"], env=self.environment(),
                                text=True, **options)

    def test_watch_writes_lines_into_a_pipe_until_it_is_interrupted(self):
        with self.watch(stdout=subprocess.PIPE) as watching:
            line = re.compile(r"\S+ ready workers \d+ waiting \d+ in_flight \d+ calls/s [\d.]+ .* http_unavailable/s [\d.]+ .*\n")
            for _ in range(3):
                self.assertRegex(watching.stdout.readline(), line)
            watching.send_signal(signal.SIGINT)
            self.assertEqual(watching.wait(harness.PATIENCE), -signal.SIGINT)

    def test_watch_shows_the_present_state_on_a_terminal(self):
        ours, theirs = pty.openpty()
        with self.watch(stdout=theirs) as watching, open(ours, "rb", buffering=0) as screen:
            os.close(theirs)
            shown = b""
            while shown.count(b"\x1b[H\x1b[J") < 3:
                shown += screen.read(4096)
            watching.kill()
        self.assertIn(b"per second:", shown)

    def test_watch_shows_a_gateway_that_comes_back(self):
        with self.watch(stdout=subprocess.PIPE) as watching:
            self.assertIn(" ready ", watching.stdout.readline())
            self.service.gateways[0].stop()
            harness.until("it is gone", lambda: " no response" in watching.stdout.readline())
            del self.service.gateways[0]
            self.service.start_gateway()
            harness.until("it is back", lambda: " ready " in watching.stdout.readline())
            watching.kill()
        self.service.wait_ready()

    def test_a_short_import_shows_no_progress(self):
        path = self.write("one.csv", HEADER + "1,2020-01-01,5,aws\n")
        self.assertEqual(self.on_terminal("import", path, "--dry-run", NO_COLOR="1").text,
                         "1 would be imported, 0 refused\r\n")

    def test_the_heatmap_names_every_month(self):
        for columns in (40, 60, 80, 200):
            for year in range(2020, 2030):
                lines = self.on_terminal("heatmap", "--year", year, columns=columns).text.splitlines()
                names = " ".join(line for line in lines if line.startswith("    ")).split()
                self.assertEqual(len(set(names)), 12, (columns, year, names))


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
