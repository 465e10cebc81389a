#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures what the library costs to compile, and what it adds to a program.

    benchmarks/compile_cost/compile_cost.py [--check] [--json FILE] [--pairs COUNT]
                                            [--include DIRECTORY]

Of core.hpp, membership.hpp and the first program of README.md it counts the preprocessed lines
(g++-12 -E, with line markers and blank lines), the template instantiations (clang++-19), and the
CPU time against a yardstick: the headers that a user of the library has anyway. The time is the
median of pairs of runs (-fsyntax-only), the yardstick and the header in turn. Then it compares the
size of a program that creates one membership with that of an empty one (-O2, stripped).

--check: only lines and instantiations, which are the same in every run; exit 1 where one is above
its limit. --json: writes all figures to FILE.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
gcc = "g++-12"
clang = "clang++-19"
yardstick = ["string", "vector", "optional", "string_view", "tl/expected.hpp"]

Limits = collections.namedtuple("Limits", "lines_target ratio_target lines instantiations")
# The targets (None: there is none), and what --check allows: the lines of the target, or
# where that is missed those of today, rounded up to the next hundred; the instantiations of today
# and 2 %.
limits = {
    "core.hpp": Limits(58_000, 1.1, 58_000, 2_574),
    "membership.hpp": Limits(72_000, 1.75, 72_000, 4_800),
    "quickstart": Limits(None, None, 75_900, 10_841),
}


def fail(message):
    sys.exit(f"error: {message}")


