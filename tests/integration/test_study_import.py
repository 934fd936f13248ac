"""`study import` reads files of other programs and reports everything that it does not import."""

import json
import os
import resource
import subprocess
import uuid

import harness
from study_program import (DONE, HEADER, LINES, NAMESPACE, STUDY, USAGE, StudyCase)

FIELDS = "id,study_date,minutes,tag,notes\n"
RSS_MAX_KIB = 16 << 10


class ImportCase(StudyCase):
    workers = 1

    def imported(self, text, *words, status=DONE, name="file.csv"):
        return self.json("import", self.write(name, text), *words, status=status)

    def refused(self, text, *words):
        said = self.imported(text, *words, status=LINES)
        return [(line["line"], line["field"], line["rule"]) for line in said["refused"]]

    def by_tag(self):
        return {row["tag"]: row for row in self.json("sessions", "--limit", 0)["data"]}


class Tables(ImportCase):
    def test_separators_and_line_ends(self):
        rows = [["id", "study_date", "minutes", "tag", "notes"],
                ["1", "2020-01-01", "5", "a", "x"], ["2", "2020-01-02", "6", "b", ""]]
        expected = {str(uuid.uuid5(NAMESPACE, "1")): ("2020-01-01", 5, "a", "x"),
                    str(uuid.uuid5(NAMESPACE, "2")): ("2020-01-02", 6, "b", None)}
        for first in ("", "\ufeff"):
            for separator in ",;\t":
                for end in ("\n", "\r\n", "\r"):
                    with self.subTest(first=first, separator=separator, end=end):
                        self.empty()
                        self.imported(first + end.join(map(separator.join, rows)) + end)
                        self.assertEqual(self.all_sessions(), expected)
        for line in ("sep=;", '"sep=;"', "SEP=;"):
            self.empty()
            self.imported(line + "\r\n" + "\r\n".join(map(";".join, rows)))
            self.assertEqual(self.all_sessions(), expected)

    def test_mixed_line_ends_are_counted_as_lines(self):
        refused = self.refused(FIELDS + "1,2020-01-01,5,a,\r2,2020-01-01,5,b,\r\n\r\n3,x,5,c,\n4,y,5,d,\r")
        self.assertEqual([line for line, _, _ in refused], [5, 6])
        self.assertEqual(len(self.all_sessions()), 2)

    def test_a_row_must_have_the_fields_of_the_header(self):
        self.assertEqual(self.refused(FIELDS + "1,2020-01-01,5,a,n,\n2,2020-01-01,5,a\n3,2020-01-01,5,a,n\n"), [
            (2, None, "has 6 fields, the header has 5"), (3, None, "has 4 fields, the header has 5")])
        self.assertEqual(len(self.all_sessions()), 1)

    def test_a_header_must_name_each_column_once(self):
        for header, rule in (("id,date,minutes,tag,tag", "the column tag twice"),
                             ("id,date,minutes,tag,,", "no name for column 5"),
                             ("id,date,minutes,tag,x,X", "the column X twice"),
                             ("id|date|minutes|tag", "no column id")):
            (line, field, message), = self.refused(header + "\n1,2020-01-01,5,a,b\n")
            self.assertEqual((line, field), (1, "header"))
            self.assertIn(rule, message)
        self.assertEqual(self.all_sessions(), {})

    def test_an_unclosed_quote_affects_only_its_line(self):
        for closing in ("", ',"n"', ',"n'):
            with self.subTest(closing=closing):
                self.empty()
                refused = self.refused(FIELDS + '1,2020-01-01,5,a,"open\n2,2020-01-01,5,b,\n'
                                       + f"3,2020-01-01,5,c{closing or ','}\n")
                self.assertEqual(refused[0][0], 2)
                self.assertIn("quote that opens on line 2 is ", refused[0][2])
                self.assertIn("lines 3 to 4 are read as separate rows", refused[0][2])
                kept = {tag for _, _, tag, _ in self.all_sessions().values()}
                self.assertEqual(kept, {"b", "c"} if len(refused) == 1 else {"b"})

    def test_invalid_quotes_and_bytes_are_refused(self):
        refused = self.refused((FIELDS + '1,2020-01-01,5,a,"x"y\n2,2020-01-01,5,a"b,\n3,2020-01-01,5,').encode()
                               + b"a\xff,\n4,2020-01-01,5,a\0,\n" + b'5,2020-01-01,5,c d,"e\nf"\n')
        self.assertEqual([line for line, _, _ in refused], [2, 3, 4, 5])
        self.assertEqual([tag for _, _, tag, _ in self.all_sessions().values()], ["c d"])

    def test_files_of_other_kinds_are_refused(self):
        for text, kind in ((FIELDS.encode("utf-16"), "UTF-16"), (FIELDS.encode("utf-16-le"), "UTF-16"),
                           (b"PK\x03\x04rest", "spreadsheet"), (b"\x1f\x8b\x08", "compressed")):
            (_, field, message), = self.refused(text)
            self.assertEqual(field, "file")
            self.assertIn(kind, message)

    def test_ignored_columns_are_reported(self):
        path = self.write("f.csv", "id,date,minutes,tag,mood,Rating\n1,2020-01-01,5,a,good,3\n")
        self.study("import", path)
        self.assertIn("Not imported: the columns mood, Rating\n", self.errors)
        self.assertEqual(self.json("import", path)["ignored_columns"], "mood, Rating")
        self.assertEqual(self.refused("id,date,minutes,duration_minutes,tag\n2,2020-01-01,5,6,a\n"),
                         [(2, "minutes", "and duration_minutes have different values")])


