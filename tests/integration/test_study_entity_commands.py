"""The words that only some entities have, and what `study` prints of their rows."""

import json
import os
import sys

import harness
import noon
from study_entities import EntityCase
from study_program import ESCAPE, REFUSED, STUDY, USAGE


class Words(EntityCase):
    workers, settings = 1, noon.SETTINGS

    def test_one_word_changes_a_row(self):
        """Each word sets one field."""
        for add, words, field, value, said in (
                (["task", "add", "x"], ["start"], "status", "in_progress", "Started task"),
                (["task", "add", "x"], ["done"], "status", "done", "Finished task"),
                (["task", "add", "x"], ["move", "2031-01-02"], "date", "2031-01-02", "Moved task"),
                (["action", "add", "x"], ["done"], "status", "done", "Finished action item"),
                (["action", "add", "x"], ["move", "2031-01-02"], "due_date", "2031-01-02", "Moved action item"),
                (["goal", "add", "x"], ["start"], "status", "in_progress", "Started goal"),
                (["goal", "add", "x"], ["done"], "status", "completed", "Finished goal"),
                (["goal", "add", "x"], ["progress", "40"], "progress_percentage", 40, "Changed goal"),
                (["meeting", "add", "x", "today"], ["move", "2031-01-02"], "meeting_date", "2031-01-02",
                 "Moved meeting"),
                (["skill", "add", "x"], ["level", "4"], "confidence_level", 4, "Changed skill"),
                (["project", "add", "x"], ["archive"], "classification", "archive", "Archived project")):
            with self.subTest(words=[add[0], *words]):
                row = self.json(*add)
                text = self.study(add[0], words[0], row["id"], *words[1:])
                self.assertEqual(text, f"{said} {row['id']}: x\n")
                self.assertEqual(self.json(add[0], "show", row["id"])[field], value)
                self.study(add[0], words[0], 10**6, *words[1:], status=REFUSED)
                self.study(add[0], words[0], status=USAGE)
        goal = self.json("goal", "add", "of milestones")["id"]
        milestone = self.json("milestone", "add", goal, "first")
        self.assertIn("Finished milestone", self.study("milestone", "done", milestone["id"]))
        self.assertEqual([row["completed"] for row in self.json("milestone", "list", goal)["data"]], [True])
        self.assertEqual(self.json("milestone", "list", goal, "--completed=no")["data"], [])
        self.study("skill", "level", 1, 6, status=USAGE)
        self.assertIn("confidence-level must be a whole number from 1 to 5", self.errors)

    def test_a_task_is_made_of_an_action_item(self):
        item = self.json("action", "add", "Send the notes", "--due-date", "2031-01-02")
        self.assertRegex(self.study("action", "task", item["id"]), r"^Made task \d+: Send the notes\n$")
        self.assertEqual([task["title"] for task in self.json("task")["data"]], ["Send the notes"])
        self.study("action", "task", 10**6, status=REFUSED)

    def test_a_day_and_a_week(self):
        self.assertIn("Nothing is planned\nStudied on ", self.study("today"))
        self.study("task", "add", "of today")
        self.study("task", "add", "of before", "--date", "yesterday")
        self.study("meeting", "add", "1:1", "today", "--meeting-time", "09:30")
        self.study("action", "add", "Send", "--due-date", "today")
        self.study("log", 45, "aws")
        self.study("learn", "Subnets", "--tag", "net")
        text = self.study("today")
        for line in (r"Tasks\nId .*\n *\d+  todo    medium  +of today\n", r"Overdue tasks\nId .*\n *\d+  .*  of before\n",
                     r"Meetings\nId .*\n *\d+  09:30  +1:1\n", r"Action items\nId .*\n *\d+  .*  Send\n",
                     r"Studied on [0-9-]+: 45 min in 1 session; this week: 45 min\n\Z"):
            self.assertRegex(text, line)
        self.assertEqual([task["title"] for task in self.json("today")["overdue"]], ["of before"])
        self.assertEqual(self.json("today", "--date", "yesterday")["date"], noon.day(-1))
        text = self.study("review", "--from", "yesterday", "--to", "tomorrow")
        self.assertRegex(text, rf"{noon.day(-1)} +1 +0 +0 +0 +0 +0 +0\n{noon.day()} +1 +0 +1 +0 +1 +0 +45\n")
        self.assertRegex(text, r"Tags\nTag .*\nnet +1 +0\n\nTopics\nTopic .*\naws +45 +1\n")
        self.assertIn("Tasks done: 0 of 2, learnings: 1, feedback: 0, meetings: 1, energy check-ins: 0, "
                      "studied: 45 min, sessions: 1\n", text)
        self.assertEqual(len(self.json("review")["by_day"]), 7)
        self.study("review", "--from", "today", "--to", "yesterday", status=REFUSED)

    def test_a_text_is_found_in_all_kinds(self):
        task = self.json("task", "add", "Größe der Netze")
        self.study("learn", "Netze", "--content", "die größe der netze")
        self.study("log", 5, "aws", "--note", "GRÖSSE DER NETZE")
        found = self.json("search", "größe", "der", "netze")
        self.assertEqual({row["kind"] for row in found["data"]}, {"task", "learning", "session"})
        table = self.study("search", "größe der netze", "--kind", "task")
        self.assertRegex(table, rf"\AKind .*\ntask +{task['id']}  20\d\d-\d\d-\d\d \d\d:\d\d  Größe der Netze\n\Z")
        self.assertEqual(len(self.json("search", "netze", "--limit", 1)["data"]), 1)
        self.assertEqual(self.study("search", "nowhere"), "Nothing matches\n")
        self.study("search", "x", "--kind", "nix", status=USAGE)
        self.study("search", status=USAGE)

    def test_days_have_names(self):
        task = self.json("task", "add", "x", "--date", "tomorrow")
        self.assertEqual(task["date"], noon.day(1))
        self.assertEqual(self.json("task", "move", task["id"], "yesterday")["date"], noon.day(-1))
        self.assertEqual(self.json("meeting", "add", "x", "tomorrow")["meeting_date"], noon.day(1))
        self.assertEqual(self.json("task", "list", "--overdue")["data"][0]["id"], task["id"])
        self.assertEqual(self.json("task", "list", "--overdue=no")["data"], [])
        self.assertEqual(len(self.json("task", "list", "--from", "yesterday", "--to", "today")["data"]), 1)
        self.study("task", "move", task["id"], "someday", status=USAGE)
        self.assertIn("date must be a day that exists", self.errors)

    def test_learn_and_energy(self):
        said = self.study("learn", "Subnets", "--tag", "aws", "--tag", "net", "--content", "per zone")
        self.assertRegex(said, r"^Added learning \d+: Subnets\n$")
        row = self.json("learning")["data"][0]
        self.assertEqual((row["title"], row["tags"], row["content"]), ("Subnets", ["aws", "net"], "per zone"))
        self.assertEqual({tag["name"] for tag in self.json("tag")["data"]}, {"aws", "net"})
        self.assertRegex(self.study("learning", "list", "--tag", "AWS"), "aws, net  Subnets\n")
        self.assertRegex(self.study("energy", 4, 3, "--mood", "calm"), r"^Added energy check-in \d+\n$")
        row = self.json("energy", "list")["data"][0]
        self.assertEqual((row["energy_level"], row["engagement_level"], row["mood"]), (4, 3, "calm"))
        self.study("energy", 4, status=USAGE)
        self.study("energy", 6, 1, status=USAGE)
        self.assertIn("energy-level must be a whole number from 1 to 5; see study energy --help", self.errors)
        self.study("learn", status=USAGE)
        self.study("learn", "two", "words", status=USAGE)

    def test_teams_are_typed_as_they_are_shown(self):
        skill = self.json("skill", "add", "Go", "--team", "Platform:high", "--team", "Data", "--team", "A:B:")
        self.assertEqual([(team["team_name"], team["relevance"]) for team in skill["teams"]],
                         [("Platform", "high"), ("Data", None), ("A:B", None)])
        self.assertRegex(self.study("skill", "show", skill["id"]), r"(?m)^Teams +Platform:high\n +Data\n")
        self.study("skill", "add", "C", "--team", "Platform:hihg", status=USAGE)
        self.assertIn("relevance must be one of high, medium, low", self.errors)

    def test_a_text_has_lines(self):
        task = self.json("task", "add", "x", "--description", "one\n\ntwo")
        self.assertRegex(self.study("task", "show", task["id"]), r"(?m)^Description +one\n\n +two$")
        control = self.json("task", "add", "a\nb\x1b[31m")
        shown = self.on_terminal("task").text + self.on_terminal("task", "show", control["id"]).text
        self.assertNotIn(ESCAPE + "[31m", shown)
        self.assertNotIn("\x1b[31m", self.on_terminal("task", "done", control["id"]).text)

    def test_moments_are_shown_in_the_zone_of_the_account(self):
        self.addCleanup(self.study, "account", "--time-zone", "default")
        self.study("account", "--time-zone", "Asia/Kathmandu")
        self.study("energy", 4, 3, "--checkin-datetime", "2026-01-02T20:00:00Z")
        self.assertIn("  2026-01-03 01:45  ", self.study("energy"))
        self.assertEqual(self.json("energy")["data"][0]["checkin_datetime"], "2026-01-02T20:00:00.000000Z")
        self.study("energy", 4, 3, "--checkin-datetime", "2026-01-04T12:00:00")
        self.assertIn("  2026-01-04 12:00  ", self.study("energy"))

    def test_messages(self):
        self.assertEqual(self.study("task"), "No tasks yet: study help task add\n")
        self.assertEqual(self.study("action"), "No action items yet: study help action add\n")
        self.assertEqual(self.study("person", "list", "--search", "x"), "No people match\n")
        self.study("milestone", status=USAGE)
        self.assertIn("milestone list needs GOAL", self.errors)
        for _ in range(21):
            self.study("rpc", "tasks.create", json.dumps({"title": "x"}))
        self.assertEqual(len(self.study("task").splitlines()), 21)
        self.assertIn("There are more: --limit 0 shows all", self.on_terminal("task").text)
        self.assertEqual(len(self.study("task", "list", "--limit", 0).splitlines()), 22)
        self.study("export", "--kind", "people", "--from", "today", status=USAGE)
        self.assertIn("--from can't be used with --kind people", self.errors)
        self.study("export", "--kind", "nix", status=USAGE)

    def test_topics_are_exported_with_their_descriptions(self):
        self.json("topics", "--add", "aws", "--description", "=cloud, \"AWS\"")
        lines = self.study("export", "--kind", "topics", "--format", "ndjson").splitlines()
        self.assertEqual([(json.loads(line)["name"], json.loads(line)["description"]) for line in lines],
                         [("aws", "=cloud, \"AWS\"")])
        cells = self.study("export", "--kind", "topics", "--spreadsheet")
        self.assertIn("\"'=cloud, \"\"AWS\"\"\"", cells)
        self.assertTrue(cells.startswith("\ufeffId,Name,"), cells)


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
