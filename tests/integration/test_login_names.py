"""All spellings that the database takes for one user name have one limit of log-ins.

The key of a name (gateway/login_name.h) is made character by character. So it is enough to compare
the spellings of each character, alone and between marks, which change places in composed names.
"""

import os
import subprocess
import unittest

import harness
from database import Database

PROGRAM = os.path.join(harness.BUILD, "tests", "login_names")

# The planes of Unicode with letters (the others are empty, private or have tags), without
# surrogates, controls, line ends, and the CJK compatibility ideographs, whose names have a key of
# their own.
CHARACTERS = """
    select chr(n) as c
    from generate_series(32, 262143) as n
    where n not between 127 and 159 and n not between 55296 and 57343 and n not in (8232, 8233)
        and n not between 63744 and 64255 and n not between 194560 and 195103
"""

# U+0334 has the combining class 1, U+0345 has 240, which is the highest.
SPELLINGS = f"""
    select s.one || E'\\t' || s.other
    from ({CHARACTERS}) as u
    cross join lateral (values
        (u.c, text_key(u.c)), (u.c, normalize(u.c, nfd)),
        ('q' || u.c || U&'\\0334', normalize('q' || u.c || U&'\\0334', nfd)),
        ('q' || U&'\\0345' || u.c, normalize('q' || U&'\\0345' || u.c, nfd))) as s (one, other)
    where s.one <> s.other collate "C"
"""


def two_keys(lines):
    done = subprocess.run([PROGRAM], input=lines, check=True, stdout=subprocess.PIPE, encoding="utf-8",
                          timeout=harness.PATIENCE)
    return done.stdout.splitlines()


def shown(line):
    return " ".join(f"{ord(c):04X}" if c != "\t" else "and" for c in line)


class LoginNames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def test_every_character_has_one_key_in_all_spellings(self):
        lines = self.database.psql(self.database.name, "-c", SPELLINGS)
        self.assertGreater(lines.count("\n"), 15000)
        self.assertEqual([shown(line) for line in two_keys(lines)], [])


if __name__ == "__main__":
    harness.main()
