# SPDX-License-Identifier: BSL-1.0
"""Organizations, users, roles and permissions over HTTP: python3 test_administration.py BINARY

Plan: concern -> checks
  organizations         -> organization_*: made, changed, what stays, claims, lists, deleted
  users                 -> user_*: the same, the address, last owners
  roles                 -> role_*, own_role_*: order, permissions, generated slugs, in use
  permissions           -> permission_*: object, changed, deleted, pages
  order of checks       -> order_of_checks
  odd texts             -> names_that_nobody_has
  long operations twice -> deletions_at_once

What test_api.py says of these calls is not said again.
"""

import sys
import threading
import urllib.parse

from caller import (MEMBERSHIPS, NUMBERS, ORGANIZATIONS, ROLES, ULID, USERS, Caller, checked_times,
                    ids, invalid, matches, not_found, required)
from harness import Server, check, equal, run_checks

PERMISSIONS = "/authorization/permissions"
OWN = "/authorization/organizations"


def name(prefix):
    return f"{prefix}-{next(NUMBERS)}"


def permission(call, slug=None, **fields):
    slug = slug or name("perm")
    return call.ok("POST", PERMISSIONS, {"slug": slug, "name": slug.title(), **fields}, 201)


def own_roles(organization):
    return f"{OWN}/{organization['id']}/roles"


def own_role(call, organization, **fields):
    return call.ok("POST", own_roles(organization), {"name": name("Own"), **fields}, 201)


def domains(organization):
    return [(d["domain"], d["state"], d["verification_strategy"]) for d in organization["domains"]]


def without_time(thing):
    return {k: v for k, v in thing.items() if k != "updated_at"}


def empty_page(data):
    return {"object": "list", "data": data, "list_metadata": {"before": None, "after": None}}


# ---- organizations

@check
def organization_in_full(server):
    call = Caller(server)
    host = name("acme")
    made = call.ok("POST", ORGANIZATIONS, {
        "name": "Acme", "external_id": name("ext"), "metadata": {"tier": "gold", "none": None},
        "domain_data": [{"domain": f"{host}.de", "state": "verified"},
                        {"domain": f"{host}.fr", "state": "pending"}]}, 201)
    equal(made["metadata"], {"tier": "gold"})
    equal(domains(made), [(f"{host}.de", "verified", "manual"), (f"{host}.fr", "pending", "dns")])
    first = made["domains"][0]
    equal(list(first), ["object", "id", "organization_id", "domain", "state",
                        "verification_strategy", "created_at", "updated_at"])
    matches("org_domain_" + ULID, first["id"])
    equal((first["object"], first["organization_id"]), ("organization_domain", made["id"]))
    equal(call.ok("GET", f"{ORGANIZATIONS}/{made['id']}"), made)
    equal(call.ok("GET", f"{ORGANIZATIONS}/external_id/{made['external_id']}"), made)
    old = call.ok("POST", ORGANIZATIONS, {"name": "Old", "domains": [f"{host}.it"]}, 201)
    equal(domains(old), [(f"{host}.it", "legacy_verified", "dns")])


