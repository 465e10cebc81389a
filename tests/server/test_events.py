# SPDX-License-Identifier: BSL-1.0
"""GET /events over HTTP: python3 test_events.py BINARY

Plan: concern -> checks
  each type          -> *_events: envelope, data and former values of all that calls can cause
  filters            -> filter_*: types in each form, organization, range
  order and paging   -> order_*, pages_*, cursors_*
  refusals           -> refused_*
"""

import sys
import urllib.parse

from caller import MEMBERSHIPS, NUMBERS, TIME, ULID, Caller, ids, matches
from harness import Server, check, equal, run_checks

INVITATIONS = "/user_management/invitations"
TYPES = [f"{kind}.{what}" for kind in ("organization_membership", "organization", "user", "role",
                                       "organization_role", "permission")
         for what in ("created", "updated", "deleted")]
TYPES += [f"invitation.{what}" for what in ("created", "accepted", "revoked", "resent")]
ALL = "events=" + ",".join(TYPES)
EMPTY = {"object": "list", "data": [], "list_metadata": {"before": None, "after": None}}


def events(call, query=""):
    return call.ok("GET", f"/events?{ALL}&limit=100{query}")["data"]


def types(listed):
    return [event["event"] for event in listed]


class Watch:
    """The events from now on."""

    def __init__(self, call):
        self.call = call
        newest = events(call, "&order=desc")
        self.after = newest[0]["id"] if newest else None

    def __call__(self):
        return events(self.call, f"&after={self.after}" if self.after else "")


def without(thing, *keys):
    return {key: value for key, value in thing.items() if key not in keys}


# ---- each type


@check
def envelope(server):
    call = Caller(server)
    watch = Watch(call)
    user = call.user()
    (event,) = watch()
    equal(list(event), ["object", "id", "event", "data", "created_at"])
    matches("event_" + ULID, event["id"])
    matches(TIME, event["created_at"])
    equal(without(event, "id", "created_at"),
          {"object": "event", "event": "user.created", "data": user})


@check
def organization_and_role_events(server):
    call = Caller(server)
    watch = Watch(call)
    organization = call.organization()
    role = call.role("editor")
    made, role_made = watch()
    equal((made["event"], made["data"]),
          ("organization.created", without(organization, "allow_profiles_outside_organization")))
    assert list(made["data"])[:4] == ["object", "id", "name", "domains"]
    equal(role_made["event"], "role.created")
    equal(list(role_made["data"]), ["object", "slug", "resource_type_slug", "permissions",
                                    "created_at", "updated_at"])
    equal(role_made["data"], without(role, "id", "name", "description", "type"))


@check
def membership_events(server):
    call = Caller(server)
    pair, other = call.pair(), call.role()["slug"]
    watch = Watch(call)
    made = call.member(pair)
    target = f"{MEMBERSHIPS}/{made['id']}"
    states = [made, call.ok("PUT", target, {"role_slug": other}),
              call.ok("PUT", target + "/deactivate"), call.member(pair, role_slug=other)]
    call.ok("DELETE", target)
    states.append(states[-1])
    listed = watch()
    equal(types(listed), [f"organization_membership.{what}" for what in (
        "created", "updated", "updated", "updated", "deleted")])
    for event, state in zip(listed, states):
        equal(event["data"], without(state, "organization_name", "user"))
    former = [event.get("context", {}).get("previous_attributes") for event in listed]
    equal((former[0], former[4]), (None, None))
    equal(without(former[1], "updated_at"),
          {"role": {"slug": "member"}, "roles": [{"slug": "member"}]})
    equal(without(former[2], "updated_at"), {"status": "active"})
    equal(without(former[3], "updated_at"), {"status": "inactive"})


@check
def invitation_events(server):
    call = Caller(server)
    organization, email = call.organization()["id"], f"guest{next(NUMBERS)}@example.com"
    watch = Watch(call)
    made = call.ok("POST", INVITATIONS, {"email": email, "organization_id": organization}, 201)
    steps = [made, call.ok("POST", f"{INVITATIONS}/{made['id']}/resend", {})]
    steps.append(call.ok("POST", f"{INVITATIONS}/{made['id']}/accept"))
    other = call.ok("POST", INVITATIONS, {"email": "x" + email}, 201)
    steps += [other, call.ok("POST", f"{INVITATIONS}/{other['id']}/revoke")]
    listed = watch()
    equal(types(listed), ["invitation.created", "invitation.resent", "user.created",
                          "invitation.accepted", "organization_membership.created",
                          "invitation.created", "invitation.revoked"])
    shown = [event for event in listed if event["event"].startswith("invitation.")]
    for event, step in zip(shown, steps):
        equal(event["data"], without(step, "token", "accept_invitation_url"))
        equal(list(event["data"]), [key for key in step
                                    if key not in ("token", "accept_invitation_url")])


# ---- filters


