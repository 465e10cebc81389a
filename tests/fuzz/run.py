# SPDX-License-Identifier: BSL-1.0
"""Runs a fuzz target for a while, beginning with inputs made of the documentation's examples.

usage: run.py PROGRAM TARGET SOURCES

It runs for MEMBERSHIP_FUZZ_SECONDS, 60 if not set. What crashes it is kept beside the program and
shown."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

program, target, sources = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, str(sources / "tests/server"))
from examples import read_examples  # noqa: E402  pylint: disable=wrong-import-position

examples = read_examples((sources / "docs/http.md").read_text(encoding="utf-8"))


def call(example):
    return f"{example.method} {example.target}\n\n{example.body}"


def strings(value):
    """All texts in a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def sent(head, headers="", body="", length=None):
    """A request as it is sent; its length where `length` says no other."""
    if body and length is None:
        headers += f"Content-Length: {len(body.encode())}\r\n"
    return f"{head} HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}"


def connections():
    """What clients may send on a connection."""
    chunked = "Transfer-Encoding: chunked\r\n"
    expect = "Expect: 100-continue\r\n"
    end = "Connection: close\r\n"
    good = [sent(f"{e.method} {e.target}", "Authorization: Bearer key\r\n", e.body)
            for e in examples] + [
        sent("HEAD /a?b=c"), sent("DELETE /200"), sent("DELETE /204"), "\r\n" + sent("GET /"),
        sent("GET http://x/a?b"), sent("GET http://x"), sent("OPTIONS *"), sent("BREW /"),
        sent("POST /", expect, "abc"), sent("POST /", expect + chunked, "3\r\nabc\r\n0\r\n\r\n", 3),
        sent("POST /", chunked, "0\r\n\r\n", 0),
        sent("POST /", chunked, "003\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: 1\r\n\r\n", 13),
        sent("POST /", chunked, "200\r\n" + "x" * 512 + "\r\n1\r\nx\r\n0\r\n\r\n", 513),
        sent("POST /", "", "x" * 513), sent("GET /" + "x" * 256),
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"]
    bad = [sent("POST /", "Content-Length: 9999\r\n"), sent("GET /", "A: b\r\n" * 200),
           sent("GET /" + "x" * 2000), sent("POST /", expect + "Content-Length: 513\r\n"),
           sent("POST /", "Expect: x\r\n", "abc"), sent("GET /", "Host: x\r\n"),
           sent("GET /", "no colon\r\n"), sent("HEAD /", "A : b\r\n"),
           sent("POST /", "Content-Length: -1\r\n"), sent("POST /", "Content-Length: 9\r\n", "a"),
           sent("POST /", chunked + chunked, "0\r\n\r\n", 0),
           sent("POST /", chunked, "3\r\nabcd\r\n", 4), sent("POST /", chunked, "xyz\r\n", 0),
           sent("POST /", chunked, "3;" + "x" * 1100, 0),
           sent("POST /", "Transfer-Encoding: gzip\r\n", "abc"),
           "GET / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
           "GARBAGE\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "\x16\x03\x01\x02", "GET /hea"]
    whole = [*good, *bad, "".join(good[-14:]), "".join(good[:4]),
             good[0] + sent("GET /", end) + "x"]
    # Byte FF parts two pieces.
    return whole + [text.replace("\r\n", "\r\xff\n") for text in whole] + [
        "\xff".join(text) for text in whole if len(text) < 60]


def seeds():
    bodies = [example.body for example in examples if example.body]
    if target == "calls":
        return [call(example) for example in examples] + [
            "\n---\n".join(call(example) for example in examples[:end])
            for end in (5, 15, len(examples))]
    if target == "bodies":
        return bodies
    if target == "bytes":
        return connections()
    if target == "queries":
        return [text for example in examples for text in example.target.split("?")] + [
            "limit=2&order=normal&before=user_01HZX0000000000000000000A0&after=x",
            "range_start=2026-01-02T03:04:05.678Z&events[]=user.created&events=a,b"]
    if target == "texts":
        return [text for body in bodies for text in strings(json.loads(body))] + [
            "2026-01-02T03:04:05.678Z", "1969-12-31T23:59:59Z", "a@b.c", "org-auditor"]
    assert target == "configuration", target
    return [(sources / "examples/server/configuration.json").read_text(encoding="utf-8"),
            '{"roles": [{"slug": "a"}], "default_role": "a", "owner_role": null}',
            '{"remove_roles": [{"slug": "a", "replacement": "member"}], "priority": ["member"]}']


seconds = os.environ.get("MEMBERSHIP_FUZZ_SECONDS", "60")
crashes = program.parent / f"{target}-"
with tempfile.TemporaryDirectory() as folder:
    for number, seed in enumerate(seeds()):
        encoding = "latin-1" if target == "bytes" else "utf-8"
        pathlib.Path(folder, f"seed-{number}").write_text(seed, encoding, newline="")
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", "-max_len=16384", "-timeout=20",
         "-rss_limit_mb=3072", "-print_final_stats=1", f"-artifact_prefix={crashes}", folder],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
lines = done.stdout.splitlines()
print("\n".join(lines[-60:] if done.returncode else lines[-12:]))
sys.exit(done.returncode)
