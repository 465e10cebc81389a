# SPDX-License-Identifier: BSL-1.0
"""Load on the reference server over loopback, by wrk on the same cores.

usage: load.py SERVER [--seconds N] [--connections N,N,…] [--soak SECONDS]

Each call is sent as fast as answers come, for some seconds with each number of connections. Then,
with --soak, all of them mixed for so many seconds: the server must answer every request with 2xx, at the
end hold every membership whose creation it answered, and grow by no more than what they take.

A table on stdout, progress on stderr. Exits 1 where something does not hold. Rates are reported and
judged by nobody: they are of this machine and this hour."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests/server"))
from caller import MEMBERSHIPS, Caller  # noqa: E402  pylint: disable=wrong-import-position
from harness import KEY, Server, request  # noqa: E402  pylint: disable=wrong-import-position

ORGANIZATIONS = 1000
MEMBERS_OF_EACH = 100
NEW_USERS = 20_000  # times the organizations: the pairs that can be created
SAMPLE = 10  # seconds between looks at the memory
MOST_BYTES = 400  # for each membership: the store needs 250, and its tables grow in steps
CALLS = ("create", "create_once", "get", "list", "check")
MEANING = {"create": "create a membership",
           "create_once": "the same with an Idempotency-Key",
           "get": "get a membership", "list": "list of 10 members",
           "check": "permission check"}


def world():
    """100 members in each of 1000 organizations, and users to make memberships of."""
    return {
        "permissions": [{"slug": "documents:read"}],
        "roles": [{"slug": "member", "permissions": ["documents:read"]}],
        "users": [{"id": f"{kind}_{i}", "email": f"{kind}{i}@example.com"}
                  for kind, count in (("user", ORGANIZATIONS), ("new", NEW_USERS))
                  for i in range(count)],
        "organizations": [{"id": f"org_{i}", "name": f"Organization {i}"}
                          for i in range(ORGANIZATIONS)],
        "memberships": [{"user_id": f"user_{(i + 7 * k) % ORGANIZATIONS}",
                         "organization_id": f"org_{i}"}
                        for i in range(ORGANIZATIONS) for k in range(MEMBERS_OF_EACH)],
    }


def pages(caller, organization):
    """All pages of an organization's members, as they are sent."""
    target = f"{MEMBERSHIPS}?organization_id={organization}&limit=100"
    after = ""
    while after is not None:
        body = caller.send("GET", target + after).body
        yield body
        found = re.search(rb'"after":(?:null|"(\w+)")\}\}$', body)
        after = f"&after={found[1].decode()}" if found[1] else None


def wrk(server, connections, seconds, calls, **settings):
    env = dict(os.environ, KEY=KEY, CALLS=calls, ORGANIZATIONS=str(ORGANIZATIONS),
               AHEAD=str(min(60_000 * seconds, 600_000)), **settings)
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s",
         "-s", HERE / "load.lua", f"http://127.0.0.1:{server.port}"],
        env=env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(re.search("^RESULT (.*)$", done.stdout, re.MULTILINE)[1])


def stored(server):
    """How many memberships the server holds, counted row by row."""
    caller = Caller(server)
    return sum(page.count(b'"object":"organization_membership"')
               for i in range(ORGANIZATIONS) for page in pages(caller, f"org_{i}"))


def memory(server):
    """What the server has in memory, in bytes."""
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024


def expect(holds, what):
    print(f"{'holds' if holds else 'FAILS'}: {what}", flush=True)
    return holds


def created(page):
    """The memberships that the server's metrics say it created."""
    found = re.search(r'^membership_http_requests_total\{route="' + MEMBERSHIPS +
                      r'",method="POST",status="201"\} (\d+)$', page, re.MULTILINE)
    return int(found[1]) if found else 0


