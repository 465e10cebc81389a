# SPDX-License-Identifier: BSL-1.0
"""`Idempotency-Key` as the reference server takes it: python3 test_idempotency.py BINARY

Plan: concern -> checks
  sent again           -> repeated_*: one effect, errors too, POST only
  what is no repetition-> other_*: body, query, path, API key
  keys                 -> keys_*: none, empty, long, odd bytes
  at once              -> twins_*
  limits               -> limit_*
"""

import itertools
import json
import sys
import threading

from harness import Server, check, equal, golden, request, run_checks

ORGANIZATIONS = "/organizations"
USERS = "/user_management/users"
NUMBERS = itertools.count(1)


def new_key():
    return f"key-{next(NUMBERS)}"


def post(client, key, body, target=ORGANIZATIONS, api_key="key-1"):
    """`body` is a text or what is made JSON; `key` None sends no header."""
    header = "" if key is None else f"Idempotency-Key: {key}\r\n"
    text = body if isinstance(body, str) else json.dumps(body)
    auth = f"Authorization: Bearer {api_key}\r\n"
    return client.send(request("POST", target, header, text, auth)).answer()


def mismatch(key):
    status, body = golden("idempotency_key_mismatch")
    return status, json.loads(body.replace("(K)", f"({key})"))


def outcome(answer):
    return answer.status, answer.json()


@check
def repeated_create_is_one(server):
    client, key = server.connect(), new_key()
    first = post(client, key, {"name": "Acme"})
    equal(first.status, 201)
    for other in (client, server.connect()):
        again = post(other, key, {"name": "Acme"})
        equal((again.status, again.body), (201, first.body))
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
    listed = client.send(request(target=f"{ORGANIZATIONS}?limit=100")).answer().json()["data"]
    equal([row["id"] for row in listed].count(first.json()["id"]), 1)
    equal(len([row for row in listed if row["created_at"] == first.json()["created_at"]
               and row["name"] == "Acme"]), 1)


@check
def repeated_create_of_a_membership(server):
    client = server.connect()
    user = post(client, None, {"email": f"{new_key()}@example.com"}, USERS).json()["id"]
    organization = post(client, None, {"name": "x"}).json()["id"]
    pair = {"user_id": user, "organization_id": organization}
    target = "/user_management/organization_memberships"
    key = new_key()
    first = post(client, key, pair, target)
    equal(first.status, 201)
    equal(outcome(post(client, key, pair, target)), outcome(first))
    equal(post(client, new_key(), pair, target).status, 409)
    # The answer is that of then, whatever became of the membership.
    gone = client.send(request("DELETE", f"{target}/{first.json()['id']}")).answer()
    equal(gone.status, 200)
    equal(outcome(post(client, key, pair, target)), outcome(first))


@check
def repeated_refusal_stays(server):
    client, key = server.connect(), new_key()
    slug = f"role-{next(NUMBERS)}"
    role = {"slug": slug, "name": "x"}
    equal(post(client, None, role, "/authorization/roles").status, 201)
    first = post(client, key, role, "/authorization/roles")
    equal((first.status, first.code()), (409, "role_slug_conflict"))
    equal(outcome(post(client, key, role, "/authorization/roles")), outcome(first))
    for body, status in (("{", 400), ({}, 422)):
        key = new_key()
        equal(post(client, key, body).status, status)
        equal(outcome(post(client, key, {"name": "x"})), mismatch(key))


@check
def repeated_in_other_methods_is_not_looked_at(server):
    client, key = server.connect(), new_key()
    user = post(client, None, {"email": f"{new_key()}@example.com"}, USERS).json()["id"]
    organization = post(client, None, {"name": "x"}).json()["id"]
    target = "/user_management/organization_memberships"
    made = post(client, None, {"user_id": user, "organization_id": organization}, target).json()
    one = f"{target}/{made['id']}"
    header = f"Idempotency-Key: {key}\r\n"
    equal(client.send(request("PUT", one + "/deactivate", header)).answer().json()["status"],
          "inactive")
    equal(client.send(request("PUT", one + "/reactivate", header)).answer().json()["status"],
          "active")
    equal(client.send(request("PUT", one + "/deactivate", header)).answer().json()["status"],
          "inactive")
    equal(client.send(request("DELETE", one, header)).answer().status, 200)
    equal(client.send(request("DELETE", one, header)).answer().status, 404)


