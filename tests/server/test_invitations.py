# SPDX-License-Identifier: BSL-1.0
"""Invitations over HTTP: python3 test_invitations.py BINARY

Plan: concern -> checks
  object                  -> *_object: every key, value and their order; token and URL
  send                    -> send_*: pending membership, roles, days, each refusal and their order
  by id and by token      -> find_*
  accept                  -> accept_*: the three standings, a new user, refusals
  revoke, resend          -> revoke_*, resend_*
  what changes one        -> role_of_the_pending_member_*, deleting_the_pending_member_*
  lists                   -> list_*
  the secret and the URL  -> secret_*, flags_*
  many clients            -> many_clients_*

An invitation lasts a day at least, so what expires is tested on the library and on wire/.
"""

import datetime
import subprocess
import sys
import threading

from caller import (MEMBERSHIPS, NUMBERS, TIME, ULID, USERS, Caller, ids, invalid, matches,
                    not_found, required, slugs)
from harness import BINARY, Server, check, environment, equal, run_checks

INVITATIONS = "/user_management/invitations"
KEYS = ["object", "id", "email", "state", "accepted_at", "revoked_at", "expires_at",
        "organization_id", "inviter_user_id", "accepted_user_id", "role_slug", "token",
        "accept_invitation_url", "created_at", "updated_at"]
URL = "http://localhost:3000/invitation?invitation_token="
NOT_PENDING = {"code": "invite_not_pending", "message": "Invite is not pending."}


def an_email():
    return f"Invited{next(NUMBERS)}@example.com"


def invite(call, email=None, **fields):
    return call.ok("POST", INVITATIONS, {"email": email or an_email(), **fields}, 201)


def get(call, invitation):
    return call.ok("GET", f"{INVITATIONS}/{invitation['id']}")


def act(call, invitation, verb):
    return call.ok("POST", f"{INVITATIONS}/{invitation['id']}/{verb}", b"")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def changes(before, after):
    """What differs, but for `updated_at`, which may be of the same millisecond."""
    assert before["updated_at"] <= after["updated_at"]
    return {k: v for k, v in after.items() if before[k] != v and k != "updated_at"}


def days(invitation):
    return (seconds(invitation["expires_at"]) - seconds(invitation["created_at"])) / 86400


# ---- object


@check
def invitation_object(server):
    call = Caller(server)
    email, inviter, organization = an_email(), call.user(), call.organization()
    made = invite(call, email, organization_id=organization["id"], inviter_user_id=inviter["id"])
    equal(list(made), KEYS)
    matches("invitation_" + ULID, made["id"])
    matches("[0-9a-f]{64}", made["token"])
    for key in ("created_at", "updated_at", "expires_at"):
        matches(TIME, made[key])
    equal(days(made), 7)
    equal({k: v for k, v in made.items() if k not in ("id", "token", "expires_at", "created_at",
                                                      "updated_at")},
          {"object": "invitation", "email": email, "state": "pending", "accepted_at": None,
           "revoked_at": None, "organization_id": organization["id"],
           "inviter_user_id": inviter["id"], "accepted_user_id": None, "role_slug": "member",
           "accept_invitation_url": URL + made["token"]})
    equal(get(call, made), made)
    equal(call.ok("GET", f"{INVITATIONS}/by_token/{made['token']}"), made)


@check
def invitation_without_organization_object(server):
    made = invite(Caller(server))
    equal(list(made), KEYS)
    equal([made[key] for key in ("organization_id", "inviter_user_id", "role_slug")], [None] * 3)


# ---- send


@check
def send_makes_a_pending_member_of_a_user(server):
    call = Caller(server)
    pair = call.pair()
    role = call.role()["slug"]
    email = call.ok("GET", f"{USERS}/{pair['user_id']}")["email"]
    invite(call, email.upper(), organization_id=pair["organization_id"], role_slug=role)
    query = f"user_id={pair['user_id']}&statuses="
    equal(call.members(query + "active,inactive")["data"], [])
    member = call.members(query + "pending")["data"][0]
    equal((member["status"], slugs(member)), ("pending", [role]))
    answer = call.send("POST", MEMBERSHIPS, pair)
    equal((answer.status, answer.code()),
          (400, "cannot_reactivate_pending_organization_membership"))


