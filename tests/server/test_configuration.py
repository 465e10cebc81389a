# SPDX-License-Identifier: BSL-1.0
"""The configuration file of the server, and the flags that go before it.

What is applied, in which order and how often is in configuration.cpp; here is what crosses the
wire and the command line: the example, refusals with their place, precedence, seats."""

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager

from caller import MEMBERSHIPS, ORGANIZATIONS, ROLES, USERS, Caller, ids, slugs
from harness import (BINARY, Client, Server, check, environment, equal, refused, request,
                     run_checks)

EXAMPLE = os.path.join(os.path.dirname(__file__), "../../examples/server/configuration.json")


@contextmanager
def file_of(content):
    """The name of a file with this content: a text, or a value as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        yield file.name


def told(status, *flags):
    """What a server says that does not start, without its name."""
    return refused(status, "--port", "0", *flags).removeprefix("membership-server: ").rstrip("\n")


def refused_file(content, place, status=2):
    with file_of(content) as name:
        line = told(status, "--api-key", "key-1", "--config", name)
        equal(line.removeprefix(f"{name}: "), place)
        equal(line.startswith(name), status == 2)  # what is refused later names no file


@check
def example(_):
    with Server("--config", EXAMPLE, stderr=subprocess.PIPE) as server:
        call = Caller(server)
        roles = {role["slug"]: role for role in call.ok("GET", ROLES)["data"]}
        equal(list(roles), ["owner", "editor", "member"])
        equal(roles["owner"]["permissions"],
              [p["slug"] for p in call.ok("GET", "/authorization/permissions?order=asc")["data"]])
        equal(roles["member"]["name"], "Member")
        equal(call.send("DELETE", "/authorization/permissions/members:manage").status, 403)
        ada, grace = (call.ok("GET", f"{USERS}/{one}") for one in ("user_ada", "user_grace"))
        equal((ada["email_verified"], ada["external_id"], grace["email_verified"]),
              (True, "1", False))
        acme = call.ok("GET", f"{ORGANIZATIONS}/external_id/acme")
        equal([(d["domain"], d["state"]) for d in acme["domains"]],
              [("acme.example.com", "verified")])
        members = call.members("organization_id=org_acme&order=asc")["data"]
        equal([(m["user_id"], slugs(m)) for m in members],
              [("user_ada", ["owner", "editor"]), ("user_grace", ["member"])])
        equal(call.send("DELETE", f"{MEMBERSHIPS}/{members[0]['id']}").code(),
              "last_owner_required")
        sent = call.ok("POST", "/user_management/invitations", {"email": "new@example.com"}, 201)
        assert sent["accept_invitation_url"].startswith("https://app.example.com/join?"), sent
        server.stop()
        equal(server.process.stderr.read(),
              "membership-server: naming the owner role 'owner': 0 owners in 0 organizations, 0 of "
              "which have none\n")
        equal(server.wait(), 0)


@check
def user_by_id_alone(_):
    """Nothing is kept of one but the id; shown and changed as any other."""
    with file_of({"users": [{"id": "ada"}]}) as name, Server("--config", name) as server:
        call = Caller(server)
        for ada in (call.ok("GET", f"{USERS}/ada"), call.ok("PUT", f"{USERS}/ada", {})):
            equal((ada["id"], ada["email"], ada["metadata"]), ("ada", None, {}))
        equal(call.ok("PUT", f"{USERS}/ada", {"first_name": "Ada"})["first_name"], "Ada")
        equal(call.ok("GET", f"{USERS}/ada")["first_name"], "Ada")


@check
def organization_without_prefix(_):
    """Its resource is found by the id that is shown."""
    organizations = [{"id": "acme", "name": "Acme"}, {"id": "authz_resource_x", "name": "X"},
                     {"id": "org_y", "name": "Y"}, {"id": "authz_resource_y", "name": "Other"}]
    with file_of({"organizations": organizations}) as name, Server("--config", name) as server:
        call = Caller(server)
        for own, shown in (("acme", "authz_resource_acme"),
                           ("authz_resource_x", "authz_resource_authz_resource_x")):
            for sent in (own, shown):
                found = call.ok("GET", f"/authorization/resources/{sent}")
                equal((found["id"], found["organization_id"]), (shown, own))
        found = call.ok("GET", "/authorization/resources/authz_resource_y")
        equal((found["id"], found["organization_id"]), ("authz_resource_y", "org_y"))


@check
def keys_of_the_file(_):
    with file_of({"api_keys": ["of-the-file", "another"]}) as name:
        process = subprocess.Popen([BINARY, "--port", "0", "--config", name],
                                   env=environment(), stdout=subprocess.PIPE, text=True)
        try:
            port = int(process.stdout.readline().strip().rpartition(":")[2])
            statuses = [Client(port).send(request(target=ORGANIZATIONS,
                                                  auth=f"Authorization: Bearer {key}\r\n"))
                        .answer().status for key in ("of-the-file", "another", "key-1")]
            equal(statuses, [200, 200, 401])
        finally:
            process.terminate()
            equal(process.wait(10), 0)
            process.stdout.close()
    with Server("--config", EXAMPLE) as server:  # its key-1 goes before those of the file
        Caller(server).ok("GET", ORGANIZATIONS)
    with file_of({}) as name:
        assert "MEMBERSHIP_API_KEY" in told(2, "--config", name)


@check
def places_of_what_is_wrong(_):
    refused_file("", "line 1: not valid JSON")
    refused_file("{\n\n\"a\": }", "line 3: not valid JSON")
    refused_file("{} {}", "line 1: not valid JSON")
    refused_file([], "it: must be an object")
    refused_file({"role": []}, "role: is not known")
    refused_file({"multiple_roles": "on"}, "multiple_roles: must be true or false")
    refused_file({"roles": [{"slug": "a"}, {"slug": "b", "permission": []}]},
                 "roles[1].permission: is not known")
    equal(told(2, "--api-key", "k", "--config", "/no/such"), "/no/such: cannot be read")
    equal(told(2, "--api-key", "k", "--config="), "--config must be the name of a file")


@check
def places_of_what_is_refused(_):
    refused_file({"roles": [{"slug": "x", "permissions": ["y"]}]},
                 "roles[0].permissions: Permission not found: 'y'.", 1)
    refused_file({"owner_role": "x"}, "owner_role: there is no role 'x'", 1)
    refused_file({"owner_role": "member"},
                 "owner_role: The owner role 'member' cannot be the default role.", 1)
    refused_file({"memberships": [{"user_id": "u", "organization_id": "o"}]},
                 "memberships[0]: User not found: 'u'.", 1)


@check
def flags_go_before_the_file(_):
    settings = {"multiple_roles": True, "default_role": "a", "roles": [{"slug": "a"}],
                "seat_limit": 5}
    with file_of(settings) as name, Server("--config", name, "--multiple-roles=off",
                                           "--default-role=b", "--seat-limit=1") as server:
        call = Caller(server)
        equal([role["slug"] for role in call.ok("GET", ROLES)["data"]], ["member", "a", "b"])
        pair = call.pair()
        equal(slugs(call.member(pair)), ["b"])
        other = {**pair, "user_id": call.user()["id"]}
        equal(call.send("POST", MEMBERSHIPS, other).code(), "seat_limit_reached")
        both = {**call.pair(), "role_slugs": ["a", "b"]}
        equal(call.send("POST", MEMBERSHIPS, both).code(), "multiple_roles_not_enabled")
    with file_of(settings) as name, Server("--config", name) as server:
        call = Caller(server)
        equal(slugs(call.member(role_slugs=["a", "member"])), ["member", "a"])
        pair = call.pair()
        for _ in range(5):
            equal(slugs(call.member({**pair, "user_id": call.user()["id"]})), ["a"])
        equal(call.send("POST", MEMBERSHIPS, pair).code(), "seat_limit_reached")
        equal(len(ids(call.members(f"organization_id={pair['organization_id']}"))), 5)


if __name__ == "__main__":
    raise SystemExit(run_checks())
