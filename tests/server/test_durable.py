# SPDX-License-Identifier: BSL-1.0
"""The server over a file of SQLite: what is there after a restart, also after a kill.

What the store itself promises is in tests/sqlite; here is what an operator sees: nothing answered
is lost, a configuration that changes between two starts is carried out on what is there, what a
killed server left half done is finished at the next start, and what is wrong with a file is said."""

import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time

from caller import MEMBERSHIPS, ORGANIZATIONS, ROLES, USERS, Caller, equal, ids, slugs
from harness import BINARY, KEY, Server, check, environment, refused, run_checks


# Of all types that happen here.
EVENTS = "/events?events=" + ",".join(
    f"{kind}.{what}" for kind in ("organization_membership", "organization", "user", "role",
                                  "organization_role", "permission")
    for what in ("created", "updated", "deleted")) + ",invitation.created"


class File:
    """A file of a store, and servers over it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.name = os.path.join(self.folder.name, "store.db")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def serve(self, *flags, configuration=None, stderr=None):
        if configuration is not None:
            path = os.path.join(self.folder.name, "configuration.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(configuration, file)
            flags = ("--config", path, *flags)
        return Server("--store", f"sqlite:{self.name}", *flags, stderr=stderr)

    def read(self, query):
        """What another program reads in the file; [] while a table is not there yet."""
        with sqlite3.connect(self.name, timeout=10) as database:
            return database.execute(query).fetchall()


def kill(server):
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.process.stdout.close()


def whole(call):
    """Everything that calls show."""
    shown = {}
    for path in (ORGANIZATIONS, USERS, "/user_management/invitations",
                 "/authorization/permissions"):
        shown[path] = call.ok("GET", f"{path}?limit=100")
    shown["events"] = call.ok("GET", f"{EVENTS}&limit=100")
    # A token is made with a secret that each start draws anew.
    for invitation in shown["/user_management/invitations"]["data"]:
        del invitation["token"], invitation["accept_invitation_url"]
    shown[ROLES] = call.ok("GET", ROLES)
    for organization in ids(shown[ORGANIZATIONS]):
        shown[organization] = call.members(
            f"organization_id={organization}&statuses=active,inactive,pending&limit=100")
        shown[f"{organization} roles"] = call.ok(
            "GET", f"/authorization/organizations/{organization}/roles")
    return shown


def make_world(call):
    """Something of every kind; a membership."""
    call.ok("POST", "/authorization/permissions", {"slug": "docs:read", "name": "Read"}, 201)
    call.role("admin")
    call.ok("PUT", f"{ROLES}/admin/permissions", {"permissions": ["docs:read"]})
    acme = call.ok("POST", ORGANIZATIONS, {
        "name": "Acme \"Ünited\"", "external_id": "acme", "metadata": {"tier": "gold", "a\tb": "ü"},
        "domain_data": [{"domain": "acme.example.com", "state": "verified"}]}, 201)
    call.ok("POST", f"/authorization/organizations/{acme['id']}/roles", {"name": "Billing"}, 201)
    ada = call.user("Ada@Example.com", first_name="Ada", metadata={"k": "v"})
    grace = call.user("grace@example.com")
    member = call.member({"user_id": ada["id"], "organization_id": acme["id"]}, role_slug="admin")
    gone = call.member({"user_id": grace["id"], "organization_id": acme["id"]})
    call.ok("PUT", f"{MEMBERSHIPS}/{gone['id']}/deactivate")
    call.ok("POST", "/user_management/invitations",
            {"email": "new@example.com", "organization_id": acme["id"], "role_slug": "admin"}, 201)
    return member


@check
def survives_an_end_and_a_kill(_):
    with File() as file:
        with file.serve() as server:
            call = Caller(server)
            member = make_world(call)
            before = whole(call)
        server = file.serve()
        call = Caller(server)
        equal(whole(call), before)
        equal(call.get(member), member)
        # The idempotency of a call that was answered before is of the process, its effect is not.
        call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}", {"role_slug": "member"})
        before = whole(call)
        kill(server)
        with file.serve() as server:
            call = Caller(server)
            equal(whole(call), before)
            call.ok("DELETE", f"{MEMBERSHIPS}/{member['id']}")
            last = call.ok("GET", f"{EVENTS}&order=desc&limit=1")["data"][0]
            equal((last["event"], last["data"]["id"]),
                  ("organization_membership.deleted", member["id"]))


@check
def an_event_cursor_outlives_a_restart(_):
    with File() as file:
        with file.serve() as server:
            call = Caller(server)
            make_world(call)
            page = call.ok("GET", f"{EVENTS}&limit=3")
        with file.serve() as server:
            call = Caller(server)
            rest = call.ok("GET", f"{EVENTS}&limit=100&after={page['list_metadata']['after']}")
            equal(ids(page) + ids(rest), ids(call.ok("GET", f"{EVENTS}&limit=100")))


@check
def an_accepted_token_of_another_start(_):
    with File() as file:
        with file.serve("--token-secret", "a-secret-of-sixteen") as server:
            sent = Caller(server).ok("POST", "/user_management/invitations",
                                     {"email": "new@example.com"}, 201)
        with file.serve("--token-secret", "a-secret-of-sixteen") as server:
            again = Caller(server).ok("GET", f"/user_management/invitations/{sent['id']}")
            equal(again["token"], sent["token"])
        with file.serve() as server:
            call = Caller(server)
            equal(call.ok("GET", f"/user_management/invitations/{sent['id']}")["token"], "")
            by_token = call.ok("GET", f"/user_management/invitations/by_token/{sent['token']}")
            equal(by_token["id"], sent["id"])


@check
def a_configuration_that_changes(_):
    first = {"multiple_roles": True,
             "roles": [{"slug": "owner"}, {"slug": "editor"}, {"slug": "viewer"}],
             "priority": ["owner", "editor"], "default_role": "viewer", "owner_role": "owner",
             "users": [{"id": "user_ada", "email": "ada@example.com"}, {"id": "user_bob"}],
             "organizations": [{"id": "org_acme", "name": "Acme"}],
             "memberships": [
                 {"user_id": "user_ada", "organization_id": "org_acme",
                  "roles": ["owner", "editor"]},
                 {"user_id": "user_bob", "organization_id": "org_acme",
                  "roles": ["editor", "viewer"]}]}
    with File() as file:
        with file.serve(configuration=first, stderr=subprocess.DEVNULL) as server:
            members = Caller(server).members("organization_id=org_acme&order=asc")["data"]
            equal([slugs(m) for m in members], [["owner", "editor"], ["editor", "viewer"]])
        # The same again does nothing.
        with file.serve(configuration=first, stderr=subprocess.PIPE) as server:
            call = Caller(server)
            equal(call.members("organization_id=org_acme&order=asc")["data"], members)
            events = len(call.ok("GET", f"{EVENTS}&limit=100")["data"])
            server.stop()
            equal((server.process.stderr.read(), server.wait()), ("", 0))
        # Nothing but flags: what is stored stays.
        with file.serve() as server:
            call = Caller(server)
            equal(call.members("organization_id=org_acme&order=asc")["data"], members)
            created = call.member({"user_id": call.user()["id"], "organization_id": "org_acme"})
            equal(slugs(created), ["viewer"])
            call.ok("DELETE", f"{MEMBERSHIPS}/{created['id']}")
        # Multiple Roles off, a role goes, another owner.
        second = {"multiple_roles": False, "roles": [{"slug": "boss"}], "owner_role": "boss",
                  "default_role": "member",
                  "remove_roles": [{"slug": "editor", "replacement": "viewer"}]}
        with file.serve(configuration=second, stderr=subprocess.PIPE) as server:
            call = Caller(server)
            now = call.members("organization_id=org_acme&order=asc")["data"]
            equal([slugs(m) for m in now], [["owner"], ["viewer"]])
            equal([m["id"] for m in now], [m["id"] for m in members])
            assert "editor" not in [r["slug"] for r in call.ok("GET", ROLES)["data"]]
            assert len(call.ok("GET", f"{EVENTS}&limit=100")["data"]) > events
            # Owners are counted by the new role now.
            call.ok("PUT", f"{MEMBERSHIPS}/{now[1]['id']}", {"role_slug": "boss"})
            equal(call.send("DELETE", f"{MEMBERSHIPS}/{now[1]['id']}").code(),
                  "last_owner_required")
            server.stop()
            told = server.process.stderr.read()
            for line in ("naming the owner role 'boss'", "switching Multiple Roles off",
                         "removing the role 'editor'"):
                assert line in told, f"{line!r} not in {told!r}"
            equal(server.wait(), 0)


def killed_while(file, marked, act):
    """Starts a call that takes long, and kills the server as soon as the file shows its mark."""
    server = file.serve()
    thread = threading.Thread(target=lambda: ended_by_kill(server, act))
    thread.start()
    deadline = time.monotonic() + 20
    while not file.read(marked):
        assert time.monotonic() < deadline, "the mark is never seen"
    kill(server)
    thread.join()
    assert file.read(marked), "the operation was over before the kill"


def ended_by_kill(server, act):
    try:
        act(Caller(server))
    except AssertionError:
        pass  # closed without an answer


def crowd(file, size, role):
    """An organization with many members of a role; its id."""
    with file.serve("--multiple-roles", "on") as server:
        call = Caller(server)
        call.role(role)
        organization = call.organization()["id"]
        for _ in range(size):
            call.member({"user_id": call.user()["id"], "organization_id": organization},
                        role_slug=role)
    return organization


@check
def a_deletion_that_a_kill_interrupts(_):
    size = 300
    with File() as file:
        organization = crowd(file, size, "crew")
        killed_while(file, "SELECT 1 FROM organizations WHERE phase = 'deleting'",
                     lambda call: call.send("DELETE", f"{ORGANIZATIONS}/{organization}"))
        with file.serve() as server:
            call = Caller(server)
            equal(call.send("GET", f"{ORGANIZATIONS}/{organization}").status, 404)
            equal(file.read("SELECT count(*) FROM memberships")[0][0], 0)
            deleted = file.read("SELECT count(*), count(DISTINCT payload) FROM events"
                                " WHERE type = 'organization_membership.deleted'")
            equal(deleted, [(size, size)])
            equal(file.read("SELECT count(*) FROM events WHERE type = 'organization.deleted'"),
                  [(1,)])


@check
def a_removed_role_that_a_kill_interrupts(_):
    size = 300
    with File() as file:
        organization = crowd(file, size, "crew")
        # As a start with `remove_roles` that is killed: there the operation is a part of the start.
        path = os.path.join(file.folder.name, "remove.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"remove_roles": [{"slug": "crew", "replacement": "member"}]}, out)
        process = subprocess.Popen(
            [BINARY, "--port", "0", "--api-key", KEY, "--store", f"sqlite:{file.name}",
             "--config", path], env=environment(), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not file.read("SELECT 1 FROM roles WHERE phase = 'retiring'"):
            assert time.monotonic() < deadline, "the mark is never seen"
        process.kill()
        process.wait()
        process.stdout.close()
        assert file.read("SELECT 1 FROM roles WHERE phase = 'retiring'"), "over before the kill"
        with file.serve() as server:
            call = Caller(server)
            assert "crew" not in [r["slug"] for r in call.ok("GET", ROLES)["data"]]
            members = call.members(f"organization_id={organization}&limit=100")["data"]
            equal({tuple(slugs(m)) for m in members}, {("member",)})
            equal(file.read("SELECT count(*) FROM memberships WHERE roles = 'member'")[0][0], size)
            updated = file.read("SELECT count(*), count(DISTINCT payload) FROM events"
                                " WHERE type = 'organization_membership.updated'")
            equal(updated, [(size, size)])


@check
def a_file_that_is_none(_):
    with tempfile.TemporaryDirectory() as folder:
        text = os.path.join(folder, "text")
        with open(text, "w", encoding="utf-8") as file:
            file.write("no database " * 500)
        foreign = os.path.join(folder, "foreign.db")
        with sqlite3.connect(foreign) as database:
            database.execute("CREATE TABLE notes (text)")
        for name, why in ((text, "file is not a database"), (foreign, "another application"),
                          (os.path.join(folder, "no", "store.db"), "unable to open"),
                          (folder, "unable to open")):
            line = refused(1, "--port", "0", "--api-key", "k", "--store", f"sqlite:{name}")
            assert why in line, f"{why!r} not in {line!r}"
    for value in ("disk", "sqlite:", "sqlite", ""):
        equal(refused(2, "--api-key", "k", "--store", value),
              "membership-server: --store must be memory, sqlite:FILE or postgresql://HOST/DATABASE\n")


@check
def a_table_that_is_gone(_):
    with File() as file:
        with file.serve(stderr=subprocess.PIPE) as server:
            call = Caller(server)
            member = make_world(call)
            with sqlite3.connect(file.name) as database:
                database.execute("ALTER TABLE memberships RENAME TO lost")
            wrong = (500, '{"code": "internal_error", "message": "Internal Server Error"}')
            equal(call.send("GET", f"{MEMBERSHIPS}/{member['id']}").outcome(), wrong)
            equal(call.send("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate").outcome(), wrong)
            equal(call.send("GET", f"{MEMBERSHIPS}?user_id={member['user_id']}").outcome(), wrong)
            with sqlite3.connect(file.name) as database:
                database.execute("ALTER TABLE lost RENAME TO memberships")
            equal(call.get(member), member)
            server.stop()
            assert "no such table: memberships" in server.process.stderr.read()
            equal(server.wait(), 0)


if __name__ == "__main__":
    raise SystemExit(run_checks())
