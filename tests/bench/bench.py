"""./dev bench [NAME…] [--against TREE] [--rounds N] [--seconds S] [--workers N] [--gateways N] [--list]

Measures the service against a reference in the same run: rounds of both, in turn. A round in which
other programs used more than a twentieth of the processors is repeated. The load generators run on
the same processors as the service, over loopback. PostgreSQL waits for the disk.

With --against, the reference of each case is the same case on the programs and migrations of a
commit, or of a directory with another source tree.
"""

import argparse
import os
import sys

import report
import tree
from cases import CASES
from stack import ACCOUNTS, SESSIONS_EACH, TOPICS, Stack

NOISE_MAX = 0.05
REPEATS_MAX = 3  # of one noisy round
WARM_UP = 2  # seconds


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n\n")[1])
    names = [case.name for case in CASES]
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases to run: " + ", ".join(names))
    parser.add_argument("--against", metavar="TREE", help="a commit, or a directory with another source tree")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each side of a round")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gateways", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the cases and exit")
    options = parser.parse_args()
    for name in set(options.names) - set(names):
        parser.error(f"there is no case {name}: --list prints them")
    return options


class Stacks:
    """A stack for each source tree of the run, opened when a case needs it."""

    def __init__(self, options):
        self.options, self.by_tree = options, {}

    def of(self, name):
        if name not in self.by_tree:
            source = tree.find(name) if name else tree.THIS
            self.by_tree[name] = Stack(source, self.options.workers, self.options.gateways)
            self.by_tree[name].open()
        return self.by_tree[name]

    def stop_all(self):
        for stack in self.by_tree.values():
            stack.stop()

    def close(self):
        for stack in self.by_tree.values():
            stack.close()


class Side:
    """Ours or the reference: each run begins with fresh rows, a checkpoint and a warm-up."""

    def __init__(self, stacks, source, load, rows):
        self.stacks, self.source, self.load = stacks, source, load
        self.sessions, self.settings = rows
        self.memory = {}

    def ready(self):
        stack = self.stacks.of(self.source)
        self.stacks.stop_all()
        stack.prepare(self.sessions, **self.settings)
        load = self.load(stack)
        stack.begin()
        load.run(WARM_UP)
        return load

    def quietest(self, seconds):
        """Returns the sample of the quietest attempt."""
        load, best = self.ready(), None
        for _ in range(REPEATS_MAX):
            sample = load.run(seconds)
            assert sample.count > 0, "nothing was answered"
            if best is None or sample.noise() < best.noise():
                best = sample
            if best.noise() <= NOISE_MAX:
                break
        self.memory = self.stacks.of(self.source).memory()
        return best

    def at_rate(self, seconds, rate):
        """Returns None if the load generator has one speed only."""
        load = self.ready()
        return load.run(seconds, rate) if load.has_rates else None


class Measurement:
    """The rounds of one case."""

    def __init__(self, stacks, case, options):
        self.case, self.options = case, options
        self.ours = Side(stacks, "", case.ours, (case.sessions, case.settings))
        self.theirs = Side(stacks, case.tree, case.reference,
                           (case.reference_sessions or case.sessions, case.reference_settings))

    def round(self, number):
        """Either side goes first in turn."""
        order = (self.ours, self.theirs) if number % 2 == 0 else (self.theirs, self.ours)
        samples = {side: side.quietest(self.options.seconds) for side in order}
        pair = samples[self.ours], samples[self.theirs]
        print(f"{self.case.name}: round {number + 1}: " + " against ".join(
            f"{report.shown(self.case, report.value_of(self.case, sample))} ({report.conditions(sample)})"
            for sample in pair), flush=True)
        return pair

    def at_half_rate(self, side, samples):
        if self.case.measure != "rate":
            return None
        rate = sorted(sample.rate for sample in samples)[len(samples) // 2] / 2
        return side.at_rate(self.options.seconds, rate)

    def run(self):
        pairs = [self.round(number) for number in range(self.options.rounds)]
        halves = tuple(self.at_half_rate(side, samples)
                       for side, samples in zip((self.ours, self.theirs), zip(*pairs)))
        return report.Result(self.case, pairs, halves, self.ours.memory)


def notes(options):
    """Says how the figures came about."""
    return [f"{os.cpu_count()} processors with the load generators on them, loopback, {options.gateways} gateways and "
            f"{options.workers} workers, 64 connections unless the case says otherwise; {options.rounds} rounds of "
            f"{options.seconds} s of each side, which begins with fresh rows, a checkpoint and {WARM_UP} s of warm-up; "
            f"medians. {ACCOUNTS} accounts with {TOPICS} topics each, and {SESSIONS_EACH} sessions each but for the "
            f"first, whose number the case says (1,000 else). PostgreSQL waits for the disk (fsync and "
            f"synchronous_commit on)."]


def main():
    options = arguments()
    chosen = [case for case in CASES if not options.names or case.name in options.names]
    if options.list:
        print("\n".join(f"{case.name:14} {case.title}: {case.against}" for case in CASES))
        return 0
    if options.against:
        chosen = [case.against_tree(options.against) for case in chosen]
    for name in {case.tree for case in chosen if case.tree}:
        tree.find(name)  # builds before anything is measured
    stacks = Stacks(options)
    try:
        results = [Measurement(stacks, case, options).run() for case in chosen]
    finally:
        stacks.close()
    report.write(results, notes(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