@check
def other_body_is_refused(server):
    client, key = server.connect(), new_key()
    first = post(client, key, {"name": "a"})
    for body in ({"name": "b"}, {"name": "a", "x": 1}, '{"name":  "a"}'):
        equal(outcome(post(client, key, body)), mismatch(key))
    equal(outcome(post(client, key, {"name": "a"}, ORGANIZATIONS + "?x=1")), mismatch(key))
    equal(outcome(post(client, key, {"name": "a"})), outcome(first))


@check
def other_path_or_api_key_is_another(server):
    client, key = server.connect(), new_key()
    body = {"slug": f"role-{next(NUMBERS)}", "name": "a"}
    first = post(client, key, body)
    equal(first.status, 201)
    second = post(client, key, body, "/authorization/roles")
    equal((second.status, second.json()["object"]), (201, "role"))
    third = post(client, key, body, api_key="key-2")
    equal(third.status, 201)
    assert third.json()["id"] != first.json()["id"]
    # Who has no key learns nothing, and leaves nothing.
    equal(post(client, key, body, api_key="key-3").status, 401)
    key = new_key()
    equal(post(client, key, body, api_key="key-3").status, 401)
    equal(post(client, key, {"name": "a"}).status, 201)


@check
def keys_are_1_to_255_bytes(server):
    client = server.connect()
    for key, name in (("", "idempotency_key_string_required"),
                      ("x" * 256, "idempotency_key_too_long")):
        equal(post(client, key, {"name": "x"}).outcome(), golden(name))
    for key in ("x" * 255, "a b", "\u00ff\u00e9", '"\\'):
        first = post(client, key, {"name": "x"})
        equal(first.status, 201)
        equal(outcome(post(client, key, {"name": "x"})), outcome(first))
        refused = post(client, key, {"name": "y"})
        equal((refused.status, refused.code()), (400, "idempotency_key_mismatch"))


@check
def keys_come_behind_the_route(server):
    client = server.connect()
    equal(post(client, "", {}, "/nothing").status, 404)
    equal(post(client, "", {}, "/health").status, 405)
    equal(post(client, "", {}, ORGANIZATIONS + "?%").status, 400)
    equal(post(client, "", "{").status, 422)


@check
def twins_have_one_effect(server):
    keys = [new_key() for _ in range(100)]
    answers = [{} for _ in range(4)]
    errors = []

    def work(mine):
        try:
            client = server.connect()
            for key in keys:
                mine[key] = outcome(post(client, key, {"name": key}))
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    for mine in answers:
        equal(mine, answers[0])
    equal({status for status, _ in answers[0].values()}, {201})


@check
def twins_with_one_thread(_):
    with Server("--threads", "1") as server:
        clients = [server.connect() for _ in range(8)]
        header = "Idempotency-Key: k\r\n"
        for client in clients:
            client.send(request("POST", ORGANIZATIONS, header, '{"name":"x"}'))
        equal(len({client.answer().body for client in clients}), 1)


@check
def limit_of_entries(_):
    with Server("--idempotency-entries", "2") as server:
        client = server.connect()
        first = {key: post(client, key, {"name": key}).body for key in "abc"}
        for key in "bc":
            equal(post(client, key, {"name": key}).body, first[key])
        assert post(client, "a", {"name": "a"}).body != first["a"]


@check
def limit_of_bytes(_):
    with Server("--idempotency-bytes", "20000") as server:
        client = server.connect()
        bodies = [post(client, str(i), {"name": "x" * 200}).body for i in range(100)]
        equal(post(client, "99", {"name": "x" * 200}).body, bodies[99])
        assert post(client, "0", {"name": "x" * 200}).body != bodies[0]


@check
def limit_of_none_is_off(_):
    with Server("--idempotency-entries", "0") as server:
        client = server.connect()
        first, second = (post(client, "k", {"name": "x"}) for _ in range(2))
        assert first.json()["id"] != second.json()["id"]


if __name__ == "__main__":
    sys.exit(run_checks())
