# SPDX-License-Identifier: BSL-1.0
"""The server over a database of PostgreSQL, on a cluster of this test's own."""

from caller import Caller, MEMBERSHIPS
from cluster import Cluster
from harness import Server, check, equal, refused, run_checks
from test_durable import kill, make_world, whole


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
