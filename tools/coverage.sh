#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# What of include/membership the tests run, by lines and branches: a table by folder, the lines that
# are not run, and pages in build/coverage/report. Static tests count for nothing here: they are run
# by the compiler. A line of a template is run where one of its instances is.
set -u
. "$(dirname "$0")/lib.sh"

require_packages build tests ci
[ ! -d build/coverage ] || find build/coverage -name '*.gcda' -delete

suites=''
for suite in unit exhaustive property stores conformance concurrency explorer server postgres; do
  suites+=" --suite $suite"
done
# shellcheck disable=SC2086
CXX=g++-12 CXXFLAGS=-fprofile-update=atomic run_tests coverage "--buildtype=plain \
  -Db_coverage=true -Dtests=enabled -Dexamples=enabled -Dbenchmarks=disabled" \
  $suites --timeout-multiplier 10

say 'coverage'
report=build/coverage/report
rm -rf "$report" && mkdir -p "$report"
# Only where something ran: objects that no suite needs may be those of an older source.
mapfile -t run < <(find build/coverage -name '*.gcda' -printf '%h\n' | sort -u)
gcovr --gcov-executable gcov-12 --root . --filter include/membership/ -j "$(nproc)" \
  --exclude-throw-branches --exclude-unreachable-branches \
  --html-details "$report/index.html" --json "$report/coverage.json" "${run[@]}" \
  >"$report/gcovr.log" 2>&1 || { tail -n 20 "$report/gcovr.log" && die 'gcovr failed'; }
python3 - "$report/coverage.json" <<'PY'
import collections
import json
import sys


def ranges(lines):
    """3, 4, 5, 9 -> 3-5, 9. Lines that hold no code join what is around them."""
    texts, first = [], 0
    for at, (_, number) in enumerate(lines):
        if at + 1 == len(lines) or lines[at + 1][0] != lines[at][0] + 1:
            begin = lines[first][1]
            texts.append(str(begin) if begin == number else f"{begin}-{number}")
            first = at + 1
    return ", ".join(texts)


folders = collections.defaultdict(lambda: [0, 0, 0, 0])
bare = []
for file in json.load(open(sys.argv[1]))["files"]:
    path = file["file"].removeprefix("include/membership/")
    missed = []
    code = [line for line in file["lines"] if not line.get("gcovr/noncode")]
    for place, line in enumerate(code):
        run = [line["count"] > 0] + [branch["count"] > 0 for branch in line["branches"]]
        missed += [] if run[0] else [(place, line["line_number"])]
        for key in (path.rpartition("/")[0] or ".", "all"):
            for at, count in enumerate((1, run[0], len(run) - 1, sum(run[1:]))):
                folders[key][at] += count
    if missed:
        bare.append(f"{path}: {ranges(missed)}")
print("{:22}{:>7}{:>8}{:>10}{:>8}".format("folder", "lines", "run", "branches", "taken"))
for folder, (lines, run, branches, taken) in sorted(folders.items(), key=lambda f: f[0] == "all"):
    print("{:22}{:>7}{:>7.1f}%{:>10}{:>7.1f}%".format(
        folder, lines, 100 * run / max(lines, 1), branches, 100 * taken / max(branches, 1)))
print("\nlines that are not run:", *bare, sep="\n")
PY
finish
