#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Counts the instructions that one call costs this process under callgrind, ours beside plain C.

    benchmarks/store_instructions.py PROGRAM...

PROGRAM is bench-sqlite_store or bench-postgres_store, of whose server nothing is counted.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

times = 200


def count(program, directory):
    """Instructions of a call: operation -> side -> number."""
    file = directory / "callgrind.out"
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", program,
                    f"--calls={times}"], check=True, capture_output=True)
    listed = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", file],
                            check=True, text=True, stdout=subprocess.PIPE).stdout
    counted = collections.defaultdict(dict)
    for line in listed.splitlines():
        found = re.match(r"\s*([\d,]+) .*\bask_(\w+)<benchmarks::(Ours|Yardstick)<", line)
        if found:
            number = int(found.group(1).replace(",", "")) / times
            counted[found.group(2)][found.group(3)] = number
    return counted


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as name:
        for program in sys.argv[1:]:
            print(f"{pathlib.Path(program).name + ', instructions of a call':50}"
                  f"{'ours':>10}{'plain':>10}{'ratio':>8}")
            counted = count(program, pathlib.Path(name))
            if not counted:
                sys.exit("error: nothing was counted")
            for operation, sides in sorted(counted.items()):
                ours, plain = sides["Ours"], sides["Yardstick"]
                print(f"{operation:50}{ours:10.0f}{plain:10.0f}{ours / plain:8.3f}")


if __name__ == "__main__":
    main()
