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


def seeds():
    bodies = [example.body for example in examples if example.body]
    if target == "calls":
        return [call(example) for example in examples] + [
            "\n---\n".join(call(example) for example in examples[:end])
            for end in (5, 15, len(examples))]
    if target == "bodies":
        return bodies
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
        pathlib.Path(folder, f"seed-{number}").write_text(seed, encoding="utf-8")
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", "-max_len=16384", "-timeout=20",
         "-rss_limit_mb=3072", "-print_final_stats=1", f"-artifact_prefix={crashes}", folder],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
lines = done.stdout.splitlines()
print("\n".join(lines[-60:] if done.returncode else lines[-12:]))
sys.exit(done.returncode)
