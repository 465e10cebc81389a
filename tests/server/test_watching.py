# SPDX-License-Identifier: BSL-1.0
"""Rate limit, access log and metrics of the reference server: python3 test_watching.py BINARY

Plan: concern -> checks
  rate limit -> rate_*: per key, order of checks, Retry-After, open routes
  access log -> log_*: off, text, json, nothing secret in it, requests that are no HTTP
  metrics    -> metrics_*: format, key, requests, connections, idempotency, store, upkeep
"""

import json
import re
import sys
import tempfile
import time

from harness import Server, check, equal, golden, request, run_checks

ORGANIZATIONS = "/organizations"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def auth(key):
    return f"Authorization: Bearer {key}\r\n"


# ---- rate limit

@check
def rate_is_off_by_default(server):
    client = server.connect()
    for _ in range(500):
        equal(client.send(request(target="/nothing")).answer().status, 404)


@check
def rate_limits_each_key(_):
    with Server("--rate-limit", "5") as server:
        client = server.connect()
        client.send(request(target="/nothing") * 50)
        answers = [client.answer() for _ in range(50)]
        statuses = [answer.status for answer in answers]
        equal(statuses[:5], [404] * 5)
        assert statuses.count(404) < 15, statuses
        for answer in answers:
            if answer.status == 429:
                equal(answer.outcome(), golden("rate_limit_exceeded"))
                assert re.fullmatch("[1-9][0-9]*", answer.headers["retry-after"])
                assert not answer.closes
        # Another key has its own tokens.
        client.send(request(target="/nothing", auth=auth("key-2")))
        equal(client.answer().status, 404)
        time.sleep(float(answers[-1].headers["retry-after"]))
        equal(client.send(request(target="/nothing")).answer().status, 404)


@check
def rate_comes_between_key_and_route(_):
    with Server("--rate-limit", "1") as server:
        client = server.connect()
        targets = ("/nothing", "/%zz", ORGANIZATIONS, ORGANIZATIONS + "?%")
        # At once, since a second later there is another token.
        client.send(request(target="/nothing") +
                    "".join(request(target=target) + request(target=target, auth=auth("key-3"))
                            for target in targets) +
                    request("POST", "/health") + request() * 20)
        equal(client.answer().status, 404)
        for target in targets:
            equal((target, client.answer().status), (target, 429))
            equal((target, client.answer().status), (target, 401))
        equal(client.answer().status, 429)
        # What needs no key is not limited.
        equal([client.answer().status for _ in range(20)], [200] * 20)


@check
def rate_refusal_is_not_remembered(_):
    with Server("--rate-limit", "1") as server:
        client = server.connect()
        equal(client.send(request(target="/nothing")).answer().status, 404)
        text = request("POST", ORGANIZATIONS, "Idempotency-Key: k\r\n", '{"name":"x"}')
        equal(client.send(text).answer().status, 429)
        time.sleep(1)
        equal(client.send(text).answer().status, 201)


# ---- access log

def logged(requests, *flags):
    """What a server writes to stderr for these requests, and their ids."""
    with tempfile.TemporaryFile("w+") as log:
        with Server(*flags, stderr=log) as server:
            ids = []
            for text in requests:
                client = server.connect()
                answer = client.send(text).answer(head_only=text.startswith("HEAD"))
                ids.append(answer.headers["x-request-id"])
                client.close()
        log.seek(0)
        return log.read(), ids


SECRETS = ("key-1", "key-2", "ada@example.com", "org_secret", "s3cret")
REQUESTS = (
    request(),
    request("POST", ORGANIZATIONS, "Idempotency-Key: s3cret\r\n", '{"name":"s3cret"}'),
    request(target="/organizations/org_secret?s3cret=1"),
    request(target="/user_management/users?email=ada%40example.com&x=ada@example.com"),
    request("HEAD", "/nothing/s3cret"),
    request("s3cret", "/health"),
    "GET /s3cret HTTP/1.1\r\nHost: x\r\n" + auth("key-10") + "\r\n",
    "GET /s3cret HTTP/1.1\r\nHost: x\r\nX: " + "s3cret" * 4000 + "\r\n\r\n",
    "s3cret\r\n\r\n",
)
EXPECTED = (
    ("GET", "/health", 200), ("POST", "/organizations", 201), ("GET", "/organizations/{id}", 404),
    ("GET", "/user_management/users", 200), ("HEAD", None, 404), ("OTHER", None, 405),
    ("GET", None, 401), ("GET", None, 431), ("OTHER", None, 400))


@check
def log_is_off_by_default(_):
    for flags in ((), ("--log", "off")):
        equal(logged(REQUESTS, *flags)[0], "")


@check
def log_as_json(_):
    text, ids = logged(REQUESTS, "--log", "json")
    lines = [json.loads(line) for line in text.splitlines()]
    equal(sorted(line["request_id"] for line in lines), sorted(ids))
    by_id = {line["request_id"]: line for line in lines}
    for request_id, (method, route, status) in zip(ids, EXPECTED):
        line = by_id[request_id]
        equal(list(line), ["time", "request_id", "method", "route", "status", "microseconds",
                           "bytes"])
        equal((line["method"], line["route"], line["status"]), (method, route, status))
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert 0 <= line["microseconds"] < 5_000_000
        equal(line["bytes"] > 0, method != "HEAD")
    equal(by_id[ids[0]]["bytes"], len('{"status":"ok"}'))
    assert not [secret for secret in SECRETS if secret in text], text


