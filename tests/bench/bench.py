"""./dev bench [NAME…] [--rounds N] [--seconds S] [--workers N] [--list]

Measures the service against a reference in the same run: rounds of both, in turn. A round in which
other programs used more than a twentieth of the processors is repeated. The load generators run on
the same processors as the service, over loopback. PostgreSQL waits for the disk.
"""

import argparse
import os
import sys

import report
from cases import CASES
from stack import OTHER_ACCOUNTS, SESSIONS_EACH, TOPICS, Stack

NOISE_MAX = 0.05
REPEATS_MAX = 3  # of one noisy round
WARM_UP = 2  # seconds


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n\n")[1])
    names = [case.name for case in CASES]
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases to run: " + ", ".join(names))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each side of a round")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the cases and exit")
    options = parser.parse_args()
    for name in set(options.names) - set(names):
        parser.error(f"there is no case {name}: --list prints them")
    return options


def quiet(side, seconds):
    """Returns the sample of the quietest attempt."""
    best = None
    for _ in range(REPEATS_MAX):
        sample = side.run(seconds)
        assert sample.count > 0, "nothing was answered"
        if best is None or sample.noise() < best.noise():
            best = sample
        if best.noise() <= NOISE_MAX:
            break
    return best


class Measurement:
    """One case on the stack."""

    def __init__(self, stack, case, options):
        self.stack, self.case, self.options = stack, case, options
        self.reference_sessions = case.reference_sessions or case.sessions

    def ours(self):
        self.stack.prepare(self.case.sessions, **self.case.settings)
        load = self.case.ours(self.stack)
        load.run(WARM_UP)
        return load

    def round(self):
        """Both sides on the same service, or each on its own rows and settings."""
        first = quiet(self.ours(), self.options.seconds)
        if self.reference_sessions != self.case.sessions or self.case.settings:
            self.stack.prepare(self.reference_sessions)
        theirs = self.case.reference(self.stack)
        theirs.run(WARM_UP)
        return first, quiet(theirs, self.options.seconds)

    def at_half_rate(self, pairs):
        rate = sorted(ours.rate for ours, _ in pairs)[len(pairs) // 2]
        return self.ours().run(self.options.seconds, rate / 2)

    def run(self):
        pairs = []
        for number in range(self.options.rounds):
            pairs.append(self.round())
            ours, theirs = pairs[-1]
            print(f"{self.case.name}: round {number + 1}: {report.shown(self.case, report.value_of(self.case, ours))}"
                  f" against {report.shown(self.case, report.value_of(self.case, theirs))}", flush=True)
        has_latency = self.case.measure == "rate" and pairs[0][0].latencies_us
        half = self.at_half_rate(pairs) if has_latency else None
        return report.Result(self.case, pairs, half, self.stack.memory())


def notes(options, results):
    memory = ", ".join(f"{name} {mib:.0f} MiB" for name, mib in results[-1].memory.items())
    return [f"{os.cpu_count()} processors with the load generators on them, loopback, {options.workers} workers, "
            f"64 connections unless the case says otherwise; {options.rounds} rounds of {options.seconds} s of each side "
            f"in turn, medians. {OTHER_ACCOUNTS} other accounts with {TOPICS} topics and {SESSIONS_EACH} sessions each. "
            f"PostgreSQL waits for the disk (fsync and synchronous_commit on).", "",
            f"Memory at the end: {memory}."]


def main():
    options = arguments()
    chosen = [case for case in CASES if not options.names or case.name in options.names]
    if options.list:
        print("\n".join(f"{case.name:12} {case.title}: {case.against}" for case in CASES))
        return 0
    stack = Stack(options.workers)
    try:
        stack.open()
        results = [Measurement(stack, case, options).run() for case in chosen]
    finally:
        stack.close()
    report.write(results, notes(options, results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
