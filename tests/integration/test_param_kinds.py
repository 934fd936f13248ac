"""PostgreSQL reads the reals, lists and cursors of integer ids that the worker binds.

The program bind_kinds binds its own row of parameters (tests/unit/every_kind.c), because no method
needs to use these kinds.
"""

import json
import os
import subprocess
import unittest

import harness
from database import Database

PROGRAM = os.path.join(harness.BUILD, "tests", "bind_kinds")
FILE = "01890a5d-ac96-774b-bcce-b302099a8057"
ABSENT = {"weight": None, "level": None, "is_lead": None, "since": None, "seen_at": None, "met_at": None,
          "starts_at": None, "file": None, "note": None}
TEAM = {"name": "a", "relevance": 5, "weight": 0.1, "level": "high", "is_lead": True, "since": "2024-02-29",
        "seen_at": "2024-02-29T18:30:00+00:00", "met_at": "2024-02-29T18:30:00.000000", "starts_at": "07:05:00", "file": FILE, "note": " \n"}


class ParamKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def bind(self, *bodies):
        """Binds the bodies as one batch."""
        lines = "".join(json.dumps(body) + "\n" for body in bodies)
        done = subprocess.run([PROGRAM, self.database.url + "&options=-ctimezone%3DUTC"], input=lines, check=True,
                              stdout=subprocess.PIPE, encoding="utf-8", timeout=harness.PATIENCE)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row.pop("account") for row in rows], list(range(1, len(bodies) + 1)))
        for row in rows:
            row["text"] = bytes.fromhex(row["text"]).decode()
        return rows

    def test_a_request_without_values_binds_nulls_and_defaults(self):
        self.assertEqual(self.bind({"text": "x"}), [
            {"text": "x", "real": 0.5, "tags": None, "labels": None, "has_labels": False, "goals": None,
             "files": None, "teams": None, "key": None, "id": None, "at": None, "things": None,
             "behind": None}])

    def test_one_batch_may_have_lists_of_different_lengths(self):
        rows = self.bind({"text": "x", "tags": [" b ", "a", " b "], "goals": [3, 2**63 - 2, 3]},
                         {"text": "x", "tags": [], "goals": [1], "labels": []},
                         {"text": "x", "tags": ["ä\"\\\u0001\n😀"], "files": [FILE, FILE.upper()],
                          "labels": [" one  name "]},
                         {"text": "x", "labels": None})
        self.assertEqual([row["tags"] for row in rows],
                         [[" b ", "a", " b "], None, ["ä\"\\\u0001\n😀"], None])
        self.assertEqual([row["goals"] for row in rows], [[3, 2**63 - 2, 3], [1], None, None])
        self.assertEqual([row["files"] for row in rows], [None, None, [FILE, FILE], None])
        self.assertEqual([row["labels"] for row in rows], [None, [], ["one name"], None])
        self.assertEqual([row["has_labels"] for row in rows], [False, True, True, True])

    def test_objects_become_records(self):
        rows = self.bind({"text": "x", "teams": [{**TEAM, "starts_at": "07:05", "met_at": "2024-02-29 18:30"},
                                                   {"name": " b  c "}]},
                         {"text": "x", "teams": []})
        self.assertEqual(rows[0]["teams"], [TEAM, {"name": "b c", "relevance": 3, **ABSENT}])
        self.assertIsNone(rows[1]["teams"])

    def test_reals_are_exact(self):
        reals = [0.1, -5, 100, 1 / 3, 1e-300, 5e-324]
        self.assertEqual([row["real"] for row in self.bind(*({"text": "x", "real": real} for real in reals))],
                         reals)

    def test_texts_are_bound_unchanged(self):
        texts = [" ", "\n", "\t a \r\n", "\u00a0\u3000", "\u200b", "e\u0301", "\ufeffx"]
        self.assertEqual([row["text"] for row in self.bind(*({"text": text} for text in texts))], texts)

    def test_an_instant_without_offset_is_a_text_without_z(self):
        texts = {"2026-01-31T18:30:00+01:00": "2026-01-31T17:30:00.000000Z",
                 "2026-01-31t18:30:00.5z": "2026-01-31T18:30:00.500000Z",
                 "2026-01-31T18:30:00.25": "2026-01-31T18:30:00.250000",
                 "2026-01-31T18:30": "2026-01-31T18:30:00.000000"}
        self.assertEqual([row["at"] for row in self.bind(*({"text": "x", "at": text} for text in texts))],
                         list(texts.values()))

    def test_values_are_bound_whole(self):
        things = [None, [1, "a", [True, None]], {"a": {"b": [{}]}, "": 0.5}, "ä\"\n"]
        rows = self.bind({"text": "x", "things": things}, {"text": "x", "things": []}, {"text": "x"})
        self.assertEqual([row["things"] for row in rows], [things, [], None])

    def test_a_cursor_has_a_key_and_an_integer_id(self):
        rows = self.bind({"text": "x", "after": "-5~123456789012.0123abcd"}, {"text": "x"})
        self.assertEqual([(row["key"], row["id"]) for row in rows], [(-5, 123456789012), (None, None)])

    def test_a_cursor_may_be_text(self):
        rows = self.bind({"text": "x", "behind": "a.~b.0123abcd"}, {"text": "x"})
        self.assertEqual([row["behind"] for row in rows], ["a.~b", None])


if __name__ == "__main__":
    harness.main()
