"""`study export` and `study import` keep every byte, and no spreadsheet or terminal executes
exported data."""

import csv
import json
import re
import subprocess

import harness
from study_program import LINES, STUDY, USAGE, StudyCase

NOTES = [None, "", "plain", "a,b;c\td", '"', '""', "line\r\nline\n", "\r", "\n\n", " blanks ", "\ttab", "漢字 🎉 é",
         "=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "\x01\x1b[31m\x7f\x9b\u202e", "sep=;", "null", "\ufeffmark",
         "x" * 10000, '"' * 10000, "🎉" * 10000, "\\u0041\\", "{[}]"]
TAGS = ["Größe, ja", "漢字", 'quo"te', "aws", "AWS", "=cmd|' /C calc'!A0", "old"]
FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")


class Exports(StudyCase):
    workers = 1
    settings = {"STUDYTRACKER_TIME_ZONE": "Asia/Kathmandu"}

    def fill(self):
        lines = [{"id": f"x{i}", "study_date": f"2020-01-{i + 1:02}", "minutes": i + 1,
                  "tag": TAGS[i % len(TAGS)], "notes": notes,
                  "created_at": f"20{24 - i // 20 * 5:02}-02-03T23:59:59.{i * 37:06}Z"}
                 for i, notes in enumerate(NOTES)]
        self.assertEqual(self.json("import", "-", stdin="\n".join(map(json.dumps, lines)))["created"], len(NOTES))
        topics = self.json("topics")["data"]
        old = next(topic["id"] for topic in topics if topic["name"] == "old")
        self.json("rpc", "topics.update", json.dumps({"topic_id": old, "archived": True}))

    def printed(self, *words):
        """Standard output as bytes, which may hold control characters."""
        done = subprocess.run([STUDY, *words], check=True, stdout=subprocess.PIPE, env=self.environment(),
                              timeout=harness.PATIENCE)
        return done.stdout

    def exported(self, name, *words):
        path = self.path(name)
        self.study("export", path, *words)
        with open(path, "rb") as file:
            return file.read()

    def test_an_imported_export_is_exported_again_byte_for_byte(self):
        self.fill()
        for form in ("csv", "json", "ndjson"):
            with self.subTest(format=form):
                first = self.exported("first." + form)
                self.assertTrue(self.printed("export", "--format", form) == first)
                self.empty()
                said = self.json("import", self.path("first." + form))
                self.assertEqual((said["created"], said["ignored_columns"]), (len(NOTES), ""))
                self.assertTrue(self.exported("second." + form) == first)
                self.assertEqual(self.json("import", self.path("first." + form))["existing"], len(NOTES))

    def test_all_formats_hold_the_same_data(self):
        self.fill()
        fields = ["id", "study_date", "minutes", "tag", "notes", "created_at"]
        lines = [json.loads(line) for line in self.exported("a.ndjson").splitlines()]
        self.assertTrue(json.loads(self.exported("a.json")) == lines)
        self.assertEqual([list(line) for line in lines], [fields] * len(NOTES))
        self.exported("a.csv")
        with open(self.path("a.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertTrue(rows == [{name: "" if value is None else str(value) for name, value in line.items()}
                                for line in lines])
        self.assertTrue(sorted((line["notes"] for line in lines), key=str) == sorted(NOTES, key=str))

    def test_no_cell_of_a_spreadsheet_is_a_formula(self):
        self.fill()
        text = self.exported("a.csv", "--spreadsheet")
        self.assertTrue(text.startswith(b"\xef\xbb\xbf"))
        with open(self.path("a.csv"), encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        self.assertEqual(header, ["Session", "Day", "Minutes", "Topic", "Notes", "Logged at"])
        self.assertEqual(len(rows), len(NOTES))
        for row in rows:
            for cell in row:
                self.assertIsNone(FORMULA.match(cell), cell[:50])
        notes = {row[4] for row in rows}
        self.assertIn("'=1+1", notes)
        self.assertIn("'＝1", notes)
        self.assertIn("plain", notes)
        self.study("export", "--spreadsheet", "--format", "json", status=USAGE)

    def test_import_refuses_an_export_for_spreadsheets(self):
        self.fill()
        self.exported("a.csv", "--spreadsheet")
        self.empty()
        self.study("import", self.path("a.csv"), status=LINES)
        self.assertIn("--spreadsheet", self.errors)
        self.assertEqual(self.all_sessions(), {})

    def test_data_is_unchanged_in_a_pipe_and_escaped_on_a_terminal(self):
        self.fill()
        evil = NOTES[18]
        unclean = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")
        self.assertTrue(evil.encode() in self.printed("export"))
        for words in (["export"], ["export", "--format", "json"], ["export", "--format", "ndjson"],
                      ["export", "--spreadsheet"], ["sessions", "--limit", "0"],
                      ["sessions", "--limit", "0", "--json"], ["rpc", "sessions.list"]):
            with self.subTest(words=words):
                self.assertFalse(unclean.search(self.on_terminal(*words, NO_COLOR="1").text))

    def test_messages_about_a_file_hold_no_control_bytes(self):
        evil = "\x1b]0;t\x07\u202e\x9b"
        files = [f"id,date,minutes,tag,{evil},{evil}\n", f"id,date,minutes,tag,{evil}\n1,2020-01-01,5,a,b\n",
                 json.dumps({"id": "1", "tag": [1], evil: 1}), f'{{"{evil}": 1, "{evil}": 2}}',
                 f"id,date,minutes,tag\n1,{evil},5,a\n{evil},2020-01-01,x,a\n2,2020-01-01,{evil},{evil}\n"]
        unclean = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")
        for i, text in enumerate(files):
            path = self.write(f"{i}.txt", text)
            for words in ((), ("--json",)):
                shown = self.on_terminal("import", path, *words, NO_COLOR="1").text
                self.assertIsNone(unclean.search(shown), repr(shown))
        self.json("import", "-", stdin=f'{{"id":"9","date":"2020-01-01","minutes":5,"tag":"a",'
                                       f'"notes":{json.dumps(evil)}}}')
        path = self.write("other.csv", "id,date,minutes,tag,notes\n9,2020-01-01,5,a,b\n")
        shown = self.on_terminal("import", path, NO_COLOR="1").text
        self.assertIn("other values: notes", shown)
        self.assertIsNone(unclean.search(shown), repr(shown))


if __name__ == "__main__":
    harness.main()