@check
def send_with_days(server):
    call = Caller(server)
    for number in (1, 30):
        equal(days(invite(call, expires_in_days=number)), number)
    equal(days(invite(call, expires_in_days=None, locale="de")), 7)
    for number, code in ((0, "short"), (-1, "short"), (-2**63, "short"), (31, "long"),
                         (2**63 - 1, "long")):
        answer = call.send("POST", INVITATIONS, {"email": an_email(), "expires_in_days": number})
        equal((answer.status, answer.code()), (400, f"expires_in_days_too_{code}"))


@check
def send_with_bad_fields(server):
    call = Caller(server)
    role_alone = {"role_slug": "member"}
    rows = [({"email": ""}, required("email")), ({"email": "x"}, invalid("email")),
            ({"organization_id": 7}, required("organization_id")),
            ({"role_slug": ""}, required("role_slug")),
            ({"expires_in_days": "7"}, ("expires_in_days_integer_required",
                                        "Expires in days should be an integer.")),
            ({"inviter_user_id": []}, required("inviter_user_id")),
            ({"locale": True}, required("locale")),
            (role_alone, invalid("role_slug"))]
    for i, (fields, entry) in enumerate(rows):
        call.invalid(entry, "POST", INVITATIONS, {"email": an_email(), **fields})
        for other, _ in rows[i + 1:]:
            call.invalid(entry, "POST", INVITATIONS, {"email": an_email(), **other, **fields})
    for body in (None, b"", b"{}"):
        call.invalid(required("email"), "POST", INVITATIONS, body)


@check
def send_refusals_in_their_order(server):
    call = Caller(server)
    organization, user = call.organization()["id"], call.user()
    call.member({"user_id": user["id"], "organization_id": organization})
    gone, nobody, long = "org_gone", "user_gone", "x" * 64
    every = {"email": user["email"], "organization_id": gone, "inviter_user_id": nobody,
             "expires_in_days": 0, "role_slug": "none"}

    def refused(content, **fields):
        every.update(fields)
        call.refused(404, content, "POST", INVITATIONS, every)

    refused(not_found("Organization", gone))
    refused(not_found("Organization", gone), inviter_user_id=long)
    refused(not_found("Organization", long), organization_id=long)
    refused(not_found("User", long), organization_id=organization)
    refused(not_found("User", nobody), inviter_user_id=nobody)
    for changed, code in (({"inviter_user_id": user["id"]}, "expires_in_days_too_short"),
                          ({"expires_in_days": 3}, "invalid_role"),
                          ({"role_slug": "member"}, "user_already_organization_member")):
        every.update(changed)
        answer = call.send("POST", INVITATIONS, every)
        equal((answer.status, answer.code()), (400, code))


@check
def send_twice(server):
    call = Caller(server)
    organization, email = call.organization()["id"], an_email()
    for fields, code in (({"organization_id": organization},
                          "email_already_invited_to_organization"), ({}, "email_already_invited")):
        made = invite(call, email, **fields)
        answer = call.send("POST", INVITATIONS, {"email": email.lower(), **fields})
        equal((answer.status, answer.code()), (400, code))
        act(call, made, "revoke")
        invite(call, email, **fields)
    answer = call.send("POST", INVITATIONS, {"email": call.user()["email"]})
    equal((answer.status, answer.code()), (400, "user_already_exists"))


# ---- find


@check
def find_nothing(server):
    call = Caller(server)
    for sent in ("invitation_gone", "x" * 64):
        for method, target in (("GET", ""), ("POST", "/accept"), ("POST", "/revoke"),
                               ("POST", "/resend")):
            call.refused(404, not_found("Invitation", sent), method,
                         f"{INVITATIONS}/{sent}{target}")
    for token in ("0" * 64, "x", "y" * 300):
        call.refused(404, not_found("Invitation", token), "GET",
                     f"{INVITATIONS}/by_token/{token}")


# ---- accept


@check
def accept_makes_a_user_and_a_member(server):
    call = Caller(server)
    email, organization, role = an_email(), call.organization()["id"], call.role()["slug"]
    made = invite(call, email, organization_id=organization, role_slug=role)
    done = act(call, made, "accept")
    user = call.ok("GET", f"{USERS}/{done['accepted_user_id']}")
    equal((user["email"], user["email_verified"]), (email, False))
    matches(TIME, done["accepted_at"])
    equal(changes(made, done), {"state": "accepted", "accepted_at": done["accepted_at"],
                                "accepted_user_id": user["id"]})
    equal(get(call, done), done)
    (member,) = call.members(f"user_id={user['id']}")["data"]
    equal((member["status"], slugs(member)), ("active", [role]))
    for verb, content in (("accept", NOT_PENDING), ("revoke", NOT_PENDING),
                          ("resend", {"code": "invite_accepted",
                                      "message": "Invite has already been accepted."})):
        call.refused(400, content, "POST", f"{INVITATIONS}/{made['id']}/{verb}")


