"""Rows of every entity, made at the command line, for the stories of `study`.

The generator prints the descriptions (schema/templates/describe.json), so a new entity or field is
tested without a change here.
"""

import functools
import json
import os
import subprocess

import harness
from study_program import StudyCase

GENERATOR = os.path.join(harness.BUILD, "schema", "studytracker-generate")
TEXT = 'Größe; "a",b=漢\n+1 🎉'
INT64_MAX = 2**63 - 1


@functools.cache
def described():
    """The descriptions that have a command, by name."""
    printed = subprocess.run([GENERATOR, os.path.join(harness.ROOT, "schema"), "templates/describe.json"],
                             check=True, stdout=subprocess.PIPE).stdout
    return {row["name"]: row for row in json.loads(printed) if row["command"]}


def limit(text):
    return INT64_MAX if text == "INT64_MAX" else int(text)


def fields_of(entity, flag):
    return [field for field in entity["fields"] if field[flag]]


# By the kind of a param: two values, as a response has them, and what the option gets.
def text_values(field):
    most = limit(field["max"]) or 100
    return TEXT[:most], (TEXT[::-1] * (most // len(TEXT) + 1))[:min(most, 500)]


def number_values(field):
    least, most = limit(field["min"]), min(limit(field["max"]), 10**6)
    return least + 1, most


VALUES = {
    "PARAM_TEXT": text_values,
    "PARAM_NAME": text_values,
    "PARAM_INT": number_values,
    "PARAM_REAL": lambda field: (12.5, 0.25),
    "PARAM_BOOL": lambda field: (True, False),
    "PARAM_CHOICE": lambda field: (field["choices"][-1], field["choices"][0]),
    "PARAM_DATE": lambda field: ("2024-02-29", "2031-12-31"),
    "PARAM_TIME": lambda field: ("23:59", "00:00"),
    "PARAM_INSTANT": lambda field: ("2024-02-29T10:20:30.000004Z", "2031-12-31T23:59:59.999999Z"),
    "PARAM_LOCAL_INSTANT": lambda field: ("2024-02-29T10:20:30.000004Z", "2031-12-31T23:59:59.999999Z"),
    "PARAM_TEXTS": lambda field: (["aws", "漢 字"], ["x:y"]),
    "PARAM_OBJECTS": lambda field: (objects_of(field, 0), objects_of(field, 1)),
}


def objects_of(field, which):
    """The last members may be absent; a colon may stand in the first one."""
    first, *others = field["items"]
    whole = {item["name"]: VALUES[item["kind"]](item)[which] for item in others}
    return [{first["name"]: "a:b", **whole}, {first["name"]: "c", **dict.fromkeys(whole)}][:2 - which]


def object_text(field, value):
    texts = [value[item["name"]] for item in field["items"]]
    return ":".join("" if text is None else str(text) for text in texts)


def words_of(field, value):
    """The words of the option with the value."""
    option = "--" + field["option"]
    if field["kind"] == "PARAM_BOOL":
        return [option if value else option + "=no"]
    if field["kind"] == "PARAM_OBJECTS":
        return [word for item in value for word in (option, object_text(field, item))]
    if isinstance(value, list):
        return [word for item in value for word in (option, item)]
    return [f"{option}={value}"]


def for_each_entity(check):
    """A test that runs the check for each entity, with an empty database."""
    @functools.wraps(check)
    def test(self):
        self.assertGreaterEqual(len(described()), 15)
        for entity in described().values():
            with self.subTest(entity["name"]):
                self.empty()
                check(self, entity)
    return test


class EntityCase(StudyCase):
    def empty(self):
        super().empty()
        self.pools = {}

    def reference(self, name, which=0):
        """The id of one of two rows that others may name."""
        pool = self.pools.setdefault(name, [])
        while len(pool) <= which:
            caption = f"r{len(pool)} of {len(self.pools)}"
            row = self.json("topics", "--add", caption) if name == "topics" else \
                self.make(described()[name], caption)
            pool.append(row["id"])
        return pool[which]

    def value(self, field, which=0):
        """A value of the field, of two."""
        if field["of"]:
            found = self.reference(field["of"], which)
            return [found] if field["kind"] == "PARAM_IDS" else found
        return VALUES[field["kind"]](field)[which]

    def values(self, entity, flag, which=0):
        values = {field["name"]: self.value(field, which) for field in fields_of(entity, flag)}
        if "source_type" in values:  # of an action item: they must name a row together
            one = values["source_type"]
            values["source_id"] = self.reference({"meeting": "meetings"}.get(one, one), which)
        return values

    def add_words(self, entity, values):
        fields = {field["name"]: field for field in entity["fields"]}
        required = [str(values[field["name"]]) for field in fields_of(entity, "required")]
        others = [word for name, value in values.items() if not fields[name]["required"]
                  for word in words_of(fields[name], value)]
        return [entity["command"], "add", *required, *others]

    def add(self, entity, values):
        """The row, without the mark of a repeated request."""
        row = self.json(*self.add_words(entity, values))
        row.pop("replayed", None)
        return row

    def make(self, entity, caption=None, which=0):
        """A row with its required fields; another caption or choice makes another row of it."""
        values = {field["name"]: self.value(field, which) for field in fields_of(entity, "required")}
        texts = [field["name"] for field in fields_of(entity, "required") if field["kind"] == "PARAM_TEXT"]
        if caption and texts:
            values[texts[0]] = caption
        return self.add(entity, values)

    def parents_of(self, entity, row):
        return [row[entity["parent"]["name"]]] if entity["parent"] else []

    def listed(self, entity, row, *words):
        """The rows of a list; of a child, of the same parent."""
        return self.json(entity["command"], "list", *self.parents_of(entity, row), *words)["data"]
