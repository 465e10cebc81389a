#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Prints the table of targets with what was measured, and plots cost against number of members.

    benchmarks/report.py FOLDER [--check] [--write DIRECTORY]

FOLDER holds what tools/bench.sh measured: the JSON of the benchmark programs, of instructions.py
and of compile_cost.py. Where a file or a row is missing the table says `not measured`. --check:
exit 1 where a count of instructions or allocations is above its target or was not measured; times
decide nothing. --write: also writes results.json and the plots (SVG, by matplotlib).
"""

import argparse
import json
import os
import pathlib
import platform
import sys


class Measured:
    """What the programs of a run have told, by their rows' names."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}
        for path in sorted(folder.glob("*.json")):
            try:
                self.files[path.stem] = json.loads(path.read_text())
            except ValueError:
                sys.exit(f"error: {path.name} is no JSON: it was not written to its end")
        self.rows = {name: self.rows_of(data) for name, data in self.files.items()
                     if "benchmarks" in data}

    @staticmethod
    def rows_of(data):
        rows = {}
        for row in data["benchmarks"]:
            if row.get("run_type") == "aggregate" and row.get("aggregate_name") != "median":
                continue
            rows[row.get("run_name", row["name"]).removesuffix("/real_time")] = row
        return rows

    def value(self, program, row, counter):
        return self.rows.get(program, {}).get(row, {}).get(counter)

    def sizes(self, program, operation):
        """What is behind the operation in the names of its rows, in their order."""
        prefix = operation + "/"
        return [row[len(prefix):] for row in self.rows.get(program, {}) if row.startswith(prefix)]


class Table:
    def __init__(self):
        self.lines = []

    def add(self, what, value, limit, unit="", at_least=False, counted=False):
        """`limit` None: there is no target, it is only told. `counted`: it is the same each time."""
        if value is None:
            verdict = "not measured"
        elif limit is None:
            verdict = ""
        else:
            good = value >= limit if at_least else value <= limit
            verdict = "met" if good else "missed"
        self.lines.append({"what": what, "value": value, "unit": unit, "target": limit,
                           "verdict": verdict, "counted": counted})

    def broken(self):
        return [line for line in self.lines
                if line["counted"] and line["verdict"] in ("missed", "not measured")]

    def show(self):
        print(f"{'what':66}{'measured':>12}{'target':>10}  verdict")
        for line in self.lines:
            value, limit = line["value"], line["target"]
            measured = "-" if value is None else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
            target = "" if limit is None else f"{limit:,g}"
            print(f"{line['what']:66}{(measured + ' ' + line['unit']).strip():>12}{target:>10}"
                  f"  {line['verdict']}")


def decide(table, measured):
    counted = measured.files.get("instructions", {})
    for case in counted or ["create-default", "create-one", "create-three"]:
        row = counted.get(case, {})
        for compiler, count in (row.get("instructions") or {"g++-12": None}).items():
            target = row.get("target") if compiler == "g++-12" else None
            table.add(f"decide {case}, instructions, {compiler}", count, target,
                      counted=target is not None)
    allocations = sum(row["allocations"] for row in counted.values()) if counted else None
    table.add("decide, allocations in all of these", allocations, 0, counted=True)
    table.add("permission check on a membership at hand, time",
              measured.value("decide", "permission_at_hand", "cpu_time"), 5, "ns")
    table.add("minting an id, time", measured.value("decide", "mint_id", "cpu_time"), 40, "ns")


def memory(table, measured):
    program = "memory_store"

    def ratio(title, operation, limit, counter="ratio"):
        for size in measured.sizes(program, operation):
            value = measured.value(program, f"{operation}/{size}", counter)
            if value is not None:
                table.add(f"{title}, {size}", value, limit, "x")

    # Both may be used by several threads; the one without a lock is shown beside.
    ratio("memory store, find / compact store with a mutex", "find", 1.15, "compact-mutex_ratio")
    ratio("memory store, find / compact store for one thread", "find", 1.15)
    ratio("memory store, find / flat map for one thread", "find", None, "flat-map_ratio")
    ratio("memory store, create / compact store with a mutex", "create", 1.2, "compact-mutex_ratio")
    ratio("memory store, create / compact store for one thread", "create", 1.2)
    ratio("memory store, fill / compact store for one thread", "fill", None)
    ratio("memory store, create with events and ids / compact store", "create-logged", None)
    ratio("memory store, deactivate / compact store for one thread", "deactivate", None)
    ratio("memory store, delete / compact store for one thread", "delete", None)
    ratio("permission check by strings / hash maps for one thread", "check", 1.3)
    for size in measured.sizes(program, "fill"):
        table.add(f"memory store, bytes of a membership, {size}",
                  measured.value(program, f"fill/{size}", "ours_member_bytes"), 250, "B")
        table.add(f"memory store, bytes of a user, {size}",
                  measured.value(program, f"fill/{size}", "ours_user_bytes"), None, "B")
    for operation in ("page-first", "page-middle", "page-last", "page-active"):
        for size in measured.sizes(program, operation):
            row = f"{operation}/{size}"
            table.add(f"{operation} of 10, a row visited, {size}",
                      measured.value(program, row, "ours_row_ns"),
                      None if operation == "page-active" else 10, "ns")
    for title, begin in (("find", "find/"), ("permission check by strings", "check/"),
                         ("pages of 10 as views", "page-")):
        counts = [row["allocations"] for name, row in measured.rows.get(program, {}).items()
                  if name.startswith(begin)]
        table.add(f"{title}, allocations, the most at any size", max(counts, default=None), 0,
                  counted=True)
    for operation in ("deactivate", "delete"):
        few = measured.value(program, f"{operation}/1M-in-tens", "ours_ns")
        many = measured.value(program, f"{operation}/1M-in-one", "ours_ns")
        table.add(f"{operation} in an organization of a million / in one of ten",
                  many / few if few and many else None, None, "x")
    for kind, limit in (("reads", 1.8), ("writes", 1.6)):
        table.add(f"two threads / one, {kind} in different organizations",
                  measured.value("memory_threads", kind, "two_to_one"), limit, "x", at_least=True)
        table.add(f"two threads / one, {kind} in one organization",
                  measured.value("memory_threads", kind + "-together", "two_to_one"), None, "x")


