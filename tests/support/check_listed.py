# SPDX-License-Identifier: BSL-1.0
"""Fails where a test file lies in the tree and not in tests/meson.build: it would never run.

usage: check_listed.py TESTS_FOLDER LISTED...
"""
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
listed = set(sys.argv[2:])
suites = ["static", "unit", "sqlite", "exhaustive", "property", "concurrency", "conformance",
          "explorer", "postgres", "server"]
present = {p.relative_to(folder).as_posix() for s in suites for p in folder.glob(s + "/**/*.cpp")}
present |= {p.relative_to(folder).as_posix() for p in folder.glob("server/test_*.py")}
forgotten = sorted(present - listed)
for name in forgotten:
    print(f"{name}: not listed in tests/meson.build")
sys.exit(1 if forgotten else 0)
