"""./dev bench scaling [NAME…] [--rounds N] [--seconds S]

Measures cases with 1 to 3 gateways and 1 to 4 workers on all processors of this machine, and with
one gateway and one worker on one processor; load generator and PostgreSQL share the processors. The
figures of CPU are the input of the model in FINDINGS.md.
"""

import argparse
import os
import statistics
import sys

import report
from cases import CASES
from stack import Stack
from tree import ROOT

GATEWAYS, WORKERS = (1, 2, 3), (1, 2, 3, 4)
WARM_UP = 1  # seconds


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench scaling", description=__doc__.split("\n\n")[1])
    parser.add_argument("names", nargs="*", metavar="NAME", default=["topic", "post"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    known = {case.name: case for case in CASES}
    for name in set(options.names) - set(known):
        parser.error(f"there is no case {name}: ./dev bench --list prints them")
    return options, [known[name] for name in options.names]


class Grid:
    """The rates of a case by the number of gateways and workers."""

    def __init__(self, stack, options):
        self.stack, self.options = stack, options

    def once(self, case, gateways, workers):
        self.stack.gateways, self.stack.workers = gateways, workers
        self.stack.prepare(case.sessions, **case.settings)
        load = case.ours(self.stack)
        self.stack.begin()
        load.run(WARM_UP)
        return load.run(self.options.seconds)

    def median(self, case, gateways, workers):
        samples = [self.once(case, gateways, workers) for _ in range(self.options.rounds)]
        rate = statistics.median(sample.rate for sample in samples)
        print(f"{case.name}: {gateways} gateways, {workers} workers: {rate:,.0f}/s ({report.cpu(samples)} µs)", flush=True)
        return rate

    def table(self, case):
        rows = [[f"{case.title}, {gateways} gateways"]
                + [f"{self.median(case, gateways, workers):,.0f}" for workers in WORKERS] for gateways in GATEWAYS]
        return report.table(["requests a second", *(f"{workers} workers" for workers in WORKERS)], rows)


def on_one_processor(options, case):
    """Returns the rate with everything on one processor, PostgreSQL too: children inherit this."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    stack = Stack()
    try:
        stack.open()
        return Grid(stack, options).median(case, 1, 1)
    finally:
        stack.close()
        os.sched_setaffinity(0, every)


def main():
    options, cases = arguments()
    lines, stack = [], Stack()
    try:
        stack.open()
        for case in cases:
            lines += [*Grid(stack, options).table(case), ""]
    finally:
        stack.close()
    lines += [f"{case.title} with everything on one processor: {on_one_processor(options, case):,.0f}/s." for case in cases]
    text = "\n".join([*lines, ""])
    os.makedirs(report.DIRECTORY, exist_ok=True)
    with open(os.path.join(report.DIRECTORY, "scaling.md"), "w", encoding="utf-8") as file:
        file.write(text)
    print(f"\n{text}\nWritten: {os.path.relpath(report.DIRECTORY, ROOT)}/scaling.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