class Json(ImportCase):
    ROWS = [{"id": str(i), "study_date": "2020-01-01", "minutes": 5, "tag": f"tag {i} {{[\"é\\", "notes": None}
            for i in range(5)]

    def test_every_layout(self):
        layouts = {
            "lines": "\n".join(map(json.dumps, self.ROWS)),
            "array": json.dumps(self.ROWS),
            "array of lines": "[\n" + ",\n".join(map(json.dumps, self.ROWS)) + "\n]\n",
            "pretty array": json.dumps(self.ROWS, indent=2, ensure_ascii=False),
            "pretty objects": "\n".join(json.dumps(row, indent="\t") for row in self.ROWS),
            "in a row": "".join(map(json.dumps, self.ROWS)),
            "arrays in a row": json.dumps(self.ROWS[:2]) + json.dumps(self.ROWS[2:]),
            "CR": json.dumps(self.ROWS, indent=1).replace("\n", "\r"),
        }
        for layout, text in layouts.items():
            for words in ((), ("--format", "json"), ("--format", "ndjson")):
                with self.subTest(layout=layout, words=words):
                    self.empty()
                    self.assertEqual(self.imported(text, *words)["created"], len(self.ROWS))
                    self.assertEqual(set(self.by_tag()), {row["tag"] for row in self.ROWS})

    def test_a_broken_object_affects_no_other_object(self):
        for layout in (lambda rows: "\n".join(map(json.dumps, rows)),
                       lambda rows: json.dumps(rows, indent=2),
                       lambda rows: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]"):
            for old, new in (('"tag 2', "tag 2"), ('tag 2 {[\\"\\u00e9\\\\"', "tag 2"), ('"tag 2', '{"tag 2'),
                             ('"study_date"', '"id": "7", "study_date"')):
                with self.subTest(layout=layout([1]), new=new):
                    self.empty()
                    text = layout(self.ROWS)
                    at = text.index('"id": "2"')
                    refused = self.refused(text[:at] + text[at:].replace(old, new, 1))
                    self.assertEqual(len(refused), 1, refused)
                    self.assertEqual(len(self.all_sessions()), 4)

    def test_nested_values_and_wrong_types_are_refused_by_name(self):
        row = self.ROWS[0]
        for field, value in (("tag", {"a": 1}), ("notes", ["n"]), ("minutes", True), ("tag", 7),
                             ("id", 1.5), ("id", [1]), ("minutes", {"n": 5}), ("minutes", "soon")):
            (line, name, _), = self.refused(json.dumps({**row, field: value}))
            self.assertEqual((line, name), (1, field))
        self.assertEqual(self.all_sessions(), {})

    def test_a_truncated_array_is_reported(self):
        refused = self.refused(json.dumps(self.ROWS[:2])[:-1])
        self.assertIn("ends inside an array", refused[0][2])
        self.assertEqual(len(self.all_sessions()), 2)

    def test_numbers_are_read_as_over_http(self):
        text = "".join(f'{{"id":"{i}","study_date":"2020-01-01","tag":"t","minutes":{number}}}\n'
                       for i, number in enumerate(("30", "30.0", "3e1", "30.5", "1441", "-1", "0.3e2", "1e400")))
        self.assertEqual([(line, field) for line, field, _ in self.refused(text)],
                         [(4, "minutes"), (5, "minutes"), (6, "minutes"), (8, "minutes")])
        self.assertEqual({row[1] for row in self.all_sessions().values()}, {30})
        self.assertEqual([line for line, _, _ in self.refused(
            FIELDS + "a,2020-01-01,30.0,t,\nb,2020-01-01,3e1,t,\nc,2020-01-01,30.5,t,\nd,2020-01-01,030,t,\n")],
            [4, 5])

    def test_a_large_file_in_bounded_memory(self):
        """The array is one line, which is larger than the memory limit."""
        count = 20000 if harness.is_sanitized() else 60000
        row = {"study_date": "2020-01-01", "minutes": 5, "tag": "t", "more": "x" * 400}
        path = self.path("large.json")
        with open(path, "w", encoding="ascii") as file:
            file.write("[" + ",".join(json.dumps({"id": i, **row}) for i in range(count)) + "]")
        self.assertGreater(os.path.getsize(path), count * 400)
        done = subprocess.run([STUDY, "import", path, "--dry-run", "--json"], check=True, env=self.environment(),
                              stdout=subprocess.PIPE, preexec_fn=None if harness.is_sanitized() else self.limit_memory)
        self.assertEqual(json.loads(done.stdout)["created"], count)

    @staticmethod
    def limit_memory():
        resource.setrlimit(resource.RLIMIT_DATA, (RSS_MAX_KIB << 10, RSS_MAX_KIB << 10))

    def test_the_size_of_an_object_is_limited(self):
        rows = [self.ROWS[0], {**self.ROWS[1], "more": "x" * 300000}, self.ROWS[2]]
        for text in ("\n".join(map(json.dumps, rows)), json.dumps(rows, indent=1)):
            self.empty()
            (_, _, rule), = self.refused(text)
            self.assertEqual(rule, "is larger than 256 KiB")
            self.assertEqual(len(self.all_sessions()), 2)

    def test_the_longest_notes_fit(self):
        row = {**self.ROWS[0], "notes": "\U0001f389" * 10000, "tag": "\U0001f389" * 200}
        self.imported(json.dumps(row))
        self.imported(FIELDS + f'x,2020-01-01,5,t,"{chr(34) * 20000}"\n')
        self.assertEqual({len(notes) for _, _, _, notes in self.all_sessions().values()}, {10000})