@check
def accept_without_organization(server):
    call = Caller(server)
    done = act(call, invite(call), "accept")
    equal(call.members(f"user_id={done['accepted_user_id']}")["data"], [])


@check
def accept_of_each_standing(server):
    call = Caller(server)
    role = call.role()["slug"]
    for standing in ("none", "inactive"):
        pair = call.pair()
        email = call.ok("GET", f"{USERS}/{pair['user_id']}")["email"]
        if standing == "inactive":
            before = call.member(pair)
            call.ok("PUT", f"{MEMBERSHIPS}/{before['id']}/deactivate")
        made = invite(call, email, organization_id=pair["organization_id"], role_slug=role)
        if standing == "inactive":
            equal(call.get(before)["status"], "inactive")
        equal(act(call, made, "accept")["accepted_user_id"], pair["user_id"])
        (member,) = call.members(f"user_id={pair['user_id']}")["data"]
        equal((member["status"], slugs(member)), ("active", [role]))
        if standing == "inactive":
            equal(member["id"], before["id"])


@check
def accept_of_an_active_member_is_refused(server):
    call = Caller(server)
    organization, email = call.organization()["id"], an_email()
    made = invite(call, email, organization_id=organization)
    call.member({"user_id": call.user(email)["id"], "organization_id": organization})
    answer = call.send("POST", f"{INVITATIONS}/{made['id']}/accept")
    equal((answer.status, answer.code()), (400, "invalid_invite"))
    equal(get(call, made), made)


# ---- revoke, resend


@check
def revoke_takes_the_pending_member(server):
    call = Caller(server)
    user, organization = call.user(), call.organization()["id"]
    made = invite(call, user["email"], organization_id=organization)
    done = act(call, made, "revoke")
    matches(TIME, done["revoked_at"])
    equal(changes(made, done), {"state": "revoked", "revoked_at": done["revoked_at"]})
    equal(call.members(f"user_id={user['id']}&statuses=pending")["data"], [])
    for verb, content in (("accept", NOT_PENDING), ("revoke", NOT_PENDING),
                          ("resend", {"code": "invite_revoked",
                                      "message": "Invite has been revoked."})):
        call.refused(400, content, "POST", f"{INVITATIONS}/{made['id']}/{verb}")


@check
def an_ended_one_keeps_its_role(server):
    call = Caller(server)
    pair = call.pair()
    email = call.ok("GET", f"{USERS}/{pair['user_id']}")["email"]
    first, second = (call.role()["slug"] for _ in range(2))
    fields = {"organization_id": pair["organization_id"]}
    ended = invite(call, email, role_slug=first, **fields)
    act(call, ended, "revoke")
    again = invite(call, email, role_slug=second, **fields)
    for one, role in ((ended, first), (again, second)):
        equal(get(call, one)["role_slug"], role)
    listed = call.ok("GET", f"{INVITATIONS}?organization_id={pair['organization_id']}")
    equal([row["role_slug"] for row in listed["data"]], [second, first])


@check
def resend_makes_another_token(server):
    call = Caller(server)
    made = invite(call, organization_id=call.organization()["id"])
    done = call.ok("POST", f"{INVITATIONS}/{made['id']}/resend", {})
    equal(changes(made, done),
          {"token": done["token"], "accept_invitation_url": URL + done["token"]})
    call.refused(404, not_found("Invitation", made["token"]), "GET",
                 f"{INVITATIONS}/by_token/{made['token']}")
    equal(call.ok("GET", f"{INVITATIONS}/by_token/{done['token']}"), done)
    call.invalid(required("locale"), "POST", f"{INVITATIONS}/{made['id']}/resend", {"locale": 1})


# ---- what changes one


@check
def role_of_the_pending_member_is_shown_and_kept(server):
    call = Caller(server)
    user, organization, role = call.user(), call.organization()["id"], call.role()["slug"]
    made = invite(call, user["email"], organization_id=organization)
    (member,) = call.members(f"user_id={user['id']}&statuses=pending")["data"]
    call.ok("PUT", f"{MEMBERSHIPS}/{member['id']}", {"role_slug": role})
    equal(get(call, made)["role_slug"], role)
    (listed,) = call.ok("GET", f"{INVITATIONS}?organization_id={organization}")["data"]
    equal(listed["role_slug"], role)
    equal(act(call, made, "accept")["role_slug"], role)
    equal(slugs(call.get(member)), [role])