class Sampler(threading.Thread):
    """Looks again and again at how many memberships were created and at the server's memory."""

    def __init__(self, server):
        super().__init__()
        self.server, self.rows, self.ends = server, [], threading.Event()

    def run(self):
        client = self.server.connect(60)
        begun = time.monotonic()
        while True:
            text = client.send(request(target="/metrics")).answer(
                content_type="text/plain; version=0.0.4; charset=utf-8").body.decode()
            self.rows.append((created(text), memory(self.server)))
            print(f"  {time.monotonic() - begun:5.0f} s {self.rows[-1][0]:11,} created "
                  f"{self.rows[-1][1] / 1e6:7,.0f} MB", file=sys.stderr, flush=True)
            if self.ends.wait(SAMPLE):
                return

    def stop(self):
        self.ends.set()
        self.join()
        return self.rows


def measure(server, members, seconds, connections):
    """The table. Returns the first pair that no creation used, and whether all went well."""
    pair, well = 0, True
    print("| call | connections | requests/s | p50 | p99 |\n|---|---:|---:|---:|---:|")
    for call in CALLS:
        for count in connections:
            made = wrk(server, count, seconds, call, MEMBERS=members, FIRST_PAIR=str(pair))
            if call.startswith("create"):
                pair += made["requests"] + count  # the last of them were sent and not answered
            print(f"| {MEANING[call]} | {count} | {made['requests'] / made['seconds']:,.0f} "
                  f"| {made['p50_us']:,} µs | {made['p99_us']:,} µs |", flush=True)
            if made["refused"] + made["socket_errors"] > 0:
                well = expect(False, f"all answered with 2xx: {made}")
    return pair, well


def soak(server, members, seconds, pair):
    """Mixed calls for a long time: nothing refused, nothing lost, no growth but the data's."""
    before = stored(server)
    sampler = Sampler(server)
    sampler.start()
    made = wrk(server, 16, seconds, "create_once,get,list,check", MEMBERS=members,
               FIRST_PAIR=str(pair), COUNT_CREATED="1")
    rows = sampler.stop()
    after = stored(server)
    half = rows[len(rows) // 2]
    each = (rows[-1][1] - half[1]) / max(1, rows[-1][0] - half[0])
    print(f"\n{made['requests']:,} calls in {made['seconds']:.0f} s, "
          f"{made['requests'] / made['seconds']:,.0f} a second, p99 {made['p99_us']:,} µs; "
          f"{rows[0][1] / 1e6:,.0f} MB at the beginning, {rows[-1][1] / 1e6:,.0f} MB at the end")
    well = expect(made["refused"] + made["socket_errors"] == 0, "every call was answered with 2xx")
    # The last requests are answered when wrk has stopped listening.
    well &= expect(made["created"] <= after - before <= made["created"] + 16,
                   f"{made['created']:,} creations were answered, {after - before:,} are stored")
    well &= expect(each <= MOST_BYTES, f"in its second half the server grew by {each:.0f} bytes "
                   f"for each membership, of at most {MOST_BYTES}")
    quiet = memory(server)
    wrk(server, 16, max(1, seconds // 20), "get,list,check", MEMBERS=members, FIRST_PAIR="0")
    return well & expect(memory(server) - quiet < 1 << 20,
                         f"reads alone let it grow by {(memory(server) - quiet) / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", default="1,16,256")
    parser.add_argument("--soak", type=int, default=0)
    options = parser.parse_args()
    connections = [int(count) for count in options.connections.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        config, members = pathlib.Path(folder, "world.json"), pathlib.Path(folder, "members")
        config.write_text(json.dumps(world()), encoding="utf-8")
        with Server("--config", str(config)) as server:
            caller = Caller(server)
            lines = [f"{member['id']} {member['organization_id']}\n"
                     for i in range(ORGANIZATIONS) for page in pages(caller, f"org_{i}")
                     for member in json.loads(page)["data"]]
            assert len(lines) == ORGANIZATIONS * MEMBERS_OF_EACH, len(lines)
            members.write_text("".join(lines), encoding="ascii")
            pair, well = measure(server, str(members), options.seconds, connections)
            if options.soak > 0:
                well &= soak(server, str(members), options.soak, pair)
    sys.exit(0 if well else 1)


main()