def sql(table, measured):
    for program, title in (("sqlite_store", "SQLite store"), ("postgres_store", "PostgreSQL store")):
        if program not in measured.rows:
            table.add(f"{title} / the same statements in plain C", None, 1.1, "x")
        for row in measured.rows.get(program, {}):
            table.add(f"{title} / the same statements in plain C, {row}",
                      measured.value(program, row, "ratio"), 1.1, "x")


def costs(table, measured):
    cost = measured.files.get("compile_cost", {})
    for name in ("core.hpp", "membership.hpp", "quickstart"):
        unit = cost.get("units", {}).get(name, {})
        limits = unit.get("limits", {})
        table.add(f"{name}, preprocessed lines", unit.get("lines"), limits.get("lines_target"))
        table.add(f"{name}, CPU time of compiling / yardstick", unit.get("ratio"),
                  limits.get("ratio_target"), "x")
        table.add(f"{name}, template instantiations", unit.get("instantiations"), None)
    sizes = cost.get("bytes")
    table.add("program that creates one membership, beyond an empty one",
              sizes["one_membership"] - sizes["empty"] if sizes else None, None, "B")


def plot(measured, directory):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({
        "svg.hashsalt": "membership", "svg.fonttype": "none", "font.size": 10,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.alpha": 0.3, "legend.frameon": False,
    })
    from matplotlib import pyplot

    members = {"1k": 1e3, "100k": 1e5, "1M": 1e6, "10M": 1e7}
    names = {"ours": "MemoryStore", "compact": "compact store, one thread",
             "compact-mutex": "compact store, mutex", "flat-map": "flat map, one thread",
             "strings": "standard containers", "maps": "hash maps, one thread"}

    def draw(title, file, lines, unit):
        figure, axes = pyplot.subplots(figsize=(6.4, 3.6))
        for number, (name, points) in enumerate(lines.items()):
            points = sorted(points)
            axes.plot([x for x, _ in points], [y for _, y in points], marker="o", markersize=4,
                      linewidth=2.2 if number == 0 else 1.2, label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("members")
        axes.set_ylabel(f"{unit} a call")
        axes.set_title(title, loc="left")
        axes.legend(fontsize=8)
        figure.savefig(directory / file, format="svg", bbox_inches="tight",
                       metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
        first, rest = (directory / file).read_text().split("\n", 1)
        licence = "<!-- SPDX-License-Identifier: BSL-1.0 -->"
        # The library ends lines with blanks.
        text = "\n".join(line.rstrip() for line in [first, licence, *rest.split("\n")])
        (directory / file).write_text(text)

    for operation, title in (("create", "One membership created"), ("find", "One membership found"),
                             ("check", "One permission checked by strings"),
                             ("page-middle", "A page of ten")):
        lines = {}
        for side, name in names.items():
            points = [(count, measured.value("memory_store", f"{operation}/{size}", side + "_ns"))
                      for size, count in members.items()]
            points = [point for point in points if point[1] is not None]
            if points:
                lines[name] = points
        if lines:
            draw(title, f"memory-{operation}.svg", lines, "ns")
    for operation, title in (("lookup", "One membership found"),
                             ("create", "One membership created"), ("list-of-10", "A page of ten")):
        lines = {}
        for program, place, name in (("sqlite_store", "file", "SQLite"),
                                     ("postgres_store", "", "PostgreSQL")):
            for side, who in (("ours", f"{name}: store"), ("plain", f"{name}: plain C")):
                points = []
                for size, count in members.items():
                    row = f"{operation}/{place}-{size}" if place else f"{operation}/{size}"
                    value = measured.value(program, row, side + "_us")
                    if value is not None:
                        points.append((count, value))
                if points:
                    lines[who] = points
        if lines:
            draw(title, f"sql-{operation}.svg", lines, "microseconds")


def machine():
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    return {"processor": model or platform.machine(), "cores": os.cpu_count()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", type=pathlib.Path, metavar="DIRECTORY")
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"error: {options.folder} is no folder")
    measured = Measured(options.folder)
    table = Table()
    for part in (decide, memory, sql, costs):
        part(table, measured)
    table.show()
    missed = sum(1 for line in table.lines if line["verdict"] == "missed")
    print(f"{missed} missed, {sum(1 for line in table.lines if line['verdict'] == 'met')} met")
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"machine": machine(), "targets": table.lines}, indent=1)
        (options.write / "results.json").write_text(text + "\n")
        plot(measured, options.write)
    for line in table.broken() if options.check else []:
        print(f"error: {line['what']}: {line['value']}, target {line['target']}", file=sys.stderr)
    return 1 if options.check and table.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