@check
def organization_changed(server):
    call = Caller(server)
    host = name("kept")
    made = call.ok("POST", ORGANIZATIONS, {
        "name": "Acme", "external_id": name("ext"), "metadata": {"a": "1", "b": "2"},
        "domain_data": [{"domain": f"{host}.de", "state": "pending"}]}, 201)
    one = f"{ORGANIZATIONS}/{made['id']}"
    for nothing in (None, b"", {}, [], {"name": None, "metadata": None, "domains": None},
                    {"name": "Acme", "metadata": {"a": "1", "c": None}},
                    {"external_id": made["external_id"], "id": 7},
                    {"domain_data": [{"domain": f"{host}.DE", "state": "pending"}]}):
        equal(call.ok("PUT", one, nothing), made)
    changed = call.ok("PUT", one, {"name": "B", "metadata": {"a": None, "b": "3", "c": "4"},
                                   "stripe_customer_id": name("cus")})
    equal((changed["name"], changed["metadata"]), ("B", {"b": "3", "c": "4"}))
    equal((changed["external_id"], changed["domains"], changed["created_at"]),
          (made["external_id"], made["domains"], made["created_at"]))
    assert changed["updated_at"] >= made["updated_at"]
    matches(r"cus-\d+", changed["stripe_customer_id"])
    cleared = call.ok("PUT", one, {"external_id": None, "metadata": {}})
    equal((cleared["external_id"], cleared["metadata"]), (None, {}))
    call.refused(404, not_found("Organization", made["external_id"]), "GET",
                 f"{ORGANIZATIONS}/external_id/{made['external_id']}")
    more = call.ok("PUT", one, {"domain_data": [{"domain": f"{host}.at", "state": "verified"},
                                                {"domain": f"{host}.de", "state": "verified"}]})
    equal(domains(more),
          [(f"{host}.at", "verified", "manual"), (f"{host}.de", "verified", "manual")])
    equal((more["domains"][1]["id"], more["domains"][1]["created_at"]),
          (made["domains"][0]["id"], made["domains"][0]["created_at"]))
    equal(call.ok("PUT", one, {"domains": []})["domains"], [])
    equal(call.ok("GET", one)["domains"], [])


@check
def organization_claims(server):
    call = Caller(server)
    host, external, stripe = name("claim"), name("ext"), name("cus")
    holder = call.ok("POST", ORGANIZATIONS, {"name": "A", "external_id": external,
                                             "domains": [f"{host}.de"]}, 201)
    call.ok("PUT", f"{ORGANIZATIONS}/{holder['id']}", {"stripe_customer_id": stripe})
    other = f"{ORGANIZATIONS}/{call.organization()['id']}"
    taken = {"code": "external_id_already_used",
             "message": f"The external id '{external}' is in use already."}
    domain = {"code": "domain_already_exists",
              "message": f"An Organization with the domain {host}.DE already exists."}
    call.refused(400, taken, "POST", ORGANIZATIONS, {"name": "B", "external_id": external})
    call.refused(400, taken, "PUT", other, {"external_id": external})
    call.refused(409, domain, "POST", ORGANIZATIONS, {"name": "B", "domains": [f"{host}.DE"]})
    call.refused(409, domain, "PUT", other,
                 {"domain_data": [{"domain": f"{host}.DE", "state": "verified"}]})
    call.refused(400, {"code": "stripe_customer_id_already_used",
                       "message": f"The Stripe customer id '{stripe}' is in use already."},
                 "PUT", other, {"stripe_customer_id": stripe})
    over = {"code": "invalid_metadata",
            "message": "The metadata is over a limit, or is not valid text."}
    for metadata in ({str(i): "" for i in range(51)}, {"k" * 41: ""}, {"k": "v" * 601}, {"": "v"}):
        call.refused(400, over, "POST", ORGANIZATIONS, {"name": "B", "metadata": metadata})
        call.refused(400, over, "PUT", other, {"metadata": metadata})
    call.ok("DELETE", f"{ORGANIZATIONS}/{holder['id']}")
    call.ok("PUT", other, {"external_id": external, "domains": [f"{host}.DE"],
                           "stripe_customer_id": stripe})


