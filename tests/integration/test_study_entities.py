"""People keep tasks, goals, meetings and everything else of system C at the command line."""

import csv
import io
import json
import os
import subprocess
import sys
import unittest

import harness
from study_entities import EntityCase, fields_of, for_each_entity, words_of
from study_program import REFUSED, STUDY, USAGE


def cell(value):
    """A value in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


class Rows(EntityCase):
    """Each test goes through all entities."""

    workers = 1

    def check(self, entity, row, expected):
        fields = {field["name"]: field for field in entity["fields"]}
        for name, value in expected.items():
            self.assertEqual(row[name], value, f"{entity['name']}.{name}: {fields[name]['kind']}")

    @for_each_entity
    def test_a_row_is_added_shown_and_listed(self, entity):
        values = self.values(entity, "created")
        row = self.add(entity, values)
        self.check(entity, row, values)
        self.assertEqual(self.json(entity["command"], "show", row["id"]), row)
        self.assertIn(row, self.listed(entity, row))
        shown = self.study(entity["command"], "show", row["id"])
        self.assertRegex(shown, rf"(?m)^Id +{row['id']}$")
        for field in fields_of(entity, "created"):
            if field["kind"] in ("PARAM_INT", "PARAM_CHOICE", "PARAM_DATE", "PARAM_TIME"):
                self.assertRegex(shown, rf"(?m)^[A-Z][a-z_ ]* +{values[field['name']]}$", field["name"])
        table = self.study(entity["command"], "list", *self.parents_of(entity, row))
        self.assertRegex(table, rf"(?m)\AId +[A-Z].*\n(.*\n)* *{row['id']}  ")
        self.assertNotRegex(table + shown, r"(?m) $")

    @for_each_entity
    def test_a_row_is_changed_field_by_field(self, entity):
        row = self.add(entity, self.values(entity, "created"))
        values = self.values(entity, "changed", 1)
        edit = [entity["command"], "edit", row["id"]]
        together = {"source_type", "source_id"}
        for field in fields_of(entity, "changed"):
            if field["name"] not in together:
                self.check(entity, self.json(*edit, *words_of(field, values[field["name"]])),
                           {field["name"]: values[field["name"]]})
        clearable = [field for field in fields_of(entity, "changed")
                     if field["cleared"] or field["kind"] in ("PARAM_TEXTS", "PARAM_IDS", "PARAM_OBJECTS")]
        names = [field["option"] for field in clearable]
        if clearable:
            cleared = self.json(*edit, *[word for name in names for word in ("--clear", name)])
            self.check(entity, cleared, {field["name"]: None if field["cleared"] else [] for field in clearable})
            self.study(*edit, "--clear", names[0], "--clear", names[0], status=USAGE)
        self.study(*edit, status=USAGE)
        self.assertIn("edit needs an option", self.errors)
        self.study(*edit, "--clear", "id", status=USAGE)

    @for_each_entity
    def test_a_row_is_deleted_and_restored(self, entity):
        row = self.add(entity, self.values(entity, "created"))
        said = self.study(entity["command"], "delete", row["id"])
        self.assertTrue(said.startswith(f"Deleted {entity['label']} {row['id']}"), said)
        self.study(entity["command"], "show", row["id"], status=REFUSED)
        self.assertIn(f"{entity['one'].upper()}_NOT_FOUND", self.errors)
        self.assertNotIn(row["id"], [other["id"] for other in self.listed(entity, row)])
        restored = self.json(entity["command"], "restore", row["id"])
        self.assertEqual({**restored, "updated_at": row["updated_at"]}, {**row, "replayed": False})

    @for_each_entity
    def test_lists_are_filtered(self, entity):
        row = self.add(entity, self.values(entity, "created"))
        for field in entity["filters"]:
            if field["name"] not in row or field["name"] in self.parent_names(entity):
                continue
            words = words_of(field, row[field["name"]])
            found = self.listed(entity, row, *words)
            self.assertIn(row, found, words)
            self.assertEqual({other[field["name"]] for other in found}, {row[field["name"]]}, words)
        for words in (["--limit", "0"], ["--sort", entity["orders"][0]]):
            self.assertIn(row, self.listed(entity, row, *words), words)
        if entity["search"]:
            self.assertIn(row, self.listed(entity, row, "--search", "GRÖSSE"))
            self.assertEqual(self.study(entity["command"], "list", "--search", "nowhere"),
                             f"No {self.plural(entity)} match\n")

    @staticmethod
    def parent_names(entity):
        return [entity["parent"]["name"]] if entity["parent"] else []

    @staticmethod
    def plural(entity):
        return entity["name"].replace("_", " ")

    @for_each_entity
    def test_wrong_words_are_refused(self, entity):
        self.study(entity["command"], "nix", status=USAGE)
        self.study(entity["command"], "add", status=USAGE)
        self.assertIn(f"{entity['command']} add needs ", self.errors)
        for verb in ("show", "edit", "delete", "restore"):
            self.study(entity["command"], verb, status=USAGE)
            self.study(entity["command"], verb, "x", status=USAGE)
            self.assertIn("id must be a whole number from 1", self.errors)
        self.study(entity["command"], "show", 10**6, status=REFUSED)

    def exported(self, entity, form):
        path = self.path("rows." + form)
        said = self.study("export", "--kind", entity["name"], path)
        with open(path, encoding="utf-8", newline="") as file:
            return file.read(), int(said.split()[0])

    @for_each_entity
    def test_every_entity_is_exported(self, entity):
        row = self.add(entity, self.values(entity, "created"))
        gone = self.make(entity, "deleted", 1)
        self.study(entity["command"], "delete", gone["id"])
        stored = ["id"] + [field["name"] for field in fields_of(entity, "stored")]
        text, count = self.exported(entity, "ndjson")
        rows = [json.loads(line) for line in text.splitlines()]
        self.assertEqual((len(rows), [list(one) for one in rows]), (count, [stored] * count))
        now = self.json(entity["command"], "show", row["id"])  # its tags may have changed it
        self.assertIn({name: now[name] for name in stored}, rows)
        self.assertNotIn(gone["id"], [one["id"] for one in rows])
        self.assertEqual([one["id"] for one in rows], sorted(one["id"] for one in rows))
        self.assertEqual(json.loads(self.exported(entity, "json")[0]), rows)
        table = list(csv.reader(io.StringIO(self.exported(entity, "csv")[0], newline="")))
        self.assertEqual(table, [stored] + [[cell(one[name]) for name in stored] for one in rows])

    def test_an_export_has_every_page(self):
        """Rows of a parent are read parent by parent, and no page has more than 50."""
        self.database.sql("""
            insert into goals (account_id, title) select 1, 'g' || i from generate_series(1, 120) as i;
            insert into milestones (account_id, goal_id, description)
            select 1, g.id, 'm' || i from goals as g cross join generate_series(1, 2) as i
            where g.title <> 'g7'""")
        self.assertEqual(self.study("export", "--kind", "goals").count("\n"), 121)
        lines = self.study("export", "--kind", "milestones", "--format", "ndjson").splitlines()
        self.assertEqual(len({json.loads(line)["id"] for line in lines}), 238)
        self.assertEqual(len(self.json("goal", "list", "--limit", 0)["data"]), 120)
        self.assertEqual(len(self.json("goal", "list")["data"]), 20)

    @unittest.skipIf(harness.is_sanitized(), "the sanitizers need memory of their own")
    def test_an_export_has_one_page_in_memory(self):
        """The file has 20 MB; the program has a fraction of it, however long the export is."""
        self.database.sql("""
            insert into goals (account_id, title) values (1, 'g');
            insert into milestones (account_id, goal_id, description)
            select 1, max(g.id), repeat(chr(96 + i % 20), 1000)
            from goals as g cross join generate_series(1, 20000) as i group by i""")
        least, most = self.kilobytes("people"), self.kilobytes("milestones")
        self.assertGreater(os.stat(self.path("milestones")).st_size, 20_000_000)
        self.assertLess(most - least, 4000)

    def kilobytes(self, kind):
        """The most memory that the export had, and at least what this program has."""
        with open(self.path(kind), "wb") as file:
            popen = subprocess.Popen([STUDY, "export", "--kind", kind], stdout=file, env=self.environment(),
                                     preexec_fn=harness.dies_with_us)
            _, status, usage = os.wait4(popen.pid, 0)
            popen.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(popen.returncode, 0)
        return usage.ru_maxrss

    @for_each_entity
    def test_an_empty_export(self, entity):
        self.assertEqual(self.study("export", "--kind", entity["name"], "--format", "json"), "[\n]\n")


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