@check
def log_as_text(_):
    text, ids = logged(REQUESTS, "--log=text")
    lines = text.splitlines()
    equal(len(lines), len(ids))
    for line in lines:
        assert re.fullmatch(r"20\S+Z req_\S+ [A-Z]+ (-|/\S*) \d{3} \d+us \d+B", line), line
    for request_id, (method, route, status) in zip(ids, EXPECTED):
        assert f" {request_id} {method} {route or '-'} {status} " in text
    assert not [secret for secret in SECRETS if secret in text], text


# ---- metrics

class Page:
    """The numbers of /metrics, checked for their form."""

    def __init__(self, text):
        self.values = {}
        kinds = {}
        for line in text.splitlines():
            if line.startswith("# HELP "):
                assert re.fullmatch(r"# HELP [a-z_]+ .+", line), line
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in kinds, line
                kinds[name] = kind
            else:
                match = re.fullmatch(
                    r'([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? (\d+(?:\.\d+)?)', line)
                assert match, line
                name = match[1]
                base = re.sub("_(bucket|sum|count)$", "", name)
                assert name in kinds or kinds.get(base) == "histogram", line
                key = name + (match[2] or "")
                assert key not in self.values, line
                self.values[key] = float(match[3])
        assert text.endswith("\n")

    def requests(self, route, method, status):
        return self.values.get("membership_http_requests_total"
                               f'{{route="{route}",method="{method}",status="{status}"}}', 0)


def metrics(client):
    answer = client.send(request(target="/metrics")).answer(content_type=PROMETHEUS)
    equal(answer.status, 200)
    return Page(answer.body.decode())


@check
def metrics_ask_for_a_key(server):
    client = server.connect()
    equal(client.send(request(target="/metrics", auth="")).answer().status, 401)
    equal(client.send(request("POST", "/metrics")).answer().status, 405)
    with Server("--metrics-open") as other:
        client = other.connect()
        answer = client.send(request(target="/metrics", auth="")).answer(content_type=PROMETHEUS)
        equal(answer.status, 200)


@check
def metrics_of_requests(_):
    with Server() as server:
        client = server.connect()
        equal(metrics(client).requests("/metrics", "GET", 200), 0)
        for text in REQUESTS:
            other = server.connect()
            other.send(text).answer(head_only=text.startswith("HEAD"))
        client.send(request("HEAD")).answer(head_only=True)
        page = metrics(client)
        for method, route, status in EXPECTED:
            equal((route, status, page.requests(route or "unmatched", method, status)),
                  (route, status, 1))
        equal(page.requests("/health", "HEAD", 200), 1)
        equal(page.requests("/metrics", "GET", 200), 1)
        name = "membership_http_request_duration_seconds"
        labels = '{route="/organizations",method="POST"'
        equal(page.values[f"{name}_count{labels}}}"], 1)
        equal(page.values[f'{name}_bucket{labels},le="+Inf"}}'], 1)
        assert 0 <= page.values[f"{name}_sum{labels}}}"] < 5
        buckets = [value for key, value in page.values.items()
                   if key.startswith(f"{name}_bucket{labels}")]
        equal(len(buckets), 13)
        equal(buckets, sorted(buckets))
        assert not [secret for secret in SECRETS if secret in str(page.values)]


@check
def metrics_of_connections(_):
    with Server() as server:
        client = server.connect()
        page = metrics(client)
        equal(page.values["membership_http_connections"], 1)
        equal(page.values["membership_http_connections_total"], 1)
        others = [server.connect() for _ in range(5)]
        for other in others:
            equal(other.send(request()).answer().status, 200)
        equal(metrics(client).values["membership_http_connections"], 6)
        for other in others:
            other.close()
        for _ in range(100):
            page = metrics(client)
            if page.values["membership_http_connections"] == 1:
                break
            time.sleep(0.02)
        equal(page.values["membership_http_connections"], 1)
        equal(page.values["membership_http_connections_total"], 6)


@check
def metrics_of_idempotency(_):
    with Server() as server:
        client = server.connect()
        equal(metrics(client).values["membership_idempotency_entries"], 0)
        for key in "aabaa":
            text = request("POST", ORGANIZATIONS, f"Idempotency-Key: {key}\r\n", '{"name":"x"}')
            equal(client.send(text).answer().status, 201)
        page = metrics(client)
        equal(page.values["membership_idempotency_entries"], 2)
        equal(page.values["membership_idempotency_replays_total"], 3)
        assert page.values["membership_idempotency_bytes"] > 500


@check
def metrics_of_the_store(server):
    page = metrics(server.connect())
    for name in ("conflicts", "retries", "given_up"):
        assert page.values[f"membership_store_{name}_total"] >= 0


@check
def metrics_of_the_upkeep(_):
    with Server("--upkeep-interval-ms", "20", "--event-age-seconds", "1") as server:
        client = server.connect()
        client.send(request("POST", ORGANIZATIONS, body='{"name":"x"}'))
        equal(client.answer().status, 201)
        deadline = time.monotonic() + 60
        while metrics(client).values["membership_upkeep_dropped_events_total"] == 0:
            assert time.monotonic() < deadline, "the event is still there"
            time.sleep(0.02)
        values = metrics(client).values
        equal(values["membership_upkeep_dropped_events_total"], 1)
        equal(values["membership_upkeep_expired_invitations_total"], 0)
        assert values["membership_upkeep_total"] > 1
        client.send(request(target="/events?events=organization.created"))
        equal(client.answer().json()["data"], [])


if __name__ == "__main__":
    sys.exit(run_checks())