@check
def organization_lists(server):
    call = Caller(server)
    part = name("Find")
    rows = [call.ok("POST", ORGANIZATIONS, {"name": f"x {part}! {i}",
                                            "domains": [f"{part}-{i}.de"]}, 201)
            for i in range(3)][::-1]
    for text in (part + "!", part.upper() + "!", part.lower() + "! "):
        listed = call.ok("GET", f"{ORGANIZATIONS}?search={urllib.parse.quote(text)}")
        equal(listed, empty_page(rows))
    found = [f"{part}-0.de", f"{part}-2.DE".upper(), "nobody.de"]
    for query in ("domains=" + ",".join(found), "domains=" + "&domains=".join(found),
                  "domains[]=" + "&domains[]=".join(found),
                  "domains%5B0%5D=" + "&domains[7]=".join(found)):
        equal(ids(call.ok("GET", f"{ORGANIZATIONS}?{query}")), [rows[0]["id"], rows[2]["id"]])
    equal(ids(call.ok("GET", f"{ORGANIZATIONS}?domains={part}-0.de&search={part}!%202")), [])
    equal(ids(call.ok("GET", f"{ORGANIZATIONS}?domains={part}-0.de&search={part}!%200")),
          [rows[2]["id"]])
    equal(ids(call.ok("GET", f"{ORGANIZATIONS}?domains=nobody.de")), [])
    first = call.ok("GET", f"{ORGANIZATIONS}?search={part}!&limit=2")
    equal((ids(first), first["list_metadata"]),
          ([rows[0]["id"], rows[1]["id"]], {"before": None, "after": rows[1]["id"]}))
    rest = call.ok("GET", f"{ORGANIZATIONS}?search={part}!&limit=2&after={rows[1]['id']}")
    equal((ids(rest), rest["list_metadata"]),
          ([rows[2]["id"]], {"before": rows[2]["id"], "after": None}))
    call.invalid(("limit_invalid", "Limit should be an integer from 1 to 100."), "GET",
                 f"{ORGANIZATIONS}?search=a&limit=0")


@check
def organization_deleted(server):
    call = Caller(server)
    organization = call.organization()
    pairs = [{"user_id": call.user()["id"], "organization_id": organization["id"]}
             for _ in range(3)]
    members = [call.member(pair) for pair in pairs]
    one = f"{ORGANIZATIONS}/{organization['id']}"
    answer = call.send("DELETE", one)
    equal((answer.status, answer.body, answer.headers["content-length"]), (200, b"", "0"))
    assert "content-type" not in answer.headers
    gone = not_found("Organization", organization["id"])
    for method in ("GET", "PUT", "DELETE"):
        call.refused(404, gone, method, one)
    call.refused(404, not_found("Organization Membership", members[0]["id"]), "GET",
                 f"{MEMBERSHIPS}/{members[0]['id']}")
    equal(call.members("user_id=" + pairs[0]["user_id"])["data"], [])
    call.refused(404, gone, "POST", MEMBERSHIPS, pairs[1])


# ---- users

@check
def user_changed(server):
    call = Caller(server)
    made = call.user(first_name="Ada", name="Ada L.", external_id=name("ext"), email_verified=True,
                     metadata={"a": "1"})
    equal((made["name"], made["metadata"]), ("Ada L.", {"a": "1"}))
    one = f"{USERS}/{made['id']}"
    equal(call.ok("GET", f"{USERS}/external_id/{made['external_id']}"), made)
    for nothing in (None, {}, [], {"first_name": None, "email": None, "locale": None},
                    {"email": made["email"], "metadata": {"a": "1", "b": None}},
                    {"password": "secret", "external_id": made["external_id"]}):
        equal(call.ok("PUT", one, nothing), made)
    changed = call.ok("PUT", one, {"last_name": "Lovelace", "name": "", "locale": "en-GB",
                                   "metadata": {"a": None, "b": "2"}})
    equal({k: changed[k] for k in made if made[k] != changed[k] and k != "updated_at"},
          {"last_name": "Lovelace", "name": "", "locale": "en-GB", "metadata": {"b": "2"}})
    cleared = call.ok("PUT", one, {"external_id": None, "metadata": {}})
    equal((cleared["external_id"], cleared["metadata"]), (None, {}))
    call.refused(404, not_found("User", made["external_id"]), "GET",
                 f"{USERS}/external_id/{made['external_id']}")
    # Shown with a membership too.
    pair = {"user_id": made["id"], "organization_id": call.organization()["id"]}
    equal(call.member(pair)["user"], cleared)


