# SPDX-License-Identifier: BSL-1.0
"""Calls with JSON, and what tests of them say again and again: for test_*.py."""

import itertools
import json
import re

from harness import equal, request

MEMBERSHIPS = "/user_management/organization_memberships"
ORGANIZATIONS = "/organizations"
USERS = "/user_management/users"
ROLES = "/authorization/roles"
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
NUMBERS = itertools.count(1)


class Caller:
    """Calls with JSON in and out, on one connection."""

    def __init__(self, server):
        self.client = server.connect()

    def send(self, method, target, body=None, headers=""):
        if body is None:
            text = b""
        elif isinstance(body, bytes):
            text = body
        else:
            text = json.dumps(body).encode()
        if body is not None:
            headers += f"Content-Length: {len(text)}\r\n"
        self.client.send(request(method, target, headers).encode("latin-1") + text)
        return self.client.answer(head_only=method == "HEAD")

    def ok(self, method, target, body=None, status=200):
        answer = self.send(method, target, body)
        assert answer.status == status, f"{method} {target} {body}: {answer.status} {answer.body}"
        return answer.json() if answer.body else None

    def refused(self, status, content, method, target, body=None):
        """The answer has this status and exactly this body."""
        answer = self.send(method, target, body)
        actual = (answer.status, answer.json())
        assert actual == (status, content), f"{method} {target} {body}: {actual}, not {content}"

    def invalid(self, entry, method, target, body=None):
        """422 with one entry."""
        code, message = entry
        self.refused(422, {"code": "invalid_request_parameters", "message": "Validation failed",
                           "errors": [{"code": code, "message": message}]}, method, target, body)

    # What tests need to have.

    def organization(self, name="Acme"):
        return self.ok("POST", ORGANIZATIONS, {"name": name}, 201)

    def user(self, email=None, **fields):
        email = email or f"user{next(NUMBERS)}@example.com"
        return self.ok("POST", USERS, {"email": email, **fields}, 201)

    def role(self, slug=None, **fields):
        slug = slug or f"role-{next(NUMBERS)}"
        return self.ok("POST", ROLES, {"slug": slug, "name": slug.title(), **fields}, 201)

    def pair(self):
        return {"user_id": self.user()["id"], "organization_id": self.organization()["id"]}

    def member(self, pair=None, **roles):
        return self.ok("POST", MEMBERSHIPS, {**(pair or self.pair()), **roles}, 201)

    def get(self, membership):
        return self.ok("GET", f"{MEMBERSHIPS}/{membership['id']}")

    def members(self, query):
        return self.ok("GET", f"{MEMBERSHIPS}?{query}")


def not_found(kind, sent):
    return {"code": "entity_not_found", "message": f"{kind} not found: '{sent}'.",
            "entity_id": sent}


def required(field):
    return f"{field}_string_required", f"{label(field)} should be a non-empty string."


def label(field):
    return re.sub(" id$", " ID", field.capitalize().replace("_", " "))


def invalid(field):
    return f"{field}_invalid", f"{label(field)} is invalid."


def slugs(membership):
    equal(membership["role"], membership["roles"][0])
    return [role["slug"] for role in membership["roles"]]


def ids(listed):
    return [row["id"] for row in listed["data"]]


def matches(pattern, text):
    assert isinstance(text, str) and re.fullmatch(pattern, text), f"{text!r} is not {pattern}"


def checked_times(thing):
    """Takes the times and the id out of an object, each once checked."""
    matches(TIME, thing["created_at"])
    matches(TIME, thing["updated_at"])
    assert thing["created_at"] <= thing["updated_at"]
    return {k: v for k, v in thing.items() if k not in ("id", "created_at", "updated_at")}
