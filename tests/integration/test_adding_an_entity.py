"""README.md, "Adding an entity", is complete: a copy of the project with the files of the section
builds, passes the checks of its documentation and tables, and serves the new entity over HTTP and
RPC."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from database import fast_directory
from processes import ROOT, dies_with_us

# The path of a file, where its text goes, and the text.
STEP = re.compile(r"^`([\w/.]+)`(?:, (?:after `(.*?)`|(at the end)))?:\n\n```\w*\n(.*?)^```$",
                  re.MULTILINE | re.DOTALL)
GENERATED = {"openapi/openapi.json": "openapi.json", "rpc/rpc.md": "rpc.md"}
CHECKS = ["check_generated", "check_openapi_fields", "check_entities"]


def steps():
    """Returns (path, anchor, is at the end, text) of each file of the section."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = re.search(r"^## Adding an entity\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
    return STEP.findall(section)


class AddingAnEntity(unittest.TestCase):
    def setUp(self):
        self.copy = os.path.join(tempfile.mkdtemp(prefix="st-", dir=fast_directory()), "studytracker")
        self.addCleanup(shutil.rmtree, os.path.dirname(self.copy), ignore_errors=True)
        self.build = os.path.join(self.copy, "build", "dev")

    def run_in_copy(self, *command, output=None):
        env = {**os.environ, "STUDYTRACKER_BUILD_DIR": self.build}
        done = subprocess.run(command, cwd=self.copy, env=env, stdin=subprocess.DEVNULL, check=False,
                              stdout=output or subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              preexec_fn=dies_with_us)
        self.assertEqual(done.returncode, 0, f"{' '.join(command)}:\n{done.stdout}")

    def apply(self, path, anchor, is_at_end, text):
        place = os.path.join(self.copy, path)
        if not anchor and not is_at_end:
            self.assertFalse(os.path.exists(place), f"{path} exists already")
            with open(place, "x", encoding="utf-8") as file:
                file.write(text)
            return
        with open(place, encoding="utf-8") as file:
            before = file.read()
        end = before.index(anchor) + len(anchor) + 1 if anchor else len(before)
        self.assertEqual(before[end - 1], "\n", f"{anchor} is not at the end of its line in {path}")
        with open(place, "w", encoding="utf-8") as file:
            file.write(before[:end] + text + before[end:])

    def build_targets(self, *targets):
        self.run_in_copy("cmake", "--build", self.build, "--target", *targets)

    def generate(self):
        """Does what ./dev generate does, without a release build."""
        for template, name in GENERATED.items():
            with open(os.path.join(self.copy, "schema", name), "w", encoding="utf-8") as output:
                self.run_in_copy(os.path.join(self.build, "schema", "studytracker-generate"), "schema",
                                 f"templates/{template}", output=output)

    def test_the_example_is_complete(self):
        shutil.copytree(ROOT, self.copy, symlinks=True, ignore=shutil.ignore_patterns(
            "build", ".git", "node_modules", "__pycache__"))
        example = steps()
        self.assertEqual(len(example), 7)
        for step in example:
            self.apply(*step)
        self.run_in_copy("cmake", "-G", "Ninja", "-S", self.copy, "-B", self.build, "-DCMAKE_BUILD_TYPE=Debug",
                         "-DCMAKE_C_FLAGS_DEBUG=-O0", "-DSTUDYTRACKER_WERROR=ON", "-DSTUDYTRACKER_TESTS=OFF")
        self.build_targets("studytracker-generate")
        self.generate()
        self.build_targets("studytracker-gateway", "studytracker-worker", "study")
        for check in CHECKS:
            self.run_in_copy(os.path.join("tests", "checks", check))
        self.run_in_copy("/usr/bin/python3", os.path.join("tests", "integration", "readme_books.py"))


if __name__ == "__main__":
    unittest.main()
