# SPDX-License-Identifier: BSL-1.0
"""Follows docs/tutorial.md to the letter, in an empty folder, but for the installing of packages.

usage: check_tutorial.py ROOT

```meson blocks are meson.build and ```cpp blocks, one after another, main.cpp; ```sh blocks are run,
and what the ```text blocks show is printed, in their order.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
script, shown = ["set -e"], []
page = (root / "docs/tutorial.md").read_text()
for language, block in re.findall(r"^```(\w+)\n((?:.*\n)*?)```$", page, re.MULTILINE):
    if language == "text":
        shown.append(block)
    elif language == "sh" and "apt-get" not in block:
        script.append(block)
    elif language in ("meson", "cpp"):
        name = "meson.build" if language == "meson" else "main.cpp"
        script.append(f"cat >>{name} <<'END_OF_BLOCK'\n{block}END_OF_BLOCK")
with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, capture_output=True,
                          text=True, env={**os.environ, "MEMBERSHIP": str(root)}, check=False)
if done.returncode:
    print(done.stdout + done.stderr)
    sys.exit("a step of docs/tutorial.md fails")
rest = done.stdout
for block in shown:
    _, found, rest = rest.partition(block)
    if not found:
        sys.exit(f"no step of docs/tutorial.md prints, in this order:\n{block}")
print(f"{len(script) - 1} steps, {len(shown)} outputs")
if not shown:
    sys.exit("docs/tutorial.md shows no output")
