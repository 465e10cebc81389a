# SPDX-License-Identifier: BSL-1.0
"""A capacity plan on paper for the PostgreSQL store, from row sizes that it measures.

usage: capacity.py FILL_PROGRAM [options]      (tools/capacity.sh builds the program)

Starts a server of PostgreSQL of its own in a temporary folder, fills a store through the library
(FILL_PROGRAM is built from capacity_fill.cpp), and prints in Markdown: the bytes of each table and
index per row, how fast commits are, and what 1 million to 1 billion memberships need by the
assumptions, which are options and are printed too. --check: in a small form, which is compared with
what must come out.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/server"))
from cluster import Cluster  # noqa: E402  pylint: disable=wrong-import-position

SIZES = (10**6, 10**7, 10**8, 10**9)
TABLES = ("memberships", "users", "claims", "organizations", "organization_profiles", "events",
          "plans")


# Vacuumed by this program, so that two runs measure the same.
SETTINGS = ("shared_buffers=512MB", "max_wal_size=4GB", "autovacuum=off")


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--check", action="store_true", help="a small form, compared")
    parser.add_argument("--memberships", type=int, default=200_000, help="that are filled in")
    parser.add_argument("--per-organization", type=float, default=100, help="memberships")
    parser.add_argument("--per-user", type=float, default=1.3, help="memberships")
    parser.add_argument("--changes", type=float, default=0.01, help="of each membership, a day")
    parser.add_argument("--event-days", type=float, default=90, help="for which events are kept")
    parser.add_argument("--peak", type=float, default=10, help="the busiest second to the average")
    parser.add_argument("--slack", type=float, default=1.5,
                        help="dead rows, loose pages and free room, to the bytes measured")
    parser.add_argument("--shard-gb", type=float, default=200, help="of one shard")
    parser.add_argument("--replicas", type=int, default=2, help="of each shard, beside itself")
    parser.add_argument("--seconds", type=float, default=5, help="for which commits are measured")
    parser.add_argument("--threads", type=int, default=8, help="that commit")
    for name in ("one", "many", "bulk"):
        parser.add_argument(f"--commits-{name}", type=float, help="a second, instead of measuring")
    options = parser.parse_args()
    if options.check:
        options.memberships, options.per_organization, options.seconds = 2_000, 20, 0.2
    return options


def measure_sizes(cluster):
    """Of each table its rows and the bytes of its heap and of each index."""
    sizes = {}
    for table in TABLES:
        name = f"membership.{table}"
        ((rows, heap),) = cluster.rows(f"SELECT count(*), pg_table_size('{name}') FROM {name}")
        indexes = cluster.rows("SELECT indexrelid::regclass, pg_relation_size(indexrelid)"
                               f" FROM pg_index WHERE indrelid = '{name}'::regclass ORDER BY 1")
        sizes[table] = {"rows": int(rows), "heap": int(heap)}
        for index, size in indexes:
            sizes[table][index.removeprefix("membership.")] = int(size)
    return sizes


def bytes_per_row(half, full):
    """What a further row takes: the first ones have pages for themselves."""
    result = {}
    for table in TABLES:
        more = full[table]["rows"] - half[table]["rows"]
        result[table] = {part: (size - half[table].get(part, 0)) / more
                         for part, size in full[table].items() if part != "rows"}
    return result


def measure(options):
    def ask(*arguments):
        done = subprocess.run([options.program, cluster.url, *map(str, arguments)], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)

    with Cluster(*SETTINGS, "fsync=off") as cluster:
        steps = 10
        users, placed, placing = 0, 0, 0.0
        for step in range(1, steps + 1):
            made = ask("fill", users, options.memberships // steps, options.per_organization,
                       options.per_user)
            users += made["users"]
            # As it goes on in use: an event gets its place, and what that leaves is used again.
            place = ask("place")
            placed, placing = placed + place["events"], placing + place["seconds"]
            cluster.rows("VACUUM ANALYZE")
            if step == steps // 2:
                half = measure_sizes(cluster)
        full = measure_sizes(cluster)
        rates = {name: getattr(options, f"commits_{name}") for name in ("one", "many", "bulk")}
        if None in rates.values():
            cluster.start(*SETTINGS, "fsync=on", how="restart")
            measured = ask("commits", options.seconds, options.threads)
            rates = {name: rates[name] or measured[name] for name in rates}
        rates["placing"] = placed / placing
        return half, full, rates


def rows_of(options, memberships):
    users = memberships / options.per_user
    organizations = memberships / options.per_organization
    changes = memberships * options.changes
    return {"memberships": memberships, "users": users, "claims": users,
            "organizations": organizations, "organization_profiles": organizations,
            "events": changes * options.event_days, "plans": changes * (options.event_days + 1)}


def plan(options, per_row, rates, memberships):
    rows = rows_of(options, memberships)
    parts = {table: {part: rows[table] * size for part, size in per_row[table].items()}
             for table in TABLES}
    heap = sum(table["heap"] for table in parts.values())
    total = sum(sum(table.values()) for table in parts.values())
    shard = options.shard_gb * 1e9
    changes = memberships * options.changes
    # Of an organization, and not of its users: they are kept apart.
    of_one = sum(rows_of(options, 1)[table] * sum(per_row[table].values())
                 for table in ("memberships", "events", "plans"))
    peak = changes / 86_400 * options.peak
    return {"rows": rows, "parts": parts, "heap": heap, "indexes": total - heap, "total": total,
            "shards": math.ceil(total * options.slack / shard),
            "copies": total * options.slack * (1 + options.replicas),
            "events a day": changes * sum(per_row["events"].values()),
            "peak": peak, "servers": math.ceil(peak / rates["many"]),
            "largest": shard / options.slack / of_one}


def rounded(number):
    return f"{number:.3g}" if number < 100 else f"{round(number, 2 - int(math.log10(number))):,.0f}"


def short(number, units=("", "thousand", "million", "billion")):
    """1234567 -> 1.23 million"""
    for power in range(len(units) - 1, 0, -1):
        if number >= 1000**power:
            return f"{rounded(number / 1000**power)} {units[power]}"
    return f"{rounded(number)} {units[0]}".strip()


def size_of(number):
    return short(number, ("B", "kB", "MB", "GB", "TB"))


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def report(options, per_row, rates, plans):
    print(f"Measured with {options.memberships:,} memberships, in bytes a row:\n")
    lines = []
    for name in TABLES:
        parts = per_row[name]
        indexes = ", ".join(f"{index.removeprefix(name + '_')} {size:.0f}"
                            for index, size in parts.items() if index != "heap")
        lines.append([name, f"{parts['heap']:.0f}", f"{sum(parts.values()) - parts['heap']:.0f}",
                      f"{sum(parts.values()):.0f}", indexes])
    print(table(["table", "heap", "indexes", "all", "each index"], lines))
    print(f"Measured with {options.threads} threads, a second:"
          f" {rounded(rates['one'])} commits in one organization, {rounded(rates['many'])} in many;"
          f" {rounded(rates['bulk'])} memberships made in bulk in one organization;"
          f" {rounded(rates['placing'])} events given their places.\n")
    print(f"Assumed: {options.per_organization:g} memberships an organization and"
          f" {options.per_user:g} a user; {options.changes:g} changes a day of each membership,"
          f" with an event each, which is kept for {options.event_days:g} days; the busiest second"
          f" {options.peak:g} times the average; {options.slack:g} times the bytes for dead rows,"
          f" loose pages and free room; {options.shard_gb:g} GB a shard; {options.replicas}"
          " replicas. Not counted: invitations, organizations' own roles, metadata.\n")
    columns = list(plans.values())
    print(table(["memberships", *map(short, plans)], [
        *[["rows of " + name.replace("_", " "), *(short(p["rows"][name]) for p in columns)]
          for name in TABLES if name not in ("claims", "organization_profiles")],
        ["rows, in bytes", *(size_of(p["heap"]) for p in columns)],
        ["indexes", *(size_of(p["indexes"]) for p in columns)],
        ["both, with slack", *(size_of(p["total"] * options.slack) for p in columns)],
        ["and with replicas", *(size_of(p["copies"]) for p in columns)],
        ["events a day, in bytes", *(size_of(p["events a day"]) for p in columns)],
        ["shards, by bytes", *(p["shards"] for p in columns)],
        ["commits in the busiest second", *(rounded(p["peak"]) for p in columns)],
        ["shards, by commits", *(p["servers"] for p in columns)],
    ]))
    last = columns[-1]
    print(f"Of {short(SIZES[-1])}, by table, without slack:\n")
    print(table(["table", "rows", "indexes", "each index"], [
        [name, size_of(parts["heap"]), size_of(sum(parts.values()) - parts["heap"]),
         ", ".join(f"{index.removeprefix(name + '_')} {size_of(size)}"
                   for index, size in parts.items() if index != "heap" and size >= 1e6)]
        for name, parts in last["parts"].items()]))
    per_commit = 86_400 / options.changes / options.peak
    print(f"- One organization is one row and cannot be spread. At {rounded(rates['one'])} commits"
          f" a second it may have {short(rates['one'] * per_commit)} memberships at the assumed"
          f" changes; with their events {short(last['largest'])} memberships fill a shard, and"
          f" {short(1_000_000)} are made in bulk in {rounded(1_000_000 / rates['bulk'] / 60)}"
          " minutes.\n"
          "- All events of an environment get their places one after another. At"
          f" {rounded(rates['placing'])} a second that is an environment of"
          f" {short(rates['placing'] * per_commit)} memberships at the assumed changes.")


def compare(options, full, per_row, rates, plans):
    rows = {name: full[name]["rows"] for name in TABLES}
    events = rows["users"] + rows["organizations"] + rows["memberships"]
    # Whatever was made has an event, and a tenth of the memberships was changed.
    assert rows["memberships"] == options.memberships, rows
    assert rows["organizations"] == rows["organization_profiles"] == 100, rows
    assert rows["claims"] == rows["users"] >= options.memberships / options.per_user - 10, rows
    assert events + 100 <= rows["events"] <= events + 500, rows
    assert rows["plans"] >= rows["events"], rows
    assert 100 < per_row["memberships"]["heap"] < 1_000, per_row
    assert "memberships_pair" in per_row["memberships"], per_row
    assert all(rate > 0 for rate in rates.values()), rates
    first, last = plans[SIZES[0]], plans[SIZES[-1]]
    assert last["shards"] > first["shards"] == 1, plans
    assert abs(last["total"] / first["total"] - 1_000) < 1, plans


def main():
    options = parse_arguments()
    options.program = str(pathlib.Path(options.program).resolve())
    half, full, rates = measure(options)
    if options.check:  # too few to tell further ones
        half = {name: {"rows": 0} for name in TABLES}
    per_row = bytes_per_row(half, full)
    plans = {size: plan(options, per_row, rates, size) for size in SIZES}
    report(options, per_row, rates, plans)
    if options.check:
        compare(options, full, per_row, rates, plans)


if __name__ == "__main__":
    main()