@check
def user_address(server):
    call = Caller(server)
    made = call.user(f"First.{next(NUMBERS)}@x.de", email_verified=True)
    other = call.user()
    one = f"{USERS}/{made['id']}"
    upper = made["email"].upper()
    again = call.ok("PUT", one, {"email": upper})
    equal((again["email"], again["email_verified"]), (upper, True))
    new = call.ok("PUT", one, {"email": f"new.{next(NUMBERS)}@x.de"})
    equal(new["email_verified"], False)
    verified = call.ok("PUT", one, {"email": f"v.{next(NUMBERS)}@x.de", "email_verified": True})
    equal(verified["email_verified"], True)
    call.refused(400, {"code": "email_not_available", "message": "This email is not available."},
                 "PUT", one, {"email": other["email"].upper()})
    equal(call.ok("GET", one), verified)
    call.invalid(required("email"), "PUT", one, {"email": ""})
    call.invalid(invalid("email"), "PUT", one, {"email": "x"})
    call.user(upper)  # given up
    taken = name("ext")
    call.user(external_id=taken)
    refusal = {"code": "external_id_already_used",
               "message": f"The external id '{taken}' is in use already."}
    call.refused(400, refusal, "PUT", one, {"external_id": taken})
    call.refused(400, refusal, "POST", USERS, {"email": "z@z", "external_id": taken})
    call.refused(400, {"code": "invalid_metadata",
                       "message": "The metadata is over a limit, or is not valid text."},
                 "PUT", one, {"metadata": {"k": "v" * 601}})


@check
def user_lists_by_organization(server):
    call = Caller(server)
    organization = call.organization()
    users = [call.user() for _ in range(3)]
    for user in users[1:]:
        member = call.member({"user_id": user["id"], "organization_id": organization["id"]})
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")
    for field in ("organization_id", "organization"):
        equal(call.ok("GET", f"{USERS}?{field}={organization['id']}"), empty_page(users[:0:-1]))
    both = f"{USERS}?organization_id={organization['id']}&email="
    equal(ids(call.ok("GET", both + users[1]["email"])), [users[1]["id"]])
    equal(ids(call.ok("GET", both + users[0]["email"])), [])
    for unknown in ("x", "org_1", "x" * 64, "%00"):
        equal(call.ok("GET", f"{USERS}?organization_id={unknown}"), empty_page([]))


@check
def user_deleted(server):
    call = Caller(server)
    made = call.member()
    call.member({"user_id": made["user_id"], "organization_id": call.organization()["id"]})
    one = f"{USERS}/{made['user_id']}"
    answer = call.send("DELETE", one)
    equal((answer.status, answer.body, answer.headers["content-length"]), (200, b"", "0"))
    for method in ("GET", "PUT", "DELETE"):
        call.refused(404, not_found("User", made["user_id"]), method, one)
    call.refused(404, not_found("Organization Membership", made["id"]), "GET",
                 f"{MEMBERSHIPS}/{made['id']}")
    equal(call.members("organization_id=" + made["organization_id"])["data"], [])
    call.user(made["user"]["email"])


@check
def user_who_is_the_last_owner(_):
    with Server("--owner-role", "owner") as server:
        call = Caller(server)
        equal([role["slug"] for role in call.ok("GET", ROLES)["data"]], ["member", "owner"])
        owner = call.member(role_slug="owner")
        elsewhere = call.member({"user_id": owner["user_id"],
                                 "organization_id": call.organization()["id"]})
        one = f"{USERS}/{owner['user_id']}"
        call.refused(409, {"code": "user_deletion_not_allowed",
                           "message": "The user is the last owner of an organization."},
                     "DELETE", one)
        equal((call.get(owner), call.get(elsewhere)), (owner, elsewhere))
        equal(call.ok("GET", one), owner["user"])
        last = {"code": "last_owner_required",
                "message": "The organization must keep an active owner."}
        call.refused(409, last, "DELETE", f"{MEMBERSHIPS}/{owner['id']}")
        call.refused(409, last, "PUT", f"{MEMBERSHIPS}/{owner['id']}/deactivate")
        second = {"user_id": call.user()["id"], "organization_id": owner["organization_id"]}
        call.member(second, role_slug="owner")
        call.ok("DELETE", one)
        # The deletion of the organization itself asks for no owner.
        call.ok("DELETE", f"{ORGANIZATIONS}/{owner['organization_id']}")
        call.ok("DELETE", f"{USERS}/{second['user_id']}")


