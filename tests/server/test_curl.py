# SPDX-License-Identifier: BSL-1.0
"""The calls of curl that the API's reference shows: python3 test_curl.py BINARY

They are run by a shell as they stand there, key and ids included, for which the server is
configured; only the address of the host is another one. Where a page shows the id of a membership,
which nobody can choose, it is another one too.

Plan: concern -> checks
  create an organization membership  -> create_membership: what curl sends, what it is answered
  get an organization membership     -> get_membership
  create an organization             -> create_organization
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager

from caller import MEMBERSHIPS, TIME, ULID, Caller, matches
from harness import Server, check, equal, run_checks

HOST = "https://api.workos.com"

CREATE_MEMBERSHIP = r"""curl --request POST \
  --url "https://api.workos.com/user_management/organization_memberships" \
  --header "Authorization: Bearer sk_example_123456789" \
  --header "Content-Type: application/json" \
  -d @- <<'BODY'
    {
        "user_id": "user_01E4ZCR3C5A4QZ2Z2JQXGKZJ9E",
        "organization_id": "org_01E4ZCR3C56J083X43JQXF3JK5",
        "role_slug": "admin"
    }
BODY
"""

GET_MEMBERSHIP = r"""curl "https://api.workos.com/user_management/organization_memberships/om_01HXYZ123456789ABCDEFGHIJ" \
  --header "Authorization: Bearer sk_example_123456789"
"""

CREATE_ORGANIZATION = r"""curl --request POST \
  --url "https://api.workos.com/organizations" \
  --header "Authorization: Bearer sk_example_123456789" \
  --header "Content-Type: application/json" \
  -d @- <<'BODY'
    {
        "name": "Foo Corp",
        "domain_data": [
            {
                "domain": "foo-corp.com",
                "state": "pending"
            }
        ],
        "external_id": "2fe01467-f7ea-4dd2-8b79-c2b4f56d0191",
        "metadata": {
            "tier": "diamond"
        }
    }
BODY
"""

KEY = "sk_example_123456789"
USER, ORGANIZATION = "user_01E4ZCR3C5A4QZ2Z2JQXGKZJ9E", "org_01E4ZCR3C56J083X43JQXF3JK5"
WORLD = {
    "roles": [{"slug": "admin"}],
    "users": [{"id": USER, "email": "marcelina@example.com", "first_name": "Marcelina"}],
    "organizations": [{"id": ORGANIZATION, "name": "Foo Corp"}],
}


@contextmanager
def documented_server():
    """A server with the key and the ids of the pages."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(WORLD, file)
        file.flush()
        with Server("--api-key", KEY, "--config", file.name) as server:
            yield server


def curl(port, text):
    """Runs the call: status, header lines and body, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        # Told by a file, so that the call stays as it is.
        with open(os.path.join(folder, ".curlrc"), "w", encoding="utf-8") as file:
            file.write(f'silent\nshow-error\ndump-header = "{folder}/head"\n')
        done = subprocess.run(["sh", "-c", text.replace(HOST, f"http://127.0.0.1:{port}")],
                              env={**os.environ, "CURL_HOME": folder, "no_proxy": "*"},
                              capture_output=True, timeout=30, check=False)
        equal((done.returncode, done.stderr), (0, b""))
        with open(os.path.join(folder, "head"), "rb") as file:
            first, *lines = file.read().split(b"\r\n")
    equal(lines[-2:], [b"", b""])
    return first, lines[:-2], done.stdout


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def membership(answer):
    """What a membership must look like, with id and times from the answer."""
    matches("om_" + ULID, answer["id"])
    matches(TIME, answer["created_at"])
    times = {key: answer["user"][key] for key in ("created_at", "updated_at")}
    return {
        "object": "organization_membership", "id": answer["id"], "user_id": USER,
        "organization_id": ORGANIZATION, "status": "active", "role": {"slug": "admin"},
        "roles": [{"slug": "admin"}], "directory_managed": False, "custom_attributes": {},
        "organization_name": "Foo Corp",
        "user": {
            "object": "user", "id": USER, "email": "marcelina@example.com",
            "email_verified": False, "first_name": "Marcelina", "last_name": None, "name": None,
            "profile_picture_url": None, "external_id": None, "metadata": {},
            "last_sign_in_at": None, "locale": None, **times},
        "created_at": answer["created_at"], "updated_at": answer["created_at"]}


def answered(call, status):
    """The body of an answer whose head is as it should be."""
    first, lines, body = call
    equal(first, status)
    names = [line.split(b": ")[0].lower() for line in lines]
    equal(len(names), len(set(names)))
    assert b"Content-Type: application/json; charset=utf-8" in lines, lines
    assert f"Content-Length: {len(body)}".encode() in lines, lines
    assert any(re.fullmatch(rb"X-Request-ID: \S{8,}", line) for line in lines), lines
    return body


def sent_by(text):
    """What the call sends: the lines of the head, and the body."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        received = []

        def take():
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                while b"}" not in b"".join(received):
                    received.append(connection.recv(65536))
                    assert received[-1], "closed within the request"
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=take)
        thread.start()
        equal(curl(listener.getsockname()[1], text)[2], b"")
        thread.join()
    head, _, body = b"".join(received).partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


