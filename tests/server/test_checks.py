# SPDX-License-Identifier: BSL-1.0
"""Permission checks, effective permissions and resources: python3 test_checks.py BINARY

Plan: concern -> checks
  check              -> check_*: each target, what is not granted, refusals and their order
  effective ones     -> permissions_*: each route, statuses, pages, refusals
  resources          -> resource_*

Where the server has no call that makes permissions, nothing is granted to anybody, and the two
checks that need one say so and end.
"""

import sys

from caller import (MEMBERSHIPS, NUMBERS, ORGANIZATIONS, ROLES, TIME, ULID, Caller, ids, invalid,
                    matches, not_found, required)
from harness import check, equal, golden, run_checks

CHECKED = "/authorization/organization_memberships"
PERMISSIONS = "/authorization/permissions"
RESOURCES = "/authorization/resources"
RESOURCE = "Authorization Resource"


def resource_of(organization):
    return "authz_resource_" + organization.removeprefix("org_")


def ask(call, member, permission="read", **target):
    if not target:
        target = {"resource_id": resource_of(member["organization_id"])}
    answer = call.send("POST", f"{CHECKED}/{member['id']}/check",
                       {"permission_slug": permission, **target})
    granted = answer.json().get("authorized")
    equal(answer.outcome(), golden("granted" if granted else "not granted"))
    return granted


def routes(member, resource=None, external=None):
    resource = resource or resource_of(member["organization_id"])
    external = external or member["organization_id"]
    return [f"{CHECKED}/{member['id']}/resources/{resource}/permissions",
            f"{CHECKED}/{member['id']}/resources/organization/{external}/permissions",
            f"{RESOURCES}/{resource}/organization_memberships/{member['id']}/permissions"]


def granting_role(call, count):
    """A role that grants so many new permissions, and these; or nothing."""
    if call.send("GET", PERMISSIONS).status == 404:
        print("    (the server has no call that makes permissions)")
        return None
    made = []
    for _ in range(count):
        slug = f"thing-{next(NUMBERS)}:*"
        made.append(call.ok("POST", PERMISSIONS, {"slug": slug, "name": slug}, 201))
    role = call.role()["slug"]
    call.ok("PUT", f"{ROLES}/{role}/permissions", {"permissions": [each["slug"] for each in made]})
    return role, made


# ---- check


@check
def check_of_what_nobody_has(server):
    call = Caller(server)
    member = call.member()
    for slug in ("read", "*", "a b", "\u00fc", "x" * 300):
        equal(ask(call, member, slug), False)
    organization = member["organization_id"]
    equal(ask(call, member, resource_id=organization), False)
    equal(ask(call, member, resource_external_id=organization,
              resource_type_slug="organization"), False)


@check
def check_of_what_a_role_grants(server):
    call = Caller(server)
    granted = granting_role(call, 1)
    if granted is None:
        return
    role, (permission,) = granted
    pair = call.pair()
    member = call.member(pair, role_slug=role)
    slug, organization = permission["slug"], pair["organization_id"]
    equal(ask(call, member, slug), True)
    equal(ask(call, member, slug, resource_id=organization), True)
    equal(ask(call, member, slug, resource_external_id=organization,
              resource_type_slug="organization"), True)
    equal(ask(call, member, slug[:-1]), False)
    equal(ask(call, call.member(), slug), False)
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")
    equal(ask(call, member, slug), False)


@check
def check_refused(server):
    call = Caller(server)
    member = call.member()
    target = f"{CHECKED}/{member['id']}/check"
    other = call.organization()["id"]
    for body in (None, b"", b"{}", {"permission_slug": ""}):
        call.invalid(required("permission_slug"), "POST", target, body)
    call.invalid(required("resource_id"), "POST", target, {"permission_slug": "p"})
    call.invalid(required("resource_type_slug"), "POST", target,
                 {"permission_slug": "p", "resource_external_id": "x"})
    call.invalid(("resource_id_and_resource_external_id_mutually_exclusive",
                  "Resource ID and resource external ID are mutually exclusive."),
                 "POST", target, {"permission_slug": "p", "resource_id": "x",
                                  "resource_external_id": "x", "resource_type_slug": "t"})
    for nobody in ("om_gone", "x" * 64):
        call.invalid(required("resource_id"), "POST", f"{CHECKED}/{nobody}/check",
                     {"permission_slug": "p"})
        call.refused(404, not_found("Organization Membership", nobody), "POST",
                     f"{CHECKED}/{nobody}/check", {"permission_slug": "p", "resource_id": "x"})
    for sent in ("x", other, resource_of(other)):
        call.refused(404, not_found(RESOURCE, sent), "POST", target,
                     {"permission_slug": "p", "resource_id": sent})
        call.refused(404, not_found(RESOURCE, sent), "POST", target,
                     {"permission_slug": "p", "resource_external_id": sent,
                      "resource_type_slug": "organization"})
    own = member["organization_id"]
    call.refused(404, not_found(RESOURCE, own), "POST", target,
                 {"permission_slug": "p", "resource_external_id": own,
                  "resource_type_slug": "project"})


