# SPDX-License-Identifier: BSL-1.0
"""Checks that a source does not compile, and says why in the words that it expects.

usage: check_compile_fail.py BUILD_FOLDER SOURCE

The source is compiled twice. With MEMBERSHIP_COMPILE_FAIL defined it must fail, and every
`// expect: REGEX` (also `// expect-gcc:`, `// expect-clang:`) in it must match one line of the
messages. Without the macro it must compile: then what fails is what the macro adds.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from compile_flags import syntax_command  # noqa: E402

build, source = sys.argv[1:]
command, folder = syntax_command(build, "core")


def compile_it(*extra):
    # Without the quoted source lines, so that a regex cannot match the test itself.
    quiet = "-fno-caret-diagnostics" if is_clang else "-fno-diagnostics-show-caret"
    return subprocess.run([*command, quiet, *extra, source], cwd=folder, capture_output=True,
                          text=True, env={**os.environ, "LC_ALL": "C"})


version = subprocess.run([command[0], "--version"], capture_output=True, text=True).stdout
is_clang = "clang" in version
kinds = "clang" if is_clang else "gcc"
text = pathlib.Path(source).read_text()
expected = re.findall(rf"^\s*// expect(?:-{kinds})?: *(\S.*?)\s*$", text, re.MULTILINE)
if not expected:
    sys.exit(f"{source}: no '// expect: REGEX' for {kinds}")

control = compile_it()
if control.returncode != 0:
    sys.exit(f"{source}: does not compile without MEMBERSHIP_COMPILE_FAIL\n{control.stderr}")
failure = compile_it("-DMEMBERSHIP_COMPILE_FAIL")
if failure.returncode == 0:
    sys.exit(f"{source}: compiles with MEMBERSHIP_COMPILE_FAIL and should not")
missing = [e for e in expected if not re.search(e, failure.stderr)]
if missing:
    sys.exit("".join(f"not in the messages: {m}\n" for m in missing) + failure.stderr)
print(f"{len(expected)} expected messages found")
