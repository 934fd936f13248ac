"""Source trees whose programs the benchmark measures: this one, another directory, or a commit.

A commit is unpacked and built once, under build/bench/trees.
"""

import dataclasses
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.setdefault("STUDYTRACKER_BUILD_DIR", os.path.join(ROOT, "build", "release"))
TARGETS = ("studytracker-gateway", "studytracker-worker", "studytracker")


@dataclasses.dataclass(frozen=True)
class Tree:
    name: str
    root: str
    build: str

    def program(self, kind):
        return os.path.join(self.build, kind, f"studytracker-{kind}")

    @property
    def has_roles(self):
        """Whether workers have a database role of their own."""
        return os.path.exists(os.path.join(self.root, "schema", "roles.sql"))


THIS = Tree("this tree", ROOT, BUILD)


def build(root):
    print(f"bench: building {root}", flush=True)
    subprocess.run(["cmake", "--preset", "release"], cwd=root, stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["cmake", "--build", "build/release", "--target", *TARGETS], cwd=root,
                   stdout=subprocess.DEVNULL, check=True)


def unpacked(commit):
    root = os.path.join(ROOT, "build", "bench", "trees", commit[:12])
    if not os.path.exists(os.path.join(root, "CMakeLists.txt")):
        os.makedirs(root, exist_ok=True)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", root], input=archive.stdout, check=True)
    return root


def find(name):
    """Returns the tree of a commit, or of a directory that has one, and builds it if need be."""
    root = os.path.abspath(name)
    if not os.path.exists(os.path.join(root, "CMakeLists.txt")):
        found = subprocess.run(["git", "rev-parse", "--verify", "--quiet", name + "^{commit}"], cwd=ROOT,
                               stdout=subprocess.PIPE, encoding="ascii", check=False)
        if found.returncode:
            raise SystemExit(f"bench: {name} is neither a directory with a source tree nor a commit")
        root = unpacked(found.stdout.strip())
    tree = Tree(name, root, os.path.join(root, "build", "release"))
    if not os.access(tree.program("worker"), os.X_OK):
        build(root)
    return tree
