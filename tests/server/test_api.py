# SPDX-License-Identifier: BSL-1.0
"""The calls of the reference server, over HTTP: python3 test_api.py BINARY

Plan: concern -> checks
  objects               -> *_object: every key, value and their order
  create a membership   -> create_*: roles, default, over active and inactive, each refusal
  order of checks       -> order_*
  update, status, delete-> update_*, deactivate_*, reactivate_*, delete_*, bodies_*
  Multiple Roles        -> several_roles_*, roles_in_priority_order
  lists of memberships  -> list_*: filters, statuses in each form, refusals
  paging                -> pages_*: both ways, both cursors, each order, deletions, lost cursors
  ids                   -> ids_*: escapes, NUL, long and foreign ones
  organizations, users, -> organizations_*, users_*, roles_*: fields in their order, refusals,
  roles                    lists
  the rest              -> head_*, methods_*, idempotency_key_*, many_clients_*
"""

import json
import sys
import threading
import time
import urllib.parse

from caller import (MEMBERSHIPS, NUMBERS, ORGANIZATIONS, ROLES, TIME, ULID, USERS, Caller,
                    checked_times, ids, invalid, label, matches, not_found, required, slugs)
from harness import Server, check, equal, run_checks

# ---- objects

ROLE_KEYS = ["object", "id", "slug", "name", "description", "type", "resource_type_slug",
             "permissions", "created_at", "updated_at"]
USER_KEYS = ["object", "id", "email", "email_verified", "first_name", "last_name", "name",
             "profile_picture_url", "external_id", "metadata", "last_sign_in_at", "locale",
             "created_at", "updated_at"]
MEMBERSHIP_KEYS = ["object", "id", "user_id", "organization_id", "status", "role", "roles",
                   "directory_managed", "custom_attributes", "organization_name", "user",
                   "created_at", "updated_at"]


@check
def organization_object(server):
    call = Caller(server)
    made = call.organization("Acme \u00fc\u4e16\U0001F600 \"q\"")
    matches("org_" + ULID, made["id"])
    equal(checked_times(made), {
        "object": "organization", "name": "Acme \u00fc\u4e16\U0001F600 \"q\"", "domains": [],
        "metadata": {}, "external_id": None, "allow_profiles_outside_organization": False})
    equal(call.ok("GET", f"{ORGANIZATIONS}/{made['id']}"), made)


@check
def user_object(server):
    call = Caller(server)
    email = f"Ada.{next(NUMBERS)}@Example.com"
    made = call.user(email, first_name="Ad\u00e4", last_name="Lovelace", email_verified=True)
    matches("user_" + ULID, made["id"])
    equal(list(made), USER_KEYS)
    equal(checked_times(made), {
        "object": "user", "email": email, "email_verified": True, "first_name": "Ad\u00e4",
        "last_name": "Lovelace", "name": None, "profile_picture_url": None, "external_id": None,
        "metadata": {}, "last_sign_in_at": None, "locale": None})
    equal(call.ok("GET", f"{USERS}/{made['id']}"), made)
    bare = call.user()
    equal((bare["first_name"], bare["last_name"], bare["email_verified"]), (None, None, False))


@check
def role_object(server):
    call = Caller(server)
    slug = f"billing_{next(NUMBERS)}"
    made = call.role(slug, name="Billing", description="Pays \u20ac")
    matches("role_" + ULID, made["id"])
    equal(list(made), ROLE_KEYS)
    equal(checked_times(made), {
        "object": "role", "slug": slug, "name": "Billing", "description": "Pays \u20ac",
        "type": "EnvironmentRole", "resource_type_slug": "organization", "permissions": []})
    equal(call.ok("GET", f"{ROLES}/{slug}"), made)


@check
def membership_object(server):
    call = Caller(server)
    user = call.user(first_name="Zo\u00eb")
    organization = call.organization("Caf\u00e9 \u4e16\u754c")
    made = call.member({"user_id": user["id"], "organization_id": organization["id"]})
    matches("om_" + ULID, made["id"])
    equal(list(made), MEMBERSHIP_KEYS)
    equal(checked_times(made), {
        "object": "organization_membership", "user_id": user["id"],
        "organization_id": organization["id"], "status": "active", "role": {"slug": "member"},
        "roles": [{"slug": "member"}], "directory_managed": False, "custom_attributes": {},
        "organization_name": "Caf\u00e9 \u4e16\u754c", "user": user})
    equal(made["created_at"], made["updated_at"])
    equal(call.get(made), made)
    equal(call.members("user_id=" + user["id"]), {
        "object": "list", "data": [made], "list_metadata": {"before": None, "after": None}})


@check
def texts_as_raw_utf8(server):
    call = Caller(server)
    name = "\u00e9\u4e16\U0001F600\\/\u2028"
    made = call.ok("POST", ORGANIZATIONS, json.dumps({"name": name}, ensure_ascii=False).encode(),
                   201)
    equal(call.ok("GET", f"{ORGANIZATIONS}/{made['id']}")["name"], name)


# ---- create a membership

@check
def create_with_default_and_explicit_role(server):
    call = Caller(server)
    admin = call.role()["slug"]
    for roles, expected in (({}, "member"), ({"role_slug": None, "role_slugs": None}, "member"),
                            ({"role_slug": admin}, admin), ({"role_slugs": [admin]}, admin),
                            ({"role_slug": None, "role_slugs": [admin]}, admin),
                            ({"role_slug": admin, "role_slugs": None}, admin),
                            ({"role_slugs": [admin, admin]}, admin)):
        equal(slugs(call.member(**roles)), [expected])


@check
def create_ignores_unknown_keys(server):
    call = Caller(server)
    made = call.member(status="inactive", id="om_1", x={"y": [1]})
    equal(made["status"], "active")
    assert made["id"] != "om_1"


@check
def create_over_active_is_refused(server):
    call = Caller(server)
    admin = call.role()["slug"]
    pair = call.pair()
    made = call.member(pair)
    for roles in ({}, {"role_slug": "member"}, {"role_slug": admin}):
        answer = call.send("POST", MEMBERSHIPS, {**pair, **roles})
        content = answer.json()
        equal((answer.status, list(content)), (409, ["code", "message",
                                                     "organization_membership_id"]))
        equal(content["code"], "organization_membership_already_exists")
        equal(content["organization_membership_id"], made["id"])
    equal(call.get(made), made)


