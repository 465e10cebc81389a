# SPDX-License-Identifier: BSL-1.0
"""The asynchronous server (examples/async_server) with many clients, on a cluster of this test's own.

Plan
  every verb and what it answers; what is malformed; the same after a restart      -> verbs
  many clients at once, each of which gets its own answers                         -> many_clients
  a client that is waiting for a row that another holds keeps no other waiting     -> nobody_waits
  a database that ends and comes back                                              -> comes_back
  no database: one line, and it ends                                               -> no_database
"""

import re
import socket
import subprocess
import sys
import threading

from cluster import Cluster

BINARY = sys.argv[1]
checks = []


def check(function):
    checks.append(function)
    return function


def equal(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


class AsyncServer:
    """A running server; ends with its input."""

    def __init__(self, cluster):
        self.process = subprocess.Popen([BINARY, cluster.url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on port (\d+)\n", line)
        assert match, f"unexpected first line {line!r}"
        self.port = int(match[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        equal(self.process.wait(timeout=20), 0)


class Client:
    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def __call__(self, line):
        self.send(line)
        return self.lines.readline().rstrip("\n")


@check
def verbs(cluster):
    with AsyncServer(cluster) as server:
        client = Client(server)
        for line, answer in [
                ("user ada", "created"), ("organization acme Acme", "created"),
                ("show acme ada", "nobody"), ("leave acme ada", "nobody"),
                ("join acme ada", "created"), ("show acme ada", "active member"),
                ("join acme ada", "refused organization_membership_already_exists"),
                ("leave acme ada", "updated"), ("show acme ada", "inactive member"),
                ("leave acme ada", "unchanged"), ("join acme ada", "reactivated"),
                ("join acme nobody", "refused entity_not_found"), ("user", "refused malformed"),
                ("dance acme ada", "refused unknown_verb"), ("", "refused malformed")]:
            equal((line, client(line)), (line, answer))
        client.send("x" * 5000)
        try:
            equal(client.lines.readline(), "")
        except ConnectionResetError:
            pass
    with AsyncServer(cluster) as server:
        equal(Client(server)("show acme ada"), "active member")


@check
def many_clients(cluster):
    with AsyncServer(cluster) as server:
        first = Client(server)
        for number in range(5):
            first(f"organization many_{number} Many")
        wrong = []

        def work(number):
            client = Client(server)
            user = f"user_{number}"
            got = [client(f"user {user}")]
            got += [client(f"join many_{each} {user}") for each in range(5)]
            got += [client(f"show many_{each} {user}") for each in range(5)]
            if got != ["created"] * 6 + ["active member"] * 5:
                wrong.append(got)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(wrong, [])


@check
def nobody_waits(cluster):
    with AsyncServer(cluster) as server:
        held, free = Client(server), Client(server)
        for line in ("user bea", "organization held Held", "organization free Free"):
            equal(free(line), "created")
        holder = cluster.session()
        holder.run("BEGIN; SELECT 1 FROM membership.organizations WHERE id = 'held' FOR UPDATE;")
        held.send("join held bea")
        equal(free("join free bea"), "created")
        equal(free("show free bea"), "active member")
        held.socket.settimeout(0.2)
        try:
            held.socket.recv(1, socket.MSG_PEEK)
            raise AssertionError("answered while the row was held")
        except TimeoutError:
            pass
        held.socket.settimeout(60)
        holder.run("COMMIT;")
        equal(held.lines.readline(), "created\n")
        holder.close()


@check
def comes_back(cluster):
    with AsyncServer(cluster) as server:
        client = Client(server)
        equal(client("organization back Back"), "created")
        cluster.stop()
        gone = client("show back ada")
        assert gone.startswith("failed "), gone
        cluster.start()
        equal(client("join back ada"), "created")


@check
def no_database(cluster):
    done = subprocess.run([BINARY, cluster.url + "-not"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    equal(done.returncode, 1)
    equal(len(done.stderr.splitlines()), 1)
    assert 'database "postgres-not" does not exist' in done.stderr, done.stderr


def main():
    failures = 0
    with Cluster() as cluster:
        for function in checks:
            try:
                function(cluster)
                print(f"{function.__name__}: ok")
            except Exception as error:  # pylint: disable=broad-except
                failures += 1
                print(f"{function.__name__}: FAILED: {type(error).__name__}: {error}")
    print(f"{len(checks)} checks, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