# ---- roles

@check
def role_changed(server):
    call = Caller(server)
    made = call.role(description="old")
    one = f"{ROLES}/{made['slug']}"
    for nothing in (None, {}, {"name": made["name"], "slug": "other"}, {"description": "old"}):
        equal(call.ok("PATCH", one, nothing), made)
    changed = call.ok("PATCH", one, {"name": "New"})
    equal(without_time({**made, "name": "New"}), without_time(changed))
    equal(call.ok("PATCH", one, {"description": None})["description"], None)
    equal(call.ok("PATCH", one, {"description": ""})["description"], "")
    equal(call.ok("GET", one)["description"], "")
    call.invalid(required("name"), "PATCH", one, {"name": ""})
    long_slug = "x" * 200
    call.refused(404, not_found("Role", long_slug), "PATCH", f"{ROLES}/{long_slug}", {"name": "x"})
    call.invalid(required("name"), "PATCH", f"{ROLES}/{long_slug}", {"name": 7})
    equal(call.send("DELETE", one).status, 405)


@check
def role_permissions(server):
    call = Caller(server)
    role = call.role()
    c, a, b = (permission(call, name(slug))["slug"] for slug in ("z", "a", "b"))
    one = f"{ROLES}/{role['slug']}"
    given = call.ok("PUT", one + "/permissions", {"permissions": [c, a, c]})
    equal(without_time({**role, "permissions": [a, c]}), without_time(given))
    equal(call.ok("PUT", one + "/permissions", {"permissions": [a, c]}), given)
    added = call.ok("POST", one + "/permissions", {"slug": b})
    equal(added["permissions"], [a, b, c])
    equal(call.ok("POST", one + "/permissions", {"slug": b}), added)
    equal(call.ok("GET", one), added)
    equal([r for r in call.ok("GET", ROLES)["data"] if r["id"] == role["id"]], [added])
    equal(call.ok("PATCH", one, {"name": "X"})["permissions"], [a, b, c])
    for unknown in ("nope", "N" * 100):
        call.refused(404, not_found("Permission", unknown), "PUT", one + "/permissions",
                     {"permissions": [a, unknown, "other"]})
        call.refused(404, not_found("Permission", unknown), "POST", one + "/permissions",
                     {"slug": unknown})
    # Further down than an error tells the place of.
    call.refused(404, not_found("Permission", ""), "PUT", one + "/permissions",
                 {"permissions": [a] * 70_000 + ["nope"]})
    call.refused(404, not_found("Role", "nope"), "PUT", f"{ROLES}/nope/permissions",
                 {"permissions": ["nope"]})
    equal(call.ok("GET", one)["permissions"], [a, b, c])
    call.invalid(("permissions_array_required",
                  "Permissions should be an array of non-empty strings."), "PUT",
                 one + "/permissions", {})
    call.invalid(required("slug"), "POST", one + "/permissions", {})
    equal(call.ok("PUT", one + "/permissions", {"permissions": []})["permissions"], [])
    equal(call.send("DELETE", f"{one}/permissions/{a}").status, 404)