@check
def create_over_inactive_activates_with_new_roles(server):
    call = Caller(server)
    admin, editor = call.role()["slug"], call.role()["slug"]
    for roles, expected in (({"role_slug": editor}, editor), ({}, "member"),
                            ({"role_slugs": [admin]}, admin)):
        pair = call.pair()
        made = call.member(pair, role_slug=admin)
        time.sleep(0.002)
        inactive = call.ok("PUT", f"{MEMBERSHIPS}/{made['id']}/deactivate")
        equal((inactive["status"], slugs(inactive)), ("inactive", [admin]))
        time.sleep(0.002)
        again = call.member(pair, **roles)
        equal((again["id"], again["created_at"]), (made["id"], made["created_at"]))
        equal((again["status"], slugs(again)), ("active", [expected]))
        assert again["updated_at"] > inactive["updated_at"] > made["updated_at"]
        equal(call.get(made), again)
        equal(ids(call.members("user_id=" + pair["user_id"])), [made["id"]])


@check
def create_with_bad_roles(server):
    call = Caller(server)
    pair = call.pair()
    folder = call.role(resource_type_slug="folder")["slug"]
    other = call.role()["slug"]

    def unknown(slug):
        return {"code": "invalid_role", "message": f"Role '{slug}' is not a valid role."}
    scoped = {"code": "sub_resource_scoped_role_not_allowed",
              "message": f"Role '{folder}' is not a role of organizations.", "role_slug": folder}
    several = {"code": "multiple_roles_not_enabled",
               "message": "Several roles were given, but Multiple Roles is not enabled."}
    refusals = (({"role_slug": "nope"}, unknown("nope")),
                ({"role_slug": "Member"}, unknown("Member")),
                ({"role_slug": "member "}, unknown("member ")),
                ({"role_slug": "member,admin"}, unknown("member,admin")),
                ({"role_slugs": ["member", "nope"]}, unknown("nope")),
                ({"role_slug": folder}, scoped),
                ({"role_slugs": [folder, "nope"]}, unknown("nope")),
                ({"role_slugs": ["member", folder]}, scoped),
                ({"role_slugs": ["member", other]}, several))
    for roles, content in refusals:
        call.refused(422, content, "POST", MEMBERSHIPS, {**pair, **roles})
    equal(call.members("user_id=" + pair["user_id"])["data"], [])
    # A bad role leaves an inactive membership inactive, and comes before the conflict.
    made = call.member(pair)
    for roles, content in refusals:
        call.refused(422, content, "POST", MEMBERSHIPS, {**pair, **roles})
        call.refused(422, content, "PUT", f"{MEMBERSHIPS}/{made['id']}", roles)
    inactive = call.ok("PUT", f"{MEMBERSHIPS}/{made['id']}/deactivate")
    for roles, content in refusals:
        call.refused(422, content, "POST", MEMBERSHIPS, {**pair, **roles})
    equal(call.get(made), inactive)


NOT_STRINGS = (None, "", 7, 7.5, True, [], {}, ["x"])


@check
def create_with_bad_fields(server):
    call = Caller(server)
    pair = call.pair()
    for value in NOT_STRINGS:
        call.invalid(required("user_id"), "POST", MEMBERSHIPS,
                     {**pair, "user_id": value})
        call.invalid(required("organization_id"), "POST", MEMBERSHIPS,
                     {**pair, "organization_id": value})
        if value is not None:
            call.invalid(required("role_slug"), "POST", MEMBERSHIPS,
                         {**pair, "role_slug": value})
    for value in ("", "member", "member,admin", 7, True, {}, [], [""], [None], ["member", 7]):
        call.invalid(("role_slugs_array_required",
                      "Role slugs should be an array of non-empty strings."),
                     "POST", MEMBERSHIPS, {**pair, "role_slugs": value})
    call.invalid(("role_slug_and_role_slugs_mutually_exclusive",
                  "Role slug and role slugs are mutually exclusive."),
                 "POST", MEMBERSHIPS, {**pair, "role_slug": "member", "role_slugs": ["member"]})
    for body in (None, b"", {}, []):
        call.invalid(required("user_id"), "POST", MEMBERSHIPS, body)


@check
def create_with_unknown_ids(server):
    call = Caller(server)
    pair = call.pair()
    for sent in ("user_unknown", "user_00000000000000000000000000", pair["organization_id"],
                 pair["user_id"].lower(), pair["user_id"] + " ", "x" * 63, "x" * 64, "x" * 5000,
                 "a/b", "a\u0000b", "\u4e16\u754c", "'"):
        call.refused(404, not_found("User", sent), "POST", MEMBERSHIPS, {**pair, "user_id": sent})
        sent = sent.replace("user", "org").replace(pair["organization_id"], pair["user_id"])
        call.refused(404, not_found("Organization", sent), "POST", MEMBERSHIPS,
                     {**pair, "organization_id": sent})


# ---- order of checks

@check
def order_of_checks(server):
    call = Caller(server)
    pair = call.pair()
    user_required = required("user_id")
    post = ("POST", MEMBERSHIPS)
    # Syntax, then fields in their order, then ids, then roles, then the state.
    equal(call.send(*post, b"{").json(), {"code": "bad_request",
                                          "message": "The body is not valid JSON."})
    call.invalid(user_required, *post, {"organization_id": 7, "role_slug": 7, "role_slugs": 7})
    call.invalid(required("organization_id"), *post,
                 {"user_id": "unknown", "organization_id": 7, "role_slug": 7})
    call.invalid(required("role_slug"), *post,
                 {"user_id": "u", "organization_id": "o", "role_slug": 7, "role_slugs": 7})
    call.invalid(("role_slugs_array_required",
                  "Role slugs should be an array of non-empty strings."), *post,
                 {"user_id": "u", "organization_id": "o", "role_slug": "nope", "role_slugs": []})
    call.refused(404, not_found("User", "u"), *post,
                 {"user_id": "u", "organization_id": "o", "role_slug": "nope"})
    for organization in ("o", "o" * 100, "a\u0000"):
        call.refused(404, not_found("User", "u"), *post,
                     {"user_id": "u", "organization_id": organization})
        call.refused(404, not_found("Organization", organization), *post,
                     {**pair, "organization_id": organization, "role_slug": "nope"})
    for target in (f"{MEMBERSHIPS}/om_x", f"{MEMBERSHIPS}/{'x' * 100}"):
        call.invalid(required("role_slug"), "PUT", target, {"role_slug": 7})
        call.refused(404, not_found("Organization Membership", target.split("/")[-1]), "PUT",
                     target, {"role_slug": "nope"})