class Ids(ImportCase):
    ONE = FIELDS + "1,2020-01-01,25,Latin,\n2,2020-01-02,25,Latin,aeneid\n3,2020-01-03,25,Latin,\n"
    TWO = FIELDS + "1,2020-01-01,25,Chemistry,\n2,2020-01-05,30,Latin,ovid\n3,2020-01-03,25,Latin,\n"

    def test_different_values_of_an_id_are_reported(self):
        self.imported(self.ONE)
        before = self.all_sessions()
        said = self.imported(self.TWO, status=LINES)
        self.assertEqual((said["created"], said["existing"], said["differing"]), (0, 1, 2))
        self.assertEqual([line["outcome"] for line in said["refused"]], ["differing"] * 2)
        self.study("import", self.path("file.csv"), status=LINES)
        self.assertIn('line 2: id exists with other values: tag "Latin", the file has "Chemistry"\n',
                      self.errors)
        self.assertIn('line 3: id exists with other values: minutes 25, the file has 30; study_date '
                      '2020-01-02, the file has 2020-01-05; notes "aeneid", the file has "ovid"\n', self.errors)
        self.assertIn("--update", self.errors)
        self.assertIn("--namespace", self.errors)
        self.assertEqual(self.all_sessions(), before)

    def test_update_stores_the_values_of_the_file(self):
        self.imported(self.ONE)
        said = self.imported(self.TWO, "--update")
        self.assertEqual((said["created"], said["existing"], said["updated"], said["differing"]), (0, 1, 2, 0))
        ids = [str(uuid.uuid5(NAMESPACE, name)) for name in "123"]
        self.assertEqual(self.all_sessions(), {
            ids[0]: ("2020-01-01", 25, "Chemistry", None), ids[1]: ("2020-01-05", 30, "Latin", "ovid"),
            ids[2]: ("2020-01-03", 25, "Latin", None)})
        self.assertEqual(self.imported(self.TWO, "--update")["existing"], 3)
        self.assertIn("1 updated", self.study("import", self.write("f", FIELDS + "3,2020-01-03,26,Latin,\n"),
                                              "--update"))

    def test_a_file_without_notes_keeps_the_stored_notes(self):
        self.imported(self.ONE)
        said = self.imported(HEADER + "2,2020-01-02,25,Latin\n", name="none.csv")
        self.assertEqual((said["existing"], said["differing"]), (1, 0))
        said = self.imported(HEADER + "2,2020-01-02,30,Latin\n", "--update", name="none.csv")
        self.assertEqual(said["updated"], 1)
        self.assertEqual(self.all_sessions()[str(uuid.uuid5(NAMESPACE, "2"))],
                         ("2020-01-02", 30, "Latin", "aeneid"))
        said = self.imported(FIELDS + "2,2020-01-02,30,Latin,\n", status=LINES)
        self.assertIn("notes", said["refused"][0]["rule"])

    def test_deleted_sessions_are_reported_and_restored(self):
        self.imported(self.ONE)
        ids = [str(uuid.uuid5(NAMESPACE, name)) for name in "12"]
        for session in ids:
            self.json("rpc", "sessions.delete", json.dumps({"session_id": session}))
        said = self.imported(self.TWO, status=LINES)
        self.assertEqual((said["deleted"], said["differing"], said["existing"]), (2, 0, 1))
        self.assertEqual([line["outcome"] for line in said["refused"]], ["deleted"] * 2)
        self.study("import", self.path("file.csv"), status=LINES)
        self.assertIn("line 2: id was deleted", self.errors)
        self.assertIn("--restore", self.errors)
        said = self.imported(self.ONE, "--restore")
        self.assertEqual((said["restored"], said["existing"]), (2, 1))
        self.assertEqual(len(self.all_sessions()), 3)
        self.json("rpc", "sessions.delete", json.dumps({"session_id": ids[1]}))
        said = self.imported(self.TWO, "--restore", "--update")
        self.assertEqual((said["restored"], said["updated"], said["existing"]), (1, 1, 1))
        self.assertEqual(self.all_sessions()[ids[1]], ("2020-01-05", 30, "Latin", "ovid"))

    def test_the_last_row_with_an_id_is_stored(self):
        rows = [f"{i % 3},2020-01-01,{i % 1440 + 1},t,\n" for i in range(3000)]
        said = self.imported(FIELDS + "".join(rows), "--update")
        self.assertEqual((said["created"], said["updated"]), (3, 2997))
        self.assertEqual({row[1] for row in self.all_sessions().values()},
                         {i % 1440 + 1 for i in range(2997, 3000)})

    def test_similar_ids_stay_distinct(self):
        said = self.imported(FIELDS + "1,2020-01-01,5,t,\n01,2020-01-01,6,t,\nA,2020-01-01,7,t,\na,2020-01-01,8,t,\n")
        self.assertEqual(said["created"], 4)
        refused = self.refused(FIELDS + " 1,2020-01-01,5,t,\n1 ,2020-01-01,5,t,\n"
                               + "{01890a5d-ac96-774b-bcce-b302099a8057},2020-01-01,5,t,\n"
                               + "01890a5dac96774bbcceb302099a8057,2020-01-01,5,t,\n")
        self.assertEqual([(line, field) for line, field, _ in refused], [(i, "id") for i in range(2, 6)])
        big = [str(2**64 + i) for i in range(2)]
        said = self.imported("".join(f'{{"id":{i},"date":"2020-01-01","minutes":5,"tag":"t"}}' for i in big))
        self.assertEqual(said["created"], 2)

    def test_tags_that_differ_in_case_are_two_topics(self):
        self.imported(FIELDS + "1,2020-01-01,5,aws,\n2,2020-01-01,6,AWS,\n3,2020-01-01,7,aws,\n")
        self.assertEqual(self.json("rpc", "stats.totals")["time_by_tag"], {"aws": 12, "AWS": 6})
        said = self.imported(FIELDS + "1,2020-01-01,5,AWS,\n", status=LINES)
        self.assertIn('tag "aws"', said["refused"][0]["rule"])