@check
def own_role_object(server):
    call = Caller(server)
    organization = call.organization()
    made = own_role(call, organization, slug="org-auditor", name="Auditor", description="d")
    matches("role_" + ULID, made["id"])
    equal(checked_times(made), {
        "object": "role", "slug": "org-auditor", "name": "Auditor", "description": "d",
        "type": "OrganizationRole", "resource_type_slug": "organization", "permissions": []})
    equal(call.ok("GET", own_roles(organization) + "/org-auditor"), made)
    generated = own_role(call, organization, name="  Sales & \u00e4 Support__x ")
    matches(r"sales-support_x-[0-9a-z]{6}", generated["slug"])
    matches(r"role-[0-9a-z]{6}", own_role(call, organization, name="\u4e16")["slug"])
    call.refused(409, {"code": "organization_role_slug_conflict",
                       "message": "The organization has a role 'org-auditor' already."}, "POST",
                 own_roles(organization), {"name": "x", "slug": "org-auditor"})
    call.invalid(invalid("slug"), "POST", own_roles(organization), {"name": "x", "slug": "auditor"})
    other = call.organization()
    own_role(call, other, slug="org-auditor")
    call.refused(404, not_found("Role", generated["slug"]), "GET",
                 f"{own_roles(other)}/{generated['slug']}")


@check
def own_role_lists(server):
    call = Caller(server)
    organization = call.organization()
    before = call.ok("GET", ROLES)["data"]
    equal(call.ok("GET", own_roles(organization)), {"object": "list", "data": before})
    own = [own_role(call, organization) for _ in range(2)]
    for target in (own_roles(organization), f"{ORGANIZATIONS}/{organization['id']}/roles"):
        equal(call.ok("GET", target), {"object": "list", "data": before + own})
        equal(call.send("HEAD", target).status, 200)
    equal(call.ok("GET", ROLES)["data"], before)
    equal(call.ok("GET", own_roles(organization) + "/member")["type"], "EnvironmentRole")
    for sent in ("org_1", "x" * 64):
        gone = not_found("Organization", sent)
        for target in (f"{OWN}/{sent}/roles", f"{ORGANIZATIONS}/{sent}/roles",
                       f"{OWN}/{sent}/roles/member"):
            call.refused(404, gone, "GET", target)
        call.refused(404, gone, "POST", f"{OWN}/{sent}/roles", {"name": "x"})


@check
def own_role_changed(server):
    call = Caller(server)
    organization = call.organization()
    role = own_role(call, organization)
    one = f"{own_roles(organization)}/{role['slug']}"
    b, a = (permission(call, name(slug))["slug"] for slug in ("b", "a"))
    equal(call.ok("PATCH", one, {"name": "New"})["name"], "New")
    equal(call.ok("PUT", one + "/permissions", {"permissions": [b, a]})["permissions"], [a, b])
    taken = call.ok("DELETE", f"{one}/permissions/{a}")
    equal(taken["permissions"], [b])
    for nothing in (a, "nope", "N" * 100):
        equal(call.ok("DELETE", f"{one}/permissions/{nothing}"), taken)
    equal(call.ok("POST", one + "/permissions", {"slug": a})["permissions"], [a, b])
    # Those of the environment are not changed from here.
    for sent in ("member", "nope"):
        target = f"{own_roles(organization)}/{sent}"
        gone = not_found("Role", sent)
        call.refused(404, gone, "PATCH", target, {"name": "x"})
        call.refused(404, gone, "PUT", target + "/permissions", {"permissions": []})
        call.refused(404, gone, "POST", target + "/permissions", {"slug": a})
        call.refused(404, gone, "DELETE", f"{target}/permissions/{a}")
        call.refused(404, gone, "DELETE", target)
    gone = not_found("Organization", "org_1")
    for method, rest, body in (("PATCH", "", {}), ("DELETE", "", None),
                               ("PUT", "/permissions", {"permissions": ["nope"]}),
                               ("POST", "/permissions", {"slug": "nope"}),
                               ("DELETE", "/permissions/nope", None)):
        call.refused(404, gone, method, f"{OWN}/org_1/roles/x{rest}", body)


@check
def own_role_deleted(server):
    call = Caller(server)
    organization = call.organization()
    role = own_role(call, organization)
    one = f"{own_roles(organization)}/{role['slug']}"
    pair = {"user_id": call.user()["id"], "organization_id": organization["id"]}
    member = call.member(pair, role_slug=role["slug"])
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")
    in_use = {"code": "role_has_assignments", "message": f"Role '{role['slug']}' is in use."}
    for _ in range(2):
        call.refused(409, in_use, "DELETE", one)
    equal(call.ok("GET", one), role)
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}", {"role_slug": "member"})
    answer = call.send("DELETE", one)
    equal((answer.status, answer.body), (204, b""))
    for method in ("GET", "PATCH", "DELETE"):
        call.refused(404, not_found("Role", role["slug"]), method, one)