@check
def order_of_list_checks(server):
    call = Caller(server)
    missing = {"code": "missing_user_id_or_organization_id",
               "message": "Either a user id or an organization id is required."}

    def bad(message):
        return {"code": "invalid_request_parameters", "message": message}
    statuses = bad("Statuses should be some of active, inactive, pending.")
    limit = bad("Limit should be an integer from 1 to 100.")
    order = bad("Order should be one of asc, desc, normal.")
    call.refused(400, missing, "GET", MEMBERSHIPS)
    call.refused(400, missing, "GET", f"{MEMBERSHIPS}?limit=0&order=x&statuses=y&user_id=")
    wrong = f"{MEMBERSHIPS}?user_id=u&organization_id=o"
    call.refused(400, statuses, "GET", wrong + "&limit=0&order=x&before=x&after=x&statuses=y")
    call.refused(400, limit, "GET", wrong + "&limit=0&order=x&before=x&after=x")
    call.refused(400, order, "GET", wrong + "&order=x&before=x&after=x")
    call.refused(400, bad("Before is invalid."), "GET", wrong + "&before=x&after=x")
    call.refused(400, bad("After is invalid."), "GET", wrong + "&after=x")
    call.refused(404, not_found("User", "u"), "GET", wrong)
    user = call.user()["id"]
    call.refused(404, not_found("Organization", "o"), "GET",
                 f"{MEMBERSHIPS}?organization_id=o&user_id={user}")


# ---- update, status, delete

@check
def update_replaces_roles(server):
    call = Caller(server)
    admin = call.role()["slug"]
    made = call.member()
    target = f"{MEMBERSHIPS}/{made['id']}"
    time.sleep(0.002)
    updated = call.ok("PUT", target, {"role_slug": admin, "id": "om_other"})
    equal((slugs(updated), updated["id"], updated["created_at"]),
          ([admin], made["id"], made["created_at"]))
    assert updated["updated_at"] > made["updated_at"]
    # Nothing named and the same again change nothing.
    for body in (None, b"", {}, [], {"role_slug": None}, {"role_slugs": None}, {"id": made["id"]},
                 {"role_slug": admin}, {"role_slugs": [admin, admin]}):
        equal(call.ok("PUT", target, body), updated)
    # An inactive membership may be given roles, and stays inactive.
    call.ok("PUT", target + "/deactivate")
    inactive = call.ok("PUT", target, {"role_slug": "member"})
    equal((slugs(inactive), inactive["status"]), (["member"], "inactive"))


@check
def update_with_bad_fields(server):
    call = Caller(server)
    target = f"{MEMBERSHIPS}/{call.member()['id']}"
    for value in NOT_STRINGS[1:]:
        call.invalid(required("role_slug"), "PUT", target, {"role_slug": value})
    call.invalid(("role_slugs_array_required",
                  "Role slugs should be an array of non-empty strings."), "PUT", target,
                 {"role_slugs": []})
    call.invalid(("role_slug_and_role_slugs_mutually_exclusive",
                  "Role slug and role slugs are mutually exclusive."), "PUT", target,
                 {"role_slug": "member", "role_slugs": ["member"]})


@check
def deactivate_and_reactivate(server):
    call = Caller(server)
    admin = call.role()["slug"]
    made = call.member(role_slug=admin)
    target = f"{MEMBERSHIPS}/{made['id']}"
    equal(call.ok("PUT", target + "/reactivate"), made)
    time.sleep(0.002)
    inactive = call.ok("PUT", target + "/deactivate")
    equal({**inactive, "updated_at": 0}, {**made, "status": "inactive", "updated_at": 0})
    assert inactive["updated_at"] > made["updated_at"]
    equal(call.ok("PUT", target + "/deactivate"), inactive)
    time.sleep(0.002)
    active = call.ok("PUT", target + "/reactivate")
    equal({**active, "updated_at": 0}, {**made, "updated_at": 0})
    assert active["updated_at"] > inactive["updated_at"]
    equal(call.ok("PUT", target + "/reactivate"), active)


@check
def deactivate_and_reactivate_unknown(server):
    call = Caller(server)
    for what in ("deactivate", "reactivate"):
        call.refused(404, not_found("Organization Membership", "om_x"), "PUT",
                     f"{MEMBERSHIPS}/om_x/{what}")


@check
def bodies_where_nothing_is_required(server):
    call = Caller(server)
    target = f"{MEMBERSHIPS}/{call.member()['id']}"
    for what, status in (("deactivate", "inactive"), ("reactivate", "active")):
        for body in (None, b"", b"{}", b"[]", b' { } ', b'{"status":"pending","role_slug":7}'):
            call.ok("PUT", f"{target}/{'deactivate' if status == 'active' else 'reactivate'}")
            equal(call.ok("PUT", f"{target}/{what}", body)["status"], status)
        answer = call.send("PUT", f"{target}/{what}", None, "Content-Type: application/json\r\n")
        equal(answer.status, 200)
        for body, code in ((b"{", 400), (b"x=1", 400), (b'"x"', 422), (b"[1]", 422),
                           (b"7", 422), (b"null", 422)):
            equal(call.send("PUT", f"{target}/{what}", body).status, code)


@check
def bodies_that_are_no_objects(server):
    call = Caller(server)
    target = f"{MEMBERSHIPS}/{call.member()['id']}"
    for method, where in (("POST", MEMBERSHIPS), ("PUT", target), ("POST", ORGANIZATIONS),
                          ("POST", USERS), ("POST", ROLES)):
        for body in (b"null", b"true", b"7", b'"x"', b"[1]", b"[{}]"):
            call.invalid(("body_object_required", "Body should be an object."), method, where,
                         body)
        for body in (b"{", b"{}x", b"\xff", b'{"name":"\xc3"}', b"user_id=1", b"{'a':1}"):
            call.refused(400, {"code": "bad_request", "message": "The body is not valid JSON."},
                         method, where, body)