@check
def filter_types_in_each_form(server):
    call = Caller(server)
    watch = Watch(call)
    pair = call.pair()
    call.member(pair)
    after = watch.after or ""
    both = ["user.created", "organization.created"]
    for form in ("events=user.created,organization.created",
                 "events=user.created&events=organization.created",
                 "events[]=user.created&events[]=organization.created",
                 "events[0]=user.created&events[1]=organization.created",
                 "events%5B%5D=user.created%2Corganization.created,nothing.created"):
        equal(types(call.ok("GET", f"/events?{form}&after={after}")["data"]), both)
    equal(call.ok("GET", "/events?events=nothing.created"), EMPTY)


@check
def filter_organization(server):
    call = Caller(server)
    pair = call.pair()
    call.member(pair)
    call.member()
    organization = pair["organization_id"]
    equal(types(events(call, f"&organization_id={organization}")),
          ["organization.created", "organization_membership.created"])
    for nobody in ("org_gone", "x" * 64):
        equal(events(call, f"&organization_id={nobody}"), [])


@check
def filter_range(_):
    with Server() as server:
        call = Caller(server)
        call.user()
        (first,) = events(call)
        at = first["created_at"]
        while True:
            call.user()
            last = events(call)[-1]
            if last["created_at"] != at:
                break
        end = last["created_at"]
        equal(events(call, f"&range_start={end}"), [last])
        early = events(call, f"&range_end={end}")
        equal((early[0], last in early), (first, False))
        equal(events(call, f"&range_start={at}&range_end={end}"), early)
        equal(events(call, f"&range_start={end}&range_end={at}"), [])
        offset = urllib.parse.quote(end.replace("Z", "+00:00"), safe="")
        equal(events(call, f"&range_start={offset}"), [last])
        equal(events(call, f"&range_start={at}&after={early[-1]['id']}"), [last])


# ---- order and paging


@check
def order_oldest_first_unless_asked(server):
    call = Caller(server)
    watch = Watch(call)
    users = [call.user()["id"] for _ in range(3)]
    equal([event["data"]["id"] for event in watch()], users)
    newest = call.ok("GET", f"/events?{ALL}&limit=3&order=desc")["data"]
    equal([event["data"]["id"] for event in newest], users[::-1])


@check
def pages_both_ways(_):
    with Server() as server:
        call = Caller(server)
        for _ in range(5):
            call.user()
        every = ids({"data": events(call)})
        query = f"/events?{ALL}&limit=2"
        page = call.ok("GET", query)
        equal((ids(page), page["list_metadata"]), (every[:2], {"before": None, "after": every[1]}))
        page = call.ok("GET", f"{query}&after={every[1]}")
        equal((ids(page), page["list_metadata"]),
              (every[2:4], {"before": every[2], "after": every[3]}))
        page = call.ok("GET", f"{query}&after={every[3]}")
        equal((ids(page), page["list_metadata"]), (every[4:], {"before": every[4], "after": None}))
        equal(call.ok("GET", f"{query}&after={every[4]}"), EMPTY)
        page = call.ok("GET", f"{query}&before={every[3]}")
        equal((ids(page), page["list_metadata"]),
              (every[1:3], {"before": every[1], "after": every[2]}))
        equal(len(call.ok("GET", f"/events?{ALL}")["data"]), 5)


@check
def cursors_of_what_is_gone_or_never_was(_):
    with Server() as server:
        call = Caller(server)
        old, never = "event_" + "0" * 26, "event_7" + "Z" * 25
        equal(call.ok("GET", f"/events?{ALL}&after={old}"), EMPTY)
        call.user()
        every = events(call)
        equal(events(call, f"&after={old}"), every)
        equal(events(call, f"&before={old}"), [])
        for cursor in (never, "x", "user_" + "0" * 26, "event_", old.lower() + "0"):
            for name in ("after", "before"):
                call.refused(422, refusal(name), "GET", f"/events?{ALL}&{name}={cursor}")


# ---- refusals


def refusal(name, message=None):
    message = message or f"{name.capitalize().replace('_', ' ')} is invalid."
    return {"code": "invalid_request_parameters", "message": "Validation failed",
            "errors": [{"code": f"{name}_invalid", "message": message, "field": name}]}


@check
def refused_without_types(server):
    call = Caller(server)
    for query in ("", "?", "?events=", "?events=,&limit=0", "?limit=0"):
        answer = call.send("GET", f"/events{query}")
        equal((answer.status, answer.code()), (400, "invalid_events_request"))


@check
def refused_in_order(server):
    call = Caller(server)
    rows = [("limit=0", refusal("limit", "Limit should be an integer from 1 to 100.")),
            ("order=up", refusal("order", "Order should be one of asc, desc, normal.")),
            ("range_start=yesterday", refusal("range_start")),
            ("range_end=2026-02-30T00:00:00Z", refusal("range_end")),
            ("before=x", refusal("before")), ("after=x", refusal("after"))]
    for i, (_, content) in enumerate(rows):
        query = "&".join(each for each, _ in rows[i:])
        call.refused(422, content, "GET", f"/events?{ALL}&{query}")
    equal(call.send("HEAD", f"/events?{ALL}").status, 200)
    equal(call.send("POST", f"/events?{ALL}").status, 405)


if __name__ == "__main__":
    sys.exit(run_checks())