@check
def own_role_limits(server):
    call = Caller(server)
    organization = call.organization()
    target = own_roles(organization)
    made = call.role(name("org-shared"))
    for _ in range(64):
        own_role(call, organization)
    call.invalid(("role_limit_reached", "There is no room for another role."), "POST", target,
                 {"name": "x"})
    call.refused(409, {"code": "organization_role_slug_conflict",
                       "message": f"The organization has a role '{made['slug']}' already."},
                 "POST", target, {"name": "x", "slug": made["slug"]})
    call.invalid(("slug_too_long", "Slug is too long."), "POST", target,
                 {"name": "x", "slug": "org-" + "x" * 45})


# ---- permissions

@check
def permission_object(server):
    call = Caller(server)
    slug = name("docs:*.read")
    made = permission(call, slug, name="Read", description="d")
    matches("perm_" + ULID, made["id"])
    equal(list(made), ["object", "id", "slug", "name", "description", "system",
                       "resource_type_slug", "created_at", "updated_at"])
    equal(checked_times(made), {"object": "permission", "slug": slug, "name": "Read",
                                "description": "d", "system": False,
                                "resource_type_slug": "organization"})
    one = f"{PERMISSIONS}/{slug}"
    equal(call.ok("GET", one), made)
    equal(call.ok("GET", f"{PERMISSIONS}/{urllib.parse.quote(slug, safe='')}"), made)
    call.refused(409, {"code": "permission_slug_conflict",
                       "message": f"A permission '{slug}' exists already."}, "POST", PERMISSIONS,
                 {"slug": slug, "name": "x"})
    for nothing in (None, {}, {"name": "Read", "slug": "x", "system": True}):
        equal(call.ok("PATCH", one, nothing), made)
    changed = call.ok("PATCH", one, {"name": "R", "description": None})
    equal((changed["name"], changed["description"]), ("R", None))
    equal(call.ok("GET", one), changed)
    call.invalid(required("slug"), "POST", PERMISSIONS, {})
    call.invalid(invalid("slug"), "POST", PERMISSIONS, {"slug": "a b", "name": "x"})
    call.invalid(required("name"), "PATCH", PERMISSIONS + "/nope", {"name": ""})
    for sent in ("nope", "N" * 100):
        for method in ("GET", "PATCH", "DELETE"):
            call.refused(404, not_found("Permission", sent), method, f"{PERMISSIONS}/{sent}")


@check
def permission_deleted(server):
    call = Caller(server)
    organization = call.organization()
    role, own = call.role(), own_role(call, organization)
    targets = [f"{ROLES}/{role['slug']}", f"{own_roles(organization)}/{own['slug']}"]
    a, b = (permission(call)["slug"] for _ in range(2))
    for target in targets:
        call.ok("PUT", target + "/permissions", {"permissions": [a, b]})
    answer = call.send("DELETE", f"{PERMISSIONS}/{a}")
    equal((answer.status, answer.body), (204, b""))
    call.refused(404, not_found("Permission", a), "DELETE", f"{PERMISSIONS}/{a}")
    for target in targets:
        equal(call.ok("GET", target)["permissions"], [b])
    new = permission(call, name("z"))["slug"]
    for target in targets:
        equal(call.ok("POST", target + "/permissions", {"slug": new})["permissions"], [b, new])