@check
def delete_is_for_good(server):
    call = Caller(server)
    pair = call.pair()
    made = call.member(pair)
    target = f"{MEMBERSHIPS}/{made['id']}"
    answer = call.send("DELETE", target)
    equal((answer.status, answer.body, answer.headers["content-length"]), (200, b"", "0"))
    assert "content-type" not in answer.headers
    gone = not_found("Organization Membership", made["id"])
    for method, where, body in (("DELETE", target, None), ("GET", target, None),
                                ("PUT", target, {"role_slug": "member"}), ("PUT", target, None),
                                ("PUT", target + "/deactivate", None),
                                ("PUT", target + "/reactivate", None)):
        call.refused(404, gone, method, where, body)
    equal(call.members("user_id=" + pair["user_id"])["data"], [])
    again = call.member(pair)
    assert again["id"] > made["id"]
    inactive = call.ok("PUT", f"{MEMBERSHIPS}/{again['id']}/deactivate")
    equal(call.send("DELETE", f"{MEMBERSHIPS}/{inactive['id']}", {}).status, 200)


# ---- Multiple Roles

@check
def several_roles_when_enabled(_):
    with Server("--multiple-roles", "on") as server:
        call = Caller(server)
        for slug in ("admin", "editor", "viewer"):
            call.role(slug)
        pair = call.pair()
        made = call.member(pair, role_slugs=["viewer", "admin", "viewer"])
        equal(slugs(made), ["admin", "viewer"])
        target = f"{MEMBERSHIPS}/{made['id']}"
        equal(call.ok("PUT", target, {"role_slugs": ["viewer", "admin"]}), made)
        everything = call.ok("PUT", target,
                             {"role_slugs": ["viewer", "editor", "admin", "member"]})
        equal(slugs(everything), ["member", "admin", "editor", "viewer"])
        call.refused(422, {"code": "invalid_role", "message": "Role 'x' is not a valid role."},
                     "PUT", target, {"role_slugs": ["viewer", "x"]})
        equal(call.get(made), everything)
        call.ok("PUT", target + "/deactivate")
        equal(slugs(call.ok("PUT", target + "/reactivate")), slugs(everything))
        call.ok("PUT", target + "/deactivate")
        equal(slugs(call.member(pair, role_slug="editor")), ["editor"])


@check
def roles_in_priority_order(_):
    with Server("--multiple-roles=off") as server:
        call = Caller(server)
        for slug in ("zeta", "alpha", "org-x", "1-2_3"):
            call.role(slug)
        listed = call.ok("GET", ROLES)
        equal(list(listed), ["object", "data"])
        equal([role["slug"] for role in listed["data"]],
              ["member", "zeta", "alpha", "org-x", "1-2_3"])
        equal((listed["data"][0]["name"], listed["data"][0]["description"]), ("Member", None))
        matches(TIME, listed["data"][0]["created_at"])
        assert listed["data"][0]["created_at"] > "2020"
        equal(call.ok("GET", ROLES + "?limit=0&order=x&after=y"), listed)


# ---- lists of memberships

@check
def list_by_user_organization_and_both(server):
    call = Caller(server)
    users = [call.user()["id"] for _ in range(3)]
    organizations = [call.organization()["id"] for _ in range(3)]
    made = {(u, o): call.member({"user_id": u, "organization_id": o})
            for u in users for o in organizations if (u, o) != (users[2], organizations[2])}

    def expect(query, chosen):
        equal(call.members(query), {
            "object": "list", "data": chosen[::-1],
            "list_metadata": {"before": None, "after": None}})
    for i, user in enumerate(users):
        expect(f"user_id={user}", [m for (u, _), m in made.items() if u == user])
        organization = organizations[i]
        expect(f"organization_id={organization}",
               [m for (_, o), m in made.items() if o == organization])
        for other in organizations:
            expect(f"user_id={user}&organization_id={other}",
                   [made[user, other]] if (user, other) in made else [])
    nobody, empty = call.user()["id"], call.organization()["id"]
    for query in (f"user_id={nobody}", f"organization_id={empty}",
                  f"user_id={nobody}&organization_id={empty}"):
        expect(query, [])
    # Of a parameter that is given twice the last counts; an empty one is none.
    expect(f"user_id={users[0]}&user_id={nobody}", [])
    expect(f"user_id={nobody}&organization_id=", [])


@check
def list_statuses_in_each_form(server):
    call = Caller(server)
    organization = call.organization()["id"]
    members = [call.member({"user_id": call.user()["id"], "organization_id": organization})["id"]
               for _ in range(4)]
    for member in members[:2]:
        call.ok("PUT", f"{MEMBERSHIPS}/{member}/deactivate")
    inactive, active, every = members[1::-1], members[:1:-1], members[::-1]
    for query, expected in (
            ("", active), ("&statuses=", active), ("&statuses=,", active),
            ("&statuses=active", active), ("&statuses[]=active", active),
            ("&statuses=inactive", inactive), ("&statuses[0]=inactive", inactive),
            ("&statuses=pending", []), ("&statuses=active,inactive", every),
            ("&statuses=active%2Cinactive,pending", every),
            ("&statuses=inactive&statuses=active", every),
            ("&statuses[]=active&statuses[]=inactive", every),
            ("&statuses[0]=active&statuses[1]=inactive", every),
            ("&statuses%5B%5D=active&statuses%5B%5D=inactive", every),
            ("&statuses%5B0%5D=active&statuses%5B1%5D=inactive", every),
            ("&statuses=inactive,inactive", inactive)):
        listed = call.members(f"organization_id={organization}{query}")
        equal((query, ids(listed)), (query, expected))
    for query in ("deleted", "Active", "active,x", "active%20", "active&statuses=x"):
        answer = call.send("GET", f"{MEMBERSHIPS}?organization_id={organization}&statuses={query}")
        equal((query, answer.status, answer.code()), (query, 400, "invalid_request_parameters"))