@check
def create_membership(_):
    lines, body = sent_by(CREATE_MEMBERSHIP)
    equal(lines[0], b"POST /user_management/organization_memberships HTTP/1.1")
    assert b"Authorization: Bearer sk_example_123456789" in lines, lines
    assert b"Content-Type: application/json" in lines, lines
    # It takes the line breaks out and leaves the spaces.
    equal(body, b'    {        "user_id": "user_01E4ZCR3C5A4QZ2Z2JQXGKZJ9E",        '
          b'"organization_id": "org_01E4ZCR3C56J083X43JQXF3JK5",        "role_slug": "admin"    }')
    with documented_server() as server:
        made = answered(curl(server.port, CREATE_MEMBERSHIP), b"HTTP/1.1 201 Created")
        answer = json.loads(made)
        equal(made, compact(membership(answer)))
        again = answered(curl(server.port, CREATE_MEMBERSHIP), b"HTTP/1.1 409 Conflict")
        equal(again, compact({
            "code": "organization_membership_already_exists",
            "message": f"The user is an active member of the organization: '{answer['id']}'.",
            "organization_membership_id": answer["id"]}))
        other = CREATE_MEMBERSHIP.replace('"admin"', '"boss"')
        equal(answered(curl(server.port, other), b"HTTP/1.1 422 Unprocessable Entity"),
              compact({"code": "invalid_role", "message": "Role 'boss' is not a valid role."}))
        stranger = CREATE_MEMBERSHIP.replace(KEY, "sk_example_0")
        equal(answered(curl(server.port, stranger), b"HTTP/1.1 401 Unauthorized"),
              compact({"message": "Unauthorized"}))


@check
def get_membership(_):
    with documented_server() as server:
        shown = "om_01HXYZ123456789ABCDEFGHIJ"
        gone = answered(curl(server.port, GET_MEMBERSHIP), b"HTTP/1.1 404 Not Found")
        equal(gone, compact({"code": "entity_not_found",
                             "message": f"Organization Membership not found: '{shown}'.",
                             "entity_id": shown}))
        pair = {"user_id": USER, "organization_id": ORGANIZATION, "role_slug": "admin"}
        made = Caller(server).ok("POST", MEMBERSHIPS, pair, 201)
        text = GET_MEMBERSHIP.replace(shown, made["id"])
        equal(answered(curl(server.port, text), b"HTTP/1.1 200 OK"), compact(membership(made)))


@check
def create_organization(_):
    with documented_server() as server:
        body = answered(curl(server.port, CREATE_ORGANIZATION), b"HTTP/1.1 201 Created")
        answer = json.loads(body)
        matches("org_" + ULID, answer["id"])
        (domain,) = answer["domains"]
        matches("org_domain_" + ULID, domain["id"])
        times = {key: answer[key] for key in ("created_at", "updated_at")}
        equal(body, compact({
            "object": "organization", "id": answer["id"], "name": "Foo Corp",
            "domains": [{
                "object": "organization_domain", "id": domain["id"],
                "organization_id": answer["id"], "domain": "foo-corp.com", "state": "pending",
                "verification_strategy": "dns", **times}],
            "metadata": {"tier": "diamond"},
            "external_id": "2fe01467-f7ea-4dd2-8b79-c2b4f56d0191",
            "allow_profiles_outside_organization": False, **times}))


if __name__ == "__main__":
    if shutil.which("curl") is None:
        print("skipped: there is no command curl; tools/test.sh installs it")
        sys.exit(77)
    sys.exit(run_checks())
