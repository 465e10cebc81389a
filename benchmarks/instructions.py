#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Counts the instructions of one decision under callgrind, for each compiler named.

    benchmarks/instructions.py [--check] [--json FILE] [--include DIRECTORY] [COMPILER...]

Compiles decide_instructions.cpp and decide_more_instructions.cpp with -O2 (default compiler:
g++-12). --check: exit 1 where a count is above its target or anything is allocated. --json: writes
the counts as well.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
times = 640
# The targets, on g++ 12 -O2.
targets = {"create-default": 200, "create-one": 350, "create-three": 600}


def build(source, compiler, include, directory):
    program = directory / f"{source}-{pathlib.Path(compiler).name}"
    subprocess.run(
        [compiler, "-std=c++20", "-O2", "-DNDEBUG", f"-I{include}", str(here / f"{source}.cpp"),
         "-o", str(program)],
        check=True,
    )
    return program


def count(program, case, directory):
    """Instructions of one decision, and allocations of all."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*decide_once*",
         f"--callgrind-out-file={directory}/callgrind.out", str(program), case, str(times)],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    collected = re.search(r"Collected : (\d+)", run.stderr)
    allocated = re.search(r"(\d+) allocations", run.stdout)
    if not collected or not allocated:
        sys.exit(f"error: {case}: {run.stdout}{run.stderr}")
    return int(collected.group(1)) / times, int(allocated.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--include", default=str(here.parent / "include"))
    parser.add_argument("compilers", nargs="*", default=["g++-12"], metavar="COMPILER")
    options = parser.parse_args()

    failed = False
    report = {}
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        print(f"{'instructions per decision':36}"
              + "".join(f"{c:>14}" for c in options.compilers) + f"{'target':>10}")
        for source in ("decide_instructions", "decide_more_instructions"):
            programs = [build(source, c, options.include, directory) for c in options.compilers]
            cases = subprocess.run([programs[0]], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.split()
            for case in cases:
                measured = [count(p, case, directory) for p in programs]
                target = targets.get(case)
                allocations = sum(m[1] for m in measured)
                report[case] = {
                    "target": target,
                    "allocations": allocations,
                    "instructions": dict(zip(options.compilers, (round(m[0]) for m in measured))),
                }
                print(f"{case:36}" + "".join(f"{m[0]:14.0f}" for m in measured)
                      + f"{target if target else '':>10}")
                if target and any(m[0] > target for m in measured):
                    failed = True
                if allocations:
                    print(f"  {allocations} allocations")
                    failed = True
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    return 1 if options.check and failed else 0


if __name__ == "__main__":
    sys.exit(main())