class Times(ImportCase):
    settings = {"STUDYTRACKER_TIME_ZONE": "Europe/Berlin"}
    TIMES = HEADER + ("1,2025-01-05T10:11:12,25,local\n2,2026-03-02T23:30:00Z,25,late\n"
                      "3,2026-07-01T00:30:00.123456+02:00,25,summer\n")

    def test_a_timestamp_is_stored_and_sets_the_day_in_the_accounts_zone(self):
        self.imported(self.TIMES)
        rows = self.by_tag()
        self.assertEqual({tag: (row["timestamp"], row["created_at"], row["study_date"])
                          for tag, row in rows.items()}, {
            "local": ("2025-01-05T09:11:12.000000Z",) * 2 + ("2025-01-05",),
            "late": ("2026-03-02T23:30:00.000000Z",) * 2 + ("2026-03-03",),
            "summer": ("2026-06-30T22:30:00.123456Z",) * 2 + ("2026-07-01",)})
        self.assertEqual(self.imported(self.TIMES)["existing"], 3)

    def test_the_account_sets_the_zone_and_the_start_of_the_day(self):
        self.json("rpc", "account.update", json.dumps({"time_zone": "Asia/Tokyo", "day_starts_at": "04:00"}))
        try:
            said = self.imported(HEADER + "1,2026-03-02T18:59:00Z,5,before\n2,2026-03-02T19:00:00Z,5,after\n"
                                 "3,2026-03-03T03:59:59,5,local\n")
            self.assertEqual(said["time_zone"], "Asia/Tokyo")
            days = {tag: row["study_date"] for tag, row in self.by_tag().items()}
            self.assertEqual(days, {"before": "2026-03-02", "after": "2026-03-03", "local": "2026-03-02"})
            logged = self.json("rpc", "sessions.log", json.dumps(
                {"tag": "logged", "minutes": 5, "created_at": "2026-03-02T18:59:00Z"}))
            self.assertEqual(logged["study_date"], days["before"])
        finally:
            self.json("rpc", "account.update", json.dumps({"time_zone": None, "day_starts_at": "00:00"}))

    def test_an_option_sets_another_time_zone(self):
        said = self.imported(self.TIMES, "--time-zone", "America/New_York")
        self.assertEqual(said["time_zone"], "America/New_York")
        rows = self.by_tag()
        self.assertEqual(rows["local"]["created_at"], "2025-01-05T15:11:12.000000Z")
        self.assertEqual(rows["late"]["study_date"], "2026-03-02")
        self.assertEqual(rows["summer"]["study_date"], "2026-06-30")
        self.study("import", self.path("file.csv"), "--time-zone", "Europe/Berln", status=USAGE)
        self.assertIn("Europe/Berln", self.errors)

    def test_ambiguous_and_missing_local_times_are_refused(self):
        text = HEADER + ("1,2026-03-29T02:30:00,5,a\n2,2026-10-25T02:30:00,5,b\n"
                         "3,2026-10-25T02:30:00+01:00,5,c\n")
        refused = self.refused(text)
        self.assertEqual([(line, field) for line, field, _ in refused], [(2, "timestamp"), (3, "timestamp")])
        self.assertIn("does not exist in Europe/Berlin", refused[0][2])
        self.assertIn("exists twice in Europe/Berlin", refused[1][2])
        self.assertEqual(self.by_tag()["c"]["created_at"], "2026-10-25T01:30:00.000000Z")

    def test_a_row_may_have_both_a_day_and_a_timestamp(self):
        self.imported("id,study_date,timestamp,minutes,tag\n1,2020-01-05,2020-01-09T10:00:00Z,5,a\n")
        self.assertEqual(self.by_tag()["a"]["study_date"], "2020-01-05")
        self.assertEqual(self.by_tag()["a"]["created_at"], "2020-01-09T10:00:00.000000Z")


if __name__ == "__main__":
    harness.main()