@check
def list_of_unknown_is_not_found(server):
    call = Caller(server)
    user, organization = call.user()["id"], call.organization()["id"]
    for sent in ("x", "x" * 64, "\u4e16", "a\u0000b", "org_00000000000000000000000000"):
        quoted = urllib.parse.quote(sent)
        call.refused(404, not_found("User", sent), "GET",
                     f"{MEMBERSHIPS}?user_id={quoted}&organization_id={organization}")
        call.refused(404, not_found("Organization", sent), "GET",
                     f"{MEMBERSHIPS}?user_id={user}&organization_id={quoted}")


# ---- paging

class Pages:
    """Pages of a list whose rows are known, newest first."""

    def __init__(self, call, target, rows):
        self.call, self.target, self.rows = call, target, rows

    def page(self, **parameters):
        listed = self.call.ok("GET", self.target + ("&" if "?" in self.target else "?") +
                              urllib.parse.urlencode(parameters))
        metadata = listed["list_metadata"]
        return ids(listed), metadata["before"], metadata["after"]

    def check(self, expected, **parameters):
        actual = self.page(**parameters)
        assert actual == expected, f"{parameters}: {actual}, not {expected}"

    def follow(self, cursor, **parameters):
        """All pages from the first on, by `after` or `before`."""
        pages = []
        position = {}
        while True:
            rows, before, after = self.page(**parameters, **position)
            pages.append(rows)
            following = after if cursor == "after" else before
            if following is None:
                return pages
            position = {cursor: following}


def expected_page(rows, limit, order, before, after):
    """What A2 says of a page, from the whole list, newest first."""
    shown = rows[::-1] if order == "asc" else rows
    newer_first = order != "asc"
    swapped = order == "normal"
    preceding_cursor = after if not swapped else before
    following_cursor = before if not swapped else after

    def is_beyond(row, cursor):
        return row < cursor if newer_first else row > cursor
    chosen = [r for r in shown
              if (preceding_cursor is None or is_beyond(r, preceding_cursor)) and
              (following_cursor is None or (r != following_cursor and
                                            not is_beyond(r, following_cursor)))]
    from_end = following_cursor is not None and (preceding_cursor is None or swapped)
    chosen = chosen[-limit:] if from_end else chosen[:limit]
    low = chosen[0] if chosen and chosen[0] != shown[0] else None
    high = chosen[-1] if chosen and chosen[-1] != shown[-1] else None
    return chosen, *((high, low) if swapped else (low, high))


