"""Prints the results of the benchmark, and writes them as a Markdown table and as a plot."""

import os
import statistics
import subprocess

from stack import ROOT

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


class Result:
    """The rounds of one case: pairs of samples, ours first."""

    def __init__(self, case, pairs, half, memory):
        self.case, self.pairs, self.half, self.memory = case, pairs, half, memory
        self.ours = [value_of(case, ours) for ours, _ in pairs]
        self.theirs = [value_of(case, theirs) for _, theirs in pairs]
        self.ratios = [a / b for a, b in zip(self.ours, self.theirs)]
        self.ratio = statistics.median(self.ratios)

    def is_met(self):
        return self.ratio <= self.case.must if self.case.measure == "p50" else self.ratio >= self.case.must

    def cpu(self):
        """Returns the microseconds of CPU of a request by process, the median of the rounds."""
        names = self.pairs[0][0].cpu
        return {name: statistics.median(ours.cpu[name] / ours.count * 1e6 for ours, _ in self.pairs)
                for name in names}

    def latencies(self):
        return " / ".join(f"{us / 1000:.2f}" for us in self.half.latencies_us) if self.half else ""

    def row(self):
        case = self.case
        sign = "≤" if case.measure == "p50" else "≥"
        noise = max(side.noise() for pair in self.pairs for side in pair)
        return [case.title, shown(case, statistics.median(self.ours)),
                " + ".join(f"{us:.1f}" for us in self.cpu().values()), self.latencies(), case.against,
                shown(case, statistics.median(self.theirs)), f"{self.ratio:.2f}",
                f"{min(self.ratios):.2f}–{max(self.ratios):.2f}", f"{sign} {case.must:g} ({case.aim:g})",
                "yes" if self.is_met() else "no", f"{noise * 100:.0f} %"]


HEAD = ["case", "ours", "CPU µs: gateway + worker + PostgreSQL", "p50 / p99 / p99.9 ms at half rate",
        "reference", "its figure", "ratio", "of the rounds", "must (aim)", "met", "other programs"]


def markdown(results, notes):
    lines = [" | ".join(HEAD), " | ".join("---" for _ in HEAD)]
    lines += [" | ".join(result.row()) for result in results]
    return "\n".join([*("| " + line + " |" for line in lines), "", *notes, ""])


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