# ---- effective permissions


@check
def permissions_of_nothing(server):
    call = Caller(server)
    member = call.member()
    empty = {"object": "list", "data": [], "list_metadata": {"before": None, "after": None}}
    for route in routes(member) + routes(member, resource=member["organization_id"]):
        equal(call.ok("GET", route), empty)
        equal(call.send("HEAD", route).status, 200)


@check
def permissions_of_a_role(server):
    call = Caller(server)
    granted = granting_role(call, 5)
    if granted is None:
        return
    role, made = granted
    member = call.member(role_slug=role)
    for route in routes(member):
        equal(call.ok("GET", f"{route}?order=asc")["data"], made)
        equal(call.ok("GET", route)["data"], made[::-1])
        page = call.ok("GET", f"{route}?order=asc&limit=2&after={made[1]['id']}")
        equal((ids(page), page["list_metadata"]),
              ([made[2]["id"], made[3]["id"]],
               {"before": made[2]["id"], "after": made[3]["id"]}))
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}/deactivate")
    for route in routes(member):
        equal(call.ok("GET", route)["data"], [])


@check
def permissions_refused(server):
    call = Caller(server)
    member = call.member()
    other = call.organization()["id"]
    gone = {**member, "id": "om_gone"}
    for route in routes(gone):
        call.refused(404, not_found("Organization Membership", "om_gone"), "GET", route)
    for name, value in (("after", "perm_gone"), ("before", "x")):
        for route in routes(gone):
            call.invalid(invalid(name), "GET", f"{route}?{name}={value}")
    for route in routes(gone):
        answer = call.send("GET", f"{route}?limit=0")
        equal((answer.status, answer.json()["errors"][0]["code"]), (422, "limit_invalid"))
    by_id, by_external, of_resource = routes(member, resource_of(other), other)
    for route, sent in ((by_id, resource_of(other)), (by_external, other),
                        (of_resource, resource_of(other))):
        call.refused(404, not_found(RESOURCE, sent), "GET", route)


# ---- resources


@check
def resource_object(server):
    call = Caller(server)
    organization = call.organization("Acme")
    own = organization["id"]
    made = call.ok("GET", f"{RESOURCES}/{resource_of(own)}")
    equal(list(made), ["object", "id", "name", "description", "organization_id",
                       "parent_resource_id", "external_id", "resource_type_slug", "created_at",
                       "updated_at"])
    matches("authz_resource_" + ULID, made["id"])
    matches(TIME, made["created_at"])
    equal(made, {"object": "authorization_resource", "id": resource_of(own), "name": "Acme",
                 "description": None, "organization_id": own, "parent_resource_id": None,
                 "external_id": own, "resource_type_slug": "organization",
                 "created_at": organization["created_at"],
                 "updated_at": organization["updated_at"]})
    equal(call.ok("GET", f"{RESOURCES}/{own}"), made)
    equal(call.ok("GET", f"/authorization{ORGANIZATIONS}/{own}/resources/organization/{own}"),
          made)


@check
def resource_not_found(server):
    call = Caller(server)
    own = call.organization()["id"]
    for sent in ("x", "org_gone", "authz_resource_", "authz_resource_" + own,
                 "x" * 100, own.removeprefix("org_")):
        call.refused(404, not_found(RESOURCE, sent), "GET", f"{RESOURCES}/{sent}")
    of_organization = f"/authorization{ORGANIZATIONS}"
    call.refused(404, not_found("Organization", "org_gone"), "GET",
                 f"{of_organization}/org_gone/resources/organization/org_gone")
    for kind, sent in (("project", own), ("organization", "other")):
        call.refused(404, not_found(RESOURCE, sent), "GET",
                     f"{of_organization}/{own}/resources/{kind}/{sent}")


if __name__ == "__main__":
    sys.exit(run_checks())
