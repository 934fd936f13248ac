"""./dev bench [NAME…] [--against TREE] [--rounds N] [--seconds S] [--workers N] [--gateways N]
            [--list]

Measures the service against a reference in the same run: rounds of both, in turn. A round in which
other programs used more than a twentieth of the processors is repeated. The load generators run on
the same processors as the service, over loopback. PostgreSQL waits for the disk.

With --against, the reference of each case is the same case on the programs and migrations of a
commit, or of a directory with another source tree.
"""

import argparse
import os
import sys

import machine
import report
import tree
from cases import CASES
from load import joined
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
    parser.add_argument("--seconds", type=int, default=4, help="of each side of a round")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gateways", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the cases and exit")
    options = parser.parse_args()
    for name in set(options.names) - set(names):
        parser.error(f"there is no case {name}: --list prints them")
    return options


class Stacks:
    """A stack for each side and source tree of the run, opened when a case needs it."""

    def __init__(self, options):
        self.options, self.all = options, {}

    def of(self, role, name):
        if (role, name) not in self.all:
            source = tree.find(name) if name else tree.THIS
            self.all[role, name] = Stack(source, self.options.workers, self.options.gateways)
            self.all[role, name].open()
        return self.all[role, name]

    def close(self):
        for stack in self.all.values():
            stack.close()


class Side:
    """Ours or the reference of a case, on a stack of its own."""

    def __init__(self, stack, start, sessions, settings):
        self.stack, self.start, self.sessions, self.settings = stack, start, sessions, settings
        self.load, self.memory = None, {}

    def prepare(self):
        """Each round begins with fresh rows, a checkpoint and a warm-up."""
        self.stack.prepare(self.sessions, **self.settings)
        self.load = self.start(self.stack)
        self.stack.begin()
        self.load.run(WARM_UP)

    def quietest(self, seconds):
        """Returns the sample of the quietest attempt."""
        best = None
        for _ in range(REPEATS_MAX):
            sample = self.load.run(seconds)
            assert sample.count > 0, "nothing was answered"
            if best is None or sample.noise() < best.noise():
                best = sample
            if best.noise() <= NOISE_MAX:
                break
        self.memory = self.stack.memory()
        return best

    def at_rate(self, seconds, rate):
        """Returns None if the load generator has one speed only."""
        self.prepare()
        return self.load.run(seconds, rate) if self.load.has_rates else None


class Measurement:
    """The rounds of one case."""

    def __init__(self, stacks, case, options):
        self.case, self.options = case, options
        self.ours = Side(stacks.of("ours", ""), case.ours, case.sessions, case.settings)
        self.theirs = Side(stacks.of("reference", case.tree), case.reference,
                           case.reference_sessions or case.sessions, case.reference_settings)

    def round(self, number):
        """Both sides run at the same time and get load in turn: A B B A, and B A A B in the next
        round. So a machine that becomes slower or faster does it for both."""
        first, second = (self.ours, self.theirs) if number % 2 == 0 else (self.theirs, self.ours)
        samples = {first: [], second: []}
        for side in (first, second):
            side.prepare()
        for side in (first, second, second, first):
            samples[side].append(side.quietest(max(1, self.options.seconds // 2)))
        pair = joined(samples[self.ours]), joined(samples[self.theirs])
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
        """Returns the result, and leaves both sides stopped."""
        pairs = [self.round(number) for number in range(self.options.rounds)]
        halves = tuple(self.at_half_rate(side, samples)
                       for side, samples in zip((self.ours, self.theirs), zip(*pairs)))
        for side in (self.ours, self.theirs):
            side.stack.stop()
        return report.Result(self.case, pairs, halves, self.ours.memory)


def notes(options):
    """Says how the figures came about."""
    return [f"{os.cpu_count()} processors with the load generators on them, loopback, {options.gateways} gateways and "
            f"{options.workers} workers, 64 connections unless the case says otherwise; {options.rounds} rounds of "
            f"{options.seconds} s of each side in turns of half of it, after fresh rows, a checkpoint and {WARM_UP} s of "
            f"warm-up; medians. {ACCOUNTS} accounts with {TOPICS} topics each, and {SESSIONS_EACH} sessions each but for the "
            f"first, whose number the case says (1,000 else). PostgreSQL waits for the disk (fsync and "
            f"synchronous_commit on).", "", machine.idle_polling()]


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
