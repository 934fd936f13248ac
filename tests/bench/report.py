"""Prints the results of the benchmark, and writes them as a Markdown table and as a plot."""

import os
import statistics
import subprocess

from tree import ROOT

DIRECTORY = os.path.join(ROOT, "build", "bench")

PLOT = """set terminal svg size 900,{height} font "sans,12" background "white"
set output "{directory}/bench.svg"
set title "Ratio to the reference of the same run (bars: lowest to highest round)"
set xrange [0:*]
set yrange [-0.6:{last}.6] reverse
set ytics nomirror
set grid x
set style fill solid 0.6
plot "{directory}/bench.dat" using 3:1:(0):3:($1-0.3):($1+0.3):ytic(2) with boxxyerror lc "#4477aa" notitle, \\
     "" using 3:1:4:5 with xerrorbars lc "black" pt 0 notitle, \\
     "" using 6:1 with points pt 9 lc "#cc3311" title "must reach"
"""


def value_of(case, sample):
    if case.measure == "p50":
        return float(sample.latencies_us[0])
    return sample.bytes / sample.seconds if case.measure == "bytes" else sample.rate


def shown(case, value):
    if case.measure == "p50":
        return f"{value:,.0f} µs"
    return f"{value / 1e6:,.0f} MB/s" if case.measure == "bytes" else f"{value:,.0f}/s"


def conditions(sample):
    """Returns what explains a strange figure: other programs, a slow machine, a busy load
    generator, the disk."""
    return (f"others {sample.noise() * 100:.0f} %, a message {sample.message_us:.1f} µs, "
            f"generator {sample.generator_share() * 100:.0f} %"
            + (f", sync {sample.sync_ms:.2f} ms" if sample.sync_ms else ""))


def in_ms(sample):
    if not sample or not sample.latencies_us:
        return ""
    return " / ".join(f"{us / 1000:.2f}" for us in sample.latencies_us) + f" at {sample.rate:,.0f}/s"


def cpu(samples):
    """Returns the microseconds of CPU of a request by process, the medians of the rounds."""
    medians = {name: statistics.median(sample.cpu_us()[name] for sample in samples) for name in samples[0].cpu}
    return ", ".join(f"{name} {us:.1f}" for name, us in medians.items() if us >= 0.05)


class Result:
    """The rounds of one case: pairs of samples, ours first; a pair at half the rate; our memory."""

    def __init__(self, case, pairs, halves, memory):
        self.case, self.halves, self.memory = case, halves, memory
        self.ours, self.theirs = zip(*pairs)
        self.ratios = [value_of(case, ours) / value_of(case, theirs) for ours, theirs in pairs]
        self.ratio = statistics.median(self.ratios)

    def median(self, samples):
        return shown(self.case, statistics.median(value_of(self.case, sample) for sample in samples))

    def goal(self):
        case = self.case
        if not case.must:
            return ["", ""]
        sign = "≤" if case.measure == "p50" else "≥"
        return [f"{sign} {case.must:g} ({case.aim:g})", "yes" if case.has_met(self.ratio) else "no"]

    def row(self):
        return [self.case.title, self.median(self.ours), self.case.against, self.median(self.theirs),
                f"{self.ratio:.2f}", f"{min(self.ratios):.2f}–{max(self.ratios):.2f}", *self.goal()]

    def cost(self):
        both = self.ours + self.theirs
        syncs = [sample.sync_ms for sample in both if sample.sync_ms]
        memory = ", ".join(f"{mib:.0f}" for mib in self.memory.values())
        return [self.case.title, cpu(self.ours), cpu(self.theirs), *map(in_ms, self.halves), memory,
                " / ".join(f"{statistics.median(side.generator_share() for side in samples) * 100:.0f} %"
                           for samples in (self.ours, self.theirs)),
                f"{min(syncs):.2f}–{max(syncs):.2f}" if syncs else "",
                f"{min(sample.message_us for sample in both):.1f}–{max(sample.message_us for sample in both):.1f}",
                f"{max(sample.noise() for sample in both) * 100:.0f} %"]


HEAD = ["case", "ours", "reference", "its figure", "ratio", "of the rounds", "must (aim)", "met"]
COSTS = ["case", "ours: µs of CPU of a request", "reference: the same",
         "ours: p50 / p99 / p99.9 ms at half rate", "reference: the same", "MiB of each gateway and worker",
         "load generator: share of a processor", "ms of a wait for the disk", "µs of CPU of a message over loopback",
         "other programs"]


def table(head, rows):
    return ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]


def markdown(results, notes):
    return "\n".join([*table(HEAD, [result.row() for result in results]), "",
                      *table(COSTS, [result.cost() for result in results]), "", *notes, ""])


def write_plot(results):
    with open(os.path.join(DIRECTORY, "bench.dat"), "w", encoding="utf-8") as file:
        for at, result in enumerate(results):
            file.write(f'{at} "{result.case.name}" {result.ratio} {min(result.ratios)} '
                       f"{max(result.ratios)} {result.case.must}\n")
    script = PLOT.format(directory=DIRECTORY, last=len(results) - 1, height=120 + 40 * len(results))
    subprocess.run(["gnuplot"], input=script, encoding="utf-8", check=True)


def write(results, notes):
    os.makedirs(DIRECTORY, exist_ok=True)
    text = markdown(results, notes)
    with open(os.path.join(DIRECTORY, "bench.md"), "w", encoding="utf-8") as file:
        file.write(text)
    write_plot(results)
    print("\n" + text)
    print(f"Written: {DIRECTORY}/bench.md and bench.svg")