def check_all_pages(pages, extra_cursors=()):
    """Every order, several limits and every pair of cursors."""
    rows = pages.rows
    cursors = [None, rows[0], rows[1], rows[len(rows) // 2], rows[-1], *extra_cursors]
    for order in ("asc", "desc", "normal"):
        for limit in (1, 2, len(rows) - 1, len(rows), 100):
            for before in cursors:
                for after in cursors:
                    parameters = {"order": order, "limit": limit}
                    if before:
                        parameters["before"] = before
                    if after:
                        parameters["after"] = after
                    pages.check(expected_page(rows, limit, order, before, after), **parameters)


@check
def pages_of_memberships_every_way(server):
    call = Caller(server)
    organization = call.organization()["id"]
    rows = [call.member({"user_id": call.user()["id"], "organization_id": organization})["id"]
            for _ in range(6)][::-1]
    foreign = call.member()["id"]
    for member in rows[2:4]:
        call.ok("PUT", f"{MEMBERSHIPS}/{member}/deactivate")
    target = f"{MEMBERSHIPS}?organization_id={organization}"
    check_all_pages(Pages(call, target + "&statuses=active,inactive,pending", rows), [foreign])
    # A cursor need not fit the filter.
    check_all_pages(Pages(call, target, rows[:2] + rows[4:]), rows[2:4])


@check
def pages_of_a_user_every_way(server):
    call = Caller(server)
    user = call.user()["id"]
    rows = [call.member({"user_id": user, "organization_id": call.organization()["id"]})["id"]
            for _ in range(5)][::-1]
    check_all_pages(Pages(call, f"{MEMBERSHIPS}?user_id={user}", rows))


@check
def pages_of_one_pair(server):
    call = Caller(server)
    older = call.member()["id"]
    pair = call.pair()
    row = call.member(pair)["id"]
    newer = call.member()["id"]
    target = f"{MEMBERSHIPS}?user_id={pair['user_id']}&organization_id={pair['organization_id']}"
    pages = Pages(call, target, [row])
    for parameters, shown in (({}, True), ({"after": newer}, True), ({"before": newer}, False),
                              ({"after": older}, False), ({"before": older}, True),
                              ({"after": row}, False), ({"before": row}, False),
                              ({"after": newer, "before": older}, True),
                              ({"order": "asc", "after": newer}, False)):
        pages.check(([row] if shown else [], None, None), **parameters)


@check
def pages_of_more_than_a_hundred(server):
    call = Caller(server)
    organization = call.organization()["id"]
    rows = [call.member({"user_id": call.user()["id"], "organization_id": organization})["id"]
            for _ in range(113)][::-1]
    equal(rows, sorted(rows, reverse=True))
    pages = Pages(call, f"{MEMBERSHIPS}?organization_id={organization}", rows)
    pages.check((rows[:10], None, rows[9]))
    for order, expected in (("desc", rows), ("asc", rows[::-1])):
        for limit in (7, 10, 100):
            forwards = pages.follow("after", order=order, limit=limit)
            equal(sum(forwards, []), expected)
            assert all(len(page) == limit for page in forwards[:-1])
    # `normal` begins with the newest, and `before` leads to older ones.
    equal(sum(pages.follow("before", order="normal", limit=25), []), rows)
    # From the oldest back to the newest.
    for cursor, order in (("before", "desc"), ("after", "normal")):
        shown, position = [], {cursor: rows[-1]}
        while position[cursor]:
            page, before, after = pages.page(order=order, limit=25, **position)
            shown = page + shown
            position = {cursor: before if cursor == "before" else after}
        equal(shown, rows[:-1])


@check
def pages_survive_deletions(server):
    call = Caller(server)
    organization = call.organization()["id"]
    rows = [call.member({"user_id": call.user()["id"], "organization_id": organization})["id"]
            for _ in range(30)][::-1]
    pages = Pages(call, f"{MEMBERSHIPS}?organization_id={organization}", rows)
    first, _, after = pages.page(limit=10)
    equal((first, after), (rows[:10], rows[9]))
    for member in rows[5:12]:
        call.send("DELETE", f"{MEMBERSHIPS}/{member}")
    pages.check((rows[12:22], rows[12], rows[21]), limit=10, after=after)
    pages.check((rows[:5], None, rows[4]), limit=10, before=after)
    call.ok("PUT", f"{MEMBERSHIPS}/{rows[21]}/deactivate")
    pages.check((rows[22:], rows[22], None), limit=10, after=rows[21])
    for member in rows[22:]:
        call.send("DELETE", f"{MEMBERSHIPS}/{member}")
    pages.check(([], None, None), limit=10, after=rows[21])
    # A new member comes before the page, not into it.
    call.member({"user_id": call.user()["id"], "organization_id": organization})
    pages.check((rows[12:21], rows[12], None), limit=10, after=rows[9])


LOST = ("om_", "om_7ZZZZZZZZZZZZZZZZZZZZZZZZ", "om_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "om_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "OM_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "x" * 64, "a%00b",
        "org_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "user_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "%E4%B8%96")


@check
def pages_with_cursors_of_nothing(server):
    call = Caller(server)
    pair = call.pair()
    row = call.member(pair)["id"]
    target = f"{MEMBERSHIPS}?organization_id={pair['organization_id']}"
    pages = Pages(call, target, [row])
    # In our own form it is a position, whether or not there ever was such a row.
    last, first = "om_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "om_00000000000000000000000000"
    pages.check(([row], None, None), after=last)
    pages.check(([], None, None), before=last)
    pages.check(([row], None, None), before=first)
    pages.check(([], None, None), after=first)
    for cursor in LOST + (pair["user_id"], pair["organization_id"]):
        for name in ("after", "before"):
            call.refused(400, {"code": "invalid_request_parameters",
                               "message": f"{name.capitalize()} is invalid."},
                         "GET", f"{target}&{name}={cursor}")


@check
def pages_with_bad_limits(server):
    call = Caller(server)
    organization = call.organization()["id"]
    for limit in ("0", "101", "-1", "abc", "5.0", "1e1", "%2B5"):
        call.refused(400, {"code": "invalid_request_parameters",
                           "message": "Limit should be an integer from 1 to 100."}, "GET",
                     f"{MEMBERSHIPS}?organization_id={organization}&limit={limit}")
        for target in (ORGANIZATIONS, USERS):
            call.invalid(("limit_invalid", "Limit should be an integer from 1 to 100."), "GET",
                         f"{target}?limit={limit}")
    for target in (ORGANIZATIONS, USERS):
        call.invalid(("order_invalid", "Order should be one of asc, desc, normal."), "GET",
                     f"{target}?order=ASC&after=x")
        for name in ("before", "after"):
            for cursor in LOST[:7]:
                call.invalid((f"{name}_invalid", f"{name.capitalize()} is invalid."), "GET",
                             f"{target}?{name}={cursor}")


@check
def pages_of_organizations_and_users(_):
    with Server() as server:
        call = Caller(server)
        for target, make in ((ORGANIZATIONS, call.organization), (USERS, call.user)):
            equal(call.ok("GET", target), {"object": "list", "data": [],
                                           "list_metadata": {"before": None, "after": None}})
            objects = [make() for _ in range(12)][::-1]
            equal(call.ok("GET", target)["data"], objects[:10])
            rows = [thing["id"] for thing in objects]
            check_all_pages(Pages(call, target, rows))
            equal(call.ok("GET", target + "?limit=&order=&after=&before=")["data"], objects[:10])


# ---- ids

@check
def ids_that_nobody_has(server):
    call = Caller(server)
    for target, kind in ((MEMBERSHIPS, "Organization Membership"),
                         (ORGANIZATIONS, "Organization"), (USERS, "User"), (ROLES, "Role")):
        for sent in ("x", "a/b", "a%b", "a+b", "a b", "a\u0000b", "\u4e16\U0001F600", "x" * 63,
                     "x" * 64, "\u4e16" * 21, "\u4e16" * 22, "x" * 5000, "..", "a'\"b", "?"):
            call.refused(404, not_found(kind, sent), "GET",
                         f"{target}/{urllib.parse.quote(sent, safe='+')}")
    for method in ("DELETE", "PUT"):
        call.refused(404, not_found("Organization Membership", "a/b"), method,
                     f"{MEMBERSHIPS}/a%2Fb")


@check
def ids_that_are_not_escaped(server):
    call = Caller(server)
    organization = call.organization()["id"]
    for target in (f"{ORGANIZATIONS}/a/b", f"{ORGANIZATIONS}/", f"{MEMBERSHIPS}/",
                   f"{MEMBERSHIPS}//deactivate", f"{MEMBERSHIPS}/a/b/deactivate"):
        for method in ("GET", "DELETE", "PUT"):
            call.refused(404, {"code": "not_found", "message": "Not Found"}, method, target)
    call.refused(404, not_found("Organization", "a"), "GET", f"{ORGANIZATIONS}/a?b")
    call.refused(400, {"code": "bad_request",
                       "message": "A segment of the path is not valid UTF-8."}, "GET",
                 f"{ORGANIZATIONS}/%FF")
    equal(call.ok("GET", f"{ORGANIZATIONS}/{organization}?x=y")["id"], organization)
    escaped = "".join(f"%{ord(c):02X}" for c in organization)
    equal(call.ok("GET", f"{ORGANIZATIONS}/{escaped}")["id"], organization)
    equal(call.send("GET", f"{ORGANIZATIONS}/{organization.lower()}").status, 404)


@check
def ids_of_another_kind(server):
    call = Caller(server)
    made = call.member()
    for target, kind in ((MEMBERSHIPS, "Organization Membership"),
                         (ORGANIZATIONS, "Organization"), (USERS, "User")):
        found = [sent for sent in (made["id"], made["user_id"], made["organization_id"])
                 if call.send("GET", f"{target}/{sent}").status == 200]
        equal((kind, len(found)), (kind, 1))


# ---- organizations, users, roles

@check
def organizations_with_bad_fields(server):
    call = Caller(server)
    for value in NOT_STRINGS:
        call.invalid(required("name"), "POST", ORGANIZATIONS, {"name": value})
    for body in (None, b"", {}, []):
        call.invalid(required("name"), "POST", ORGANIZATIONS, body)
    call.invalid(invalid("name"), "POST", ORGANIZATIONS, {"name": "a\u0000b"})
    fields = {"domain_data": ("domain_data_array_required",
                              "Domain data should be an array of objects."),
              "domains": ("domains_array_required",
                          "Domains should be an array of non-empty strings."),
              "metadata": ("metadata_object_required", "Metadata should be an object."),
              "external_id": required("external_id")}
    for i, field in enumerate(fields):
        for value in ("", 7, False):
            call.invalid(fields[field], "POST", ORGANIZATIONS,
                         {"name": "x", **{f: value for f in reversed(list(fields)[i:])}})
        call.ok("POST", ORGANIZATIONS, {"name": "x", field: None}, 201)
    call.invalid(required("name"), "POST", ORGANIZATIONS, {"name": 1, "metadata": {}})
    equal(call.organization("x" * 10000)["name"], "x" * 10000)
    equal(call.organization(" ")["name"], " ")


@check
def users_with_bad_fields(server):
    call = Caller(server)
    for value in NOT_STRINGS:
        call.invalid(required("email"), "POST", USERS, {"email": value})
    for value in ("x", "@", "a@", "@b", "a@b@c", "a b@c", "a@b ", "a\t@b", "a\n@b", "a\u0000@b"):
        call.invalid(invalid("email"), "POST", USERS, {"email": value, "first_name": 7})
    call.invalid(("email_too_long", "Email is too long."), "POST", USERS,
                 {"email": "x" * 250 + "@a.de"})

    def good():
        return {"email": f"good{next(NUMBERS)}@x"}
    for field in ("first_name", "last_name", "name"):
        for value in (7, True, [], {}):
            call.invalid((f"{field}_string_required", f"{label(field)} should be a string."), "POST",
                         USERS, {**good(), field: value})
        call.invalid(invalid(field), "POST", USERS, {**good(), field: "\u0000"})
        equal(call.ok("POST", USERS, {**good(), field: None}, 201)[field], None)
        equal(call.ok("POST", USERS, {**good(), field: ""}, 201)[field], "")
        long_name = "\u4e16" * 1000
        equal(call.ok("POST", USERS, {**good(), field: long_name}, 201)[field], long_name)
    for value in ("true", 1, 0, "", [], {}):
        call.invalid(("email_verified_boolean_required", "Email verified should be a boolean."),
                     "POST", USERS, {**good(), "email_verified": value})
    equal(call.ok("POST", USERS, {**good(), "email_verified": None}, 201)["email_verified"], False)
    fields = ["email", "first_name", "last_name", "name", "email_verified", "external_id",
              "metadata"]
    for i in range(len(fields)):
        answer = call.send("POST", USERS, {**good(), **{f: 7 for f in reversed(fields[i:])}})
        equal((answer.status, len(answer.json()["errors"])), (422, 1))
        assert answer.json()["errors"][0]["code"].startswith(fields[i] + "_"), answer.body
    for field in ("external_id", "metadata"):
        equal(call.ok("POST", USERS, {**good(), field: None}, 201)["external_id"], None)


@check
def users_fields_that_are_ignored(server):
    call = Caller(server)
    made = call.user(password="secret", password_hash="x", password_hash_type=7, ip_address="x",
                     user_agent={}, signals_id=[], other=1, locale="de")
    equal(list(made), USER_KEYS)
    equal(made["locale"], None)
    assert "secret" not in json.dumps(made)


@check
def users_email_is_claimed(server):
    call = Caller(server)
    email = f"Grace.{next(NUMBERS)}@Example.com"
    made = call.user(email)
    in_use = {"code": "user_creation_error", "message": "Could not create user.",
              "errors": [{"code": "email_not_available",
                          "message": "This email is not available."}]}
    for same in (email, email.lower(), email.upper()):
        call.refused(400, in_use, "POST", USERS, {"email": same})
        listed = call.ok("GET", f"{USERS}?email={urllib.parse.quote(same)}")
        equal(listed, {"object": "list", "data": [made],
                       "list_metadata": {"before": None, "after": None}})
    call.invalid(invalid("name"), "POST", USERS, {"email": email, "name": "\u0000"})


@check
def users_by_email(server):
    call = Caller(server)
    longest = f"l{next(NUMBERS)}".ljust(249, "l") + "@x.de"
    row = call.user(longest)["id"]
    newer = call.user()["id"]
    quoted = urllib.parse.quote(longest)
    for query, expected in ((quoted, [row]), (quoted + "x", []), ("nobody%40x", []), ("x", []),
                            ("%00", []), ("a%20b", []), (quoted + "&after=" + newer, [row]),
                            (quoted + "&before=" + newer, []), (quoted + "&after=" + row, [])):
        equal((query, ids(call.ok("GET", f"{USERS}?email={query}"))), (query, expected))
    call.invalid(invalid("after"), "GET", f"{USERS}?email={quoted}&after=x")


@check
def roles_with_bad_fields(server):
    call = Caller(server)

    def good():
        return {"slug": f"good-{next(NUMBERS)}", "name": "Good"}
    for field in ("slug", "name"):
        for value in NOT_STRINGS:
            call.invalid(required(field), "POST", ROLES, {**good(), field: value})
    for value in ("Admin", "a b", "a.b", "\u00e4", "admin ", "a\u0000"):
        call.invalid(invalid("slug"), "POST", ROLES, {"slug": value})
        call.invalid(invalid("resource_type_slug"), "POST", ROLES,
                     {**good(), "resource_type_slug": value})
    for value in ("", 7, [], {}, True):
        call.invalid(required("resource_type_slug"), "POST", ROLES,
                     {**good(), "resource_type_slug": value})
    call.invalid(("slug_too_long", "Slug is too long."), "POST", ROLES, {"slug": "x" * 49})
    call.invalid(("resource_type_slug_too_long", "Resource type slug is too long."), "POST", ROLES,
                 {**good(), "resource_type_slug": "x" * 49})
    call.invalid(("name_too_long", "Name is too long."), "POST", ROLES,
                 {**good(), "name": "\u4e16" * 49, "description": 7})
    call.invalid(invalid("name"), "POST", ROLES, {**good(), "name": "a\u0000"})
    for value in (7, True, [], {}):
        call.invalid(("description_string_required", "Description should be a string."), "POST",
                     ROLES, {**good(), "description": value})
    call.invalid(("description_too_long", "Description is too long."), "POST", ROLES,
                 {**good(), "description": "\u4e16" * 151, "resource_type_slug": 7})
    call.invalid(invalid("description"), "POST", ROLES, {**good(), "description": "\u0000"})
    made = call.ok("POST", ROLES, {
        "slug": str(next(NUMBERS)).rjust(48, "_"), "name": "\u4e16" * 48,
        "description": "\u4e16" * 150, "resource_type_slug": "x" * 48, "permissions": 7}, 201)
    equal((made["name"], made["description"]), ("\u4e16" * 48, "\u4e16" * 150))
    equal(call.ok("POST", ROLES, {**good(), "description": ""}, 201)["description"], "")
    equal(call.ok("POST", ROLES, {**good(), "description": None}, 201)["description"], None)


@check
def roles_slug_is_unique(server):
    call = Caller(server)
    slug = call.role()["slug"]
    for same in (slug, "member"):
        call.refused(409, {"code": "role_slug_conflict",
                           "message": f"A role '{same}' exists already."}, "POST", ROLES,
                     {"slug": same, "name": "Other", "resource_type_slug": "folder"})
    call.refused(404, not_found("Role", slug.upper()), "GET", f"{ROLES}/{slug.upper()}")


@check
def roles_have_room_for_64(_):
    with Server() as server:
        call = Caller(server)
        for i in range(63):
            call.role(f"r{i}")
        call.invalid(("role_limit_reached", "There is no room for another role."), "POST", ROLES,
                     {"slug": "one-more", "name": "x"})
        call.refused(409, {"code": "role_slug_conflict", "message": "A role 'r5' exists already."},
                     "POST", ROLES, {"slug": "r5", "name": "x"})
        equal(len(call.ok("GET", ROLES)["data"]), 64)
        equal(slugs(call.member(role_slug="r62")), ["r62"])


# ---- the rest

@check
def head_on_each_get_route(server):
    call = Caller(server)
    made = call.member()
    for target in (f"{MEMBERSHIPS}?user_id={made['user_id']}", f"{MEMBERSHIPS}/{made['id']}",
                   ORGANIZATIONS, f"{ORGANIZATIONS}/{made['organization_id']}", USERS,
                   f"{USERS}/{made['user_id']}", ROLES, f"{ROLES}/member", f"{ROLES}/nope",
                   MEMBERSHIPS):
        get, head = call.send("GET", target), call.send("HEAD", target)
        equal(head.status, get.status)
        for name in ("content-length", "content-type"):
            equal(head.headers[name], get.headers[name])


@check
def methods_of_each_route(server):
    call = Caller(server)
    for target, allowed in ((MEMBERSHIPS, "GET, HEAD, POST"),
                            (MEMBERSHIPS + "/x", "GET, HEAD, PUT, DELETE"),
                            (MEMBERSHIPS + "/x/deactivate", "PUT"),
                            (MEMBERSHIPS + "/x/reactivate", "PUT"),
                            (ORGANIZATIONS, "GET, HEAD, POST"),
                            (ORGANIZATIONS + "/x", "GET, HEAD, PUT, DELETE"),
                            (ORGANIZATIONS + "/x/roles", "GET, HEAD"),
                            (USERS, "GET, HEAD, POST"),
                            (USERS + "/x", "GET, HEAD, PUT, DELETE"),
                            (ROLES, "GET, HEAD, POST"), (ROLES + "/x/permissions", "POST, PUT")):
        answer = call.send("PATCH", target)
        equal((target, answer.status, answer.code(), answer.headers["allow"]),
              (target, 405, "method_not_allowed", allowed))
    for method, target, status in (("POST", MEMBERSHIPS + "/x", 405), ("DELETE", MEMBERSHIPS, 405),
                                   ("GET", MEMBERSHIPS + "/x/deactivate", 405),
                                   ("PUT", MEMBERSHIPS + "/x/delete", 404),
                                   ("GET", "/organization_memberships", 404)):
        equal((target, call.send(method, target).status), (target, status))


@check
def idempotency_key_is_accepted(server):
    call = Caller(server)
    answer = call.send("POST", ORGANIZATIONS, {"name": "x"}, "Idempotency-Key: 1-2-3\r\n")
    equal(answer.status, 201)


@check
def many_clients_on_one_organization(server):
    """Each pair is created by two clients at once: one is told that the other was first."""
    call = Caller(server)
    organization = call.organization()["id"]
    users = [call.user()["id"] for _ in range(60)]
    outcomes = [[] for _ in range(4)]
    errors = []

    def work(index):
        try:
            mine = Caller(server)
            for i, user in enumerate(users):
                pair = {"user_id": user, "organization_id": organization}
                answer = mine.send("POST", MEMBERSHIPS, pair)
                outcomes[index].append((user, answer.status))
                if i % 10 == 0:
                    listed = mine.members(f"organization_id={organization}&limit=100")
                    equal(len(set(ids(listed))), len(listed["data"]))
                    mine.ok("GET", f"{USERS}?limit=100")
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    for i, user in enumerate(users):
        equal(sorted(outcome[i][1] for outcome in outcomes), [201, 409, 409, 409])
        equal({outcome[i][0] for outcome in outcomes}, {user})
    listed = call.members(f"organization_id={organization}&limit=100")
    equal(sorted(row["user_id"] for row in listed["data"]), sorted(users))


@check
def many_clients_changing_one_membership(server):
    call = Caller(server)
    pair = call.pair()
    target = f"{MEMBERSHIPS}/{call.member(pair)['id']}"
    statuses = []

    def work(index):
        mine = Caller(server)
        for i in range(40):
            what = ("/deactivate", "/reactivate")[(index + i) % 2]
            statuses.append(mine.send("PUT", target + what).status)
            statuses.append(mine.send("GET", target).status)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal((len(statuses), set(statuses)), (320, {200}))


if __name__ == "__main__":
    sys.exit(run_checks())
