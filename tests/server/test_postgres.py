# SPDX-License-Identifier: BSL-1.0
"""The server over a database of PostgreSQL, on a cluster of this test's own."""

import os
import shutil
import socket
import subprocess
import tempfile

from caller import Caller, MEMBERSHIPS
from harness import Server, check, equal, refused, run_checks
from test_durable import kill, make_world, whole

BIN = "/usr/lib/postgresql/15/bin/"


class Cluster:
    """A server of PostgreSQL on a free port; root runs it as the user postgres."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.data = os.path.join(self.folder, "data")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "tester", "-E", "UTF8",
                 "--locale=C", "--no-sync")
        self.start()

    def run(self, program, *arguments):
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run([*(owner if os.geteuid() == 0 else []), BIN + program, *arguments],
                       check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.data, "log"), "-o",
                 f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
                 "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    @property
    def url(self):
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)


@check
def survives_kills_of_both(_):
    with Cluster() as cluster:
        server = Server("--store", cluster.url)
        call = Caller(server)
        member = make_world(call)
        before = whole(call)
        kill(server)
        with Server("--store", cluster.url) as server:
            call = Caller(server)
            equal(whole(call), before)
            cluster.stop()
            away = call.send("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")
            equal((away.status, "retry-after" in away.headers), (503, True))
            cluster.start()
            equal(whole(call), before)
            call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")


@check
def a_database_that_is_none(_):
    with Cluster() as cluster:
        line = refused(1, "--api-key", "k", "--store", cluster.url + "-not")
        assert 'database "postgres-not" does not exist' in line, line
        url = cluster.url
    line = refused(1, "--api-key", "k", "--store", url)
    assert "Connection refused" in line, line


if __name__ == "__main__":
    raise SystemExit(run_checks())