def run(command, what):
    """What a command prints; ends this program with one line where it fails."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = done.stderr.splitlines()
        first = next((line for line in said if "error" in line), said[0] if said else "no message")
        fail(f"{what}: {command[0]} exits with {done.returncode}: {first}")
    return done.stdout


def includes(headers):
    return "".join(f"#include <{header}>\n" for header in headers)


def quickstart():
    """The first C++ program of README.md."""
    block = re.search(r"^```cpp\n(.*?)^```$", (root / "README.md").read_text(),
                      re.MULTILINE | re.DOTALL)
    if block is None or "int main(" not in block.group(1):
        fail("the first ```cpp block of README.md is no program")
    return block.group(1)


class Unit:
    """A translation unit that is measured."""

    def __init__(self, name, text, directory, include):
        self.name = name
        self.source = directory / f"{pathlib.Path(name).stem}.cpp"
        self.source.write_text(text)
        self.arguments = ["-std=c++20", f"-I{include}", str(self.source)]

    def lines(self):
        return run([gcc, *self.arguments, "-E"], self.name).count("\n")

    def instantiations(self):
        """How often clang instantiates each class and each function."""
        trace = self.source.with_suffix(".json")
        # The driver ignores -ftime-trace with -fsyntax-only. Granularity 0: else the trace has only
        # what takes longer than 500 microseconds, which no two runs agree on.
        run([clang, *self.arguments, "-fsyntax-only", "-Xclang", f"-ftime-trace={trace}",
             "-Xclang", "-ftime-trace-granularity=0"], self.name)
        kinds = ("InstantiateClass", "InstantiateFunction")
        return collections.Counter(
            (event["name"], event["args"]["detail"])
            for event in json.loads(trace.read_text())["traceEvents"] if event["name"] in kinds)

    def cpu_seconds(self):
        """User and system time of one run of the compiler."""
        process = subprocess.Popen([gcc, *self.arguments, "-fsyntax-only"])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            fail(f"{self.name}: {gcc} exits with {process.returncode}")
        return usage.ru_utime + usage.ru_stime


def measure_times(base, units, pairs):
    """The yardstick's seconds, and per unit the ratio of each pair. In every second pair the unit
    comes first, so that a machine that slows down slows neither side more."""
    for unit in (base, *units):
        unit.cpu_seconds()  # the files are in the cache afterwards
    seconds, ratios = [], {unit.name: [] for unit in units}
    for pair in range(pairs):
        for unit in units:
            first, second = (base, unit) if pair % 2 == 0 else (unit, base)
            taken = {first: first.cpu_seconds(), second: second.cpu_seconds()}
            seconds.append(taken[base])
            ratios[unit.name].append(taken[unit] / taken[base])
    return statistics.median(seconds), ratios


def binary_size(name, include, directory):
    """Bytes of a program, -O2 and stripped. It must run: one that fails is not what is meant."""
    program = directory / name
    run([gcc, "-std=c++20", "-O2", "-s", f"-I{include}", str(here / f"{name}.cpp"),
         "-o", str(program)], name)
    run([str(program)], name)
    return program.stat().st_size


def verdict(value, target, form):
    """A target with what became of it."""
    if target is None:
        return ""
    return form.format(target) + (" missed" if value > target else " met")


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())


def print_figures(figures):
    base = figures["yardstick"]
    timed = "seconds" in base
    head = ["", "lines", "limit", "target"]
    first = ["yardstick", f"{base['lines']:,}", "", ""]
    if timed:
        head += ["CPU time", "target"]
        first += [f"{base['seconds']:.2f} s", ""]
    rows = [head + ["instantiations", "limit", "beyond the yardstick"],
            first + [f"{base['instantiations']:,}", "", ""]]
    for name, unit in figures["units"].items():
        limit = limits[name]
        row = [name, f"{unit['lines']:,}", f"{limit.lines:,}",
               verdict(unit["lines"], limit.lines_target, "{:,}")]
        if timed:
            row += [f"{unit['ratio']:.2f} x", verdict(unit["ratio"], limit.ratio_target, "{} x")]
        row += [f"{unit['instantiations']:,}", f"{limit.instantiations:,}",
                f"{unit['instantiations_beyond_yardstick']:,}"]
        rows.append(row)
    print_table(rows)
    if "bytes" in figures:
        empty, one = figures["bytes"]["empty"], figures["bytes"]["one_membership"]
        print()
        print_table([["program, -O2, stripped", "bytes"], ["empty", f"{empty:,}"],
                     ["creates one membership", f"{one:,}"], ["difference", f"{one - empty:,}"]])


def above_limits(figures):
    """A line for each figure above its limit."""
    for name, unit in figures["units"].items():
        for kind in ("lines", "instantiations"):
            limit = getattr(limits[name], kind)
            if unit[kind] > limit:
                yield (f"{name}: {unit[kind]:,} {kind}, the limit is {limit:,}"
                       f" (the yardstick has {figures['yardstick'][kind]:,})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--pairs", type=int, default=7, metavar="COUNT")
    parser.add_argument("--include", default=str(root / "include"), metavar="DIRECTORY")
    options = parser.parse_args()
    if options.pairs < 1:
        fail("--pairs is at least 1")
    for compiler in (gcc, clang):
        if shutil.which(compiler) is None:
            fail(f"{compiler} is not installed")

    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        texts = {"core.hpp": includes(["membership/core.hpp"]),
                 "membership.hpp": includes(["membership/membership.hpp"]),
                 "quickstart": quickstart()}
        units = [Unit(title, text, directory, options.include) for title, text in texts.items()]
        base = Unit("yardstick", includes(yardstick), directory, options.include)

        of_base = base.instantiations()
        figures = {
            "compilers": [run([compiler, "--version"], compiler).splitlines()[0]
                          for compiler in (gcc, clang)],
            "yardstick": {"lines": base.lines(), "instantiations": of_base.total()},
            "units": {},
        }
        for unit in units:
            counted = unit.instantiations()
            figures["units"][unit.name] = {
                "lines": unit.lines(),
                "instantiations": counted.total(),
                "instantiations_beyond_yardstick": (counted - of_base).total(),
                "limits": limits[unit.name]._asdict(),
            }
        if not options.check:
            seconds, ratios = measure_times(base, units, options.pairs)
            figures["yardstick"]["seconds"] = seconds
            for unit in units:
                of_unit = ratios[unit.name]
                figures["units"][unit.name] |= {"ratio": statistics.median(of_unit),
                                                "ratios": of_unit}
            figures["bytes"] = {name: binary_size(name, options.include, directory)
                                for name in ("empty", "one_membership")}
    print_figures(figures)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if options.check:
        above = list(above_limits(figures))
        for line in above:
            print(f"error: {line}", file=sys.stderr)
        if above:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