@check
def deleting_the_pending_member_revokes(server):
    call = Caller(server)
    user, organization = call.user(), call.organization()["id"]
    made = invite(call, user["email"], organization_id=organization)
    (member,) = call.members(f"user_id={user['id']}&statuses=pending")["data"]
    call.ok("DELETE", f"{MEMBERSHIPS}/{member['id']}")
    equal(get(call, made)["state"], "revoked")


# ---- lists


@check
def list_by_email_and_organization(server):
    call = Caller(server)
    organizations, email = [call.organization()["id"] for _ in range(2)], an_email()
    made = [invite(call, email, organization_id=organization) for organization in organizations]
    made.append(invite(call, organization_id=organizations[0]))
    made[1] = act(call, made[1], "revoke")

    def listed(query):
        return call.ok("GET", f"{INVITATIONS}?{query}")["data"]

    equal(listed(f"email={email.upper()}"), [made[1], made[0]])
    equal(listed(f"organization_id={organizations[0]}&order=asc"), [made[0], made[2]])
    equal(listed(f"organization_id={organizations[0]}&email={email}"), [made[0]])
    for query in ("email=nobody@example.com", "email=x", "organization_id=org_gone",
                  f"organization_id={'x' * 64}"):
        equal(call.ok("GET", f"{INVITATIONS}?{query}"),
              {"object": "list", "data": [], "list_metadata": {"before": None, "after": None}})


@check
def list_in_pages(server):
    call = Caller(server)
    organization = call.organization()["id"]
    made = [invite(call, organization_id=organization)["id"] for _ in range(5)]
    query = f"{INVITATIONS}?organization_id={organization}&order=asc&limit=2"
    page = call.ok("GET", query)
    equal((ids(page), page["list_metadata"]), (made[:2], {"before": None, "after": made[1]}))
    page = call.ok("GET", f"{query}&after={made[1]}")
    equal((ids(page), page["list_metadata"]), (made[2:4], {"before": made[2], "after": made[3]}))
    page = call.ok("GET", f"{query}&before={made[2]}")
    equal((ids(page), page["list_metadata"]), (made[:2], {"before": None, "after": made[1]}))
    for name in ("limit", "order", "before", "after"):
        answer = call.send("GET", f"{INVITATIONS}?{name}=x")
        equal((answer.status, answer.json()["errors"][0]["code"]), (422, f"{name}_invalid"))


# ---- the secret and the URL


@check
def secret_of_two_servers(_):
    tokens = []
    for flags in (("--token-secret", "s" * 16), ()):
        with Server("--invitation-url=https://app.example/join", *flags) as other:
            made = invite(Caller(other))
            equal(made["accept_invitation_url"],
                  f"https://app.example/join?invitation_token={made['token']}")
            tokens.append(made["token"])
    assert tokens[0] != tokens[1]


@check
def flags_of_invitations(_):
    for flags, changes, name in ((("--token-secret", "s" * 15), {}, "--token-secret"),
                                 (("--token-secret", "two words, and more"), {}, "--token-secret"),
                                 ((), {"MEMBERSHIP_TOKEN_SECRET": "short"},
                                  "MEMBERSHIP_TOKEN_SECRET"),
                                 (("--invitation-url", ""), {}, "--invitation-url")):
        done = subprocess.run([BINARY, "--api-key", "k", *flags], env=environment(**changes),
                              capture_output=True, text=True, timeout=10)
        equal((done.returncode, done.stdout), (2, ""))
        assert name in done.stderr, done.stderr


# ---- many clients


@check
def many_clients_accept_one_invitation(server):
    call = Caller(server)
    statuses = []

    def accept(target):
        statuses.append(Caller(server).send("POST", target).status)

    for _ in range(10):
        made = invite(call, organization_id=call.organization()["id"])
        threads = [threading.Thread(target=accept, args=(f"{INVITATIONS}/{made['id']}/accept",))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        user = get(call, made)["accepted_user_id"]
        equal(len(call.members(f"user_id={user}")["data"]), 1)
    equal(sorted(statuses), [200] * 10 + [400] * 30)


if __name__ == "__main__":
    sys.exit(run_checks())