@check
def permission_pages(_):
    with Server() as server:
        call = Caller(server)
        equal(call.ok("GET", PERMISSIONS), empty_page([]))
        rows = [permission(call) for _ in range(12)][::-1]
        first = call.ok("GET", PERMISSIONS)
        equal(first["data"], rows[:10])
        equal(first["list_metadata"], {"before": None, "after": rows[9]["id"]})
        rest = call.ok("GET", f"{PERMISSIONS}?after={rows[9]['id']}")
        equal((rest["data"], rest["list_metadata"]),
              (rows[10:], {"before": rows[10]["id"], "after": None}))
        equal(call.ok("GET", f"{PERMISSIONS}?order=asc&limit=3")["data"], rows[:8:-1])
        call.invalid(invalid("after"), "GET", f"{PERMISSIONS}?after=x")
        for number in range(244):
            permission(call, f"p{number}")
        call.invalid(("permission_limit_reached", "There is no room for another permission."),
                     "POST", PERMISSIONS, {"slug": "one-more", "name": "x"})


# ---- the rest

@check
def order_of_checks(server):
    call = Caller(server)
    bad = b"{"
    for method, target in (("PUT", ORGANIZATIONS + "/x"), ("PUT", USERS + "/x"),
                           ("PATCH", ROLES + "/x"), ("PUT", ROLES + "/x/permissions"),
                           ("POST", ROLES + "/x/permissions"), ("POST", OWN + "/x/roles"),
                           ("PATCH", OWN + "/x/roles/y"), ("POST", PERMISSIONS),
                           ("PATCH", PERMISSIONS + "/x")):
        call.refused(400, {"code": "bad_request", "message": "The body is not valid JSON."},
                     method, target, bad)
        answer = call.send(method, target, [7])
        equal((answer.status, answer.json()["errors"][0]["code"]), (422, "body_object_required"))
    fields = {"name": 7}
    call.invalid(required("name"), "PUT", ORGANIZATIONS + "/x", fields)
    call.invalid(("name_string_required", "Name should be a string."), "PUT", USERS + "/x", fields)
    call.invalid(required("name"), "POST", OWN + "/x/roles", fields)
    taken = call.user()["email"]
    call.refused(404, not_found("User", "x"), "PUT", USERS + "/x", {"email": taken})
    external = name("ext")
    call.ok("POST", ORGANIZATIONS, {"name": "x", "external_id": external}, 201)
    call.refused(404, not_found("Organization", "x"), "PUT", ORGANIZATIONS + "/x",
                 {"external_id": external})
    call.invalid(("external_id_too_long", "External ID is too long."), "PUT",
                 ORGANIZATIONS + "/x", {"metadata": {"k" * 41: ""}, "external_id": "x" * 129})


@check
def names_that_nobody_has(server):
    call = Caller(server)
    for sent in ("x" * 128, "x" * 5000, "a/b", "\0", "\u00e4", "roles"):
        quoted = urllib.parse.quote(sent, safe="")
        for target, kind in ((ORGANIZATIONS, "Organization"), (USERS, "User")):
            call.refused(404, not_found(kind, sent), "GET", f"{target}/external_id/{quoted}")
        for query in (f"{ORGANIZATIONS}?domains={quoted}", f"{ORGANIZATIONS}?search={quoted}!?",
                      f"{USERS}?organization={quoted}"):
            equal(call.ok("GET", query), empty_page([]))
    for value in ("a b", "a..b", ".a", "a.", "\u00e4.de", "a" * 254, "a\0"):
        call.invalid(invalid("domains"), "POST", ORGANIZATIONS, {"name": "x", "domains": [value]})


@check
def deletions_at_once(server):
    call = Caller(server)
    organization = call.organization()
    for _ in range(20):
        call.member({"user_id": call.user()["id"], "organization_id": organization["id"]})
    statuses = []

    def delete():
        answer = Caller(server).send("DELETE", f"{ORGANIZATIONS}/{organization['id']}")
        statuses.append(answer.status)
    threads = [threading.Thread(target=delete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 200 in statuses and set(statuses) <= {200, 404}, statuses
    call.refused(404, not_found("Organization", organization["id"]), "GET",
                 f"{ORGANIZATIONS}/{organization['id']}")


if __name__ == "__main__":
    sys.exit(run_checks())
