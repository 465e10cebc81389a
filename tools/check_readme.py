# SPDX-License-Identifier: BSL-1.0
"""Checks that README.md shows the code of the examples and the output of the first one.

usage: check_readme.py README EXAMPLES_FOLDER QUICKSTART_PROGRAM

One ```cpp block is examples/quickstart.cpp without its SPDX line, at most 25 lines; every other
```cpp block stands, line for line, in some example. One ```text block is the program's output.
"""
import pathlib
import re
import subprocess
import sys

readme, examples, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
text = readme.read_text()
blocks = {kind: re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
          for kind in ("cpp", "text")}
sources = {p.name: p.read_text() for p in examples.glob("**/*.[ch]pp")}
quickstart = sources["quickstart.cpp"].split("\n", 1)[1].lstrip("\n")
output = subprocess.run([program], capture_output=True, text=True, check=True).stdout

problems = []
if quickstart not in blocks["cpp"]:
    problems.append("no ```cpp block is examples/quickstart.cpp without its first line")
if len(quickstart.splitlines()) > 25:
    problems.append(f"examples/quickstart.cpp has {len(quickstart.splitlines())} lines, not 25")
for block in blocks["cpp"]:
    if not any(("\n" + block) in ("\n" + source) for source in sources.values()):
        problems.append(f"in no example:\n{block}")
if output not in blocks["text"]:
    problems.append(f"no ```text block is the output of the program:\n{output}")
print("\n".join(problems) or "README.md is as the examples are")
sys.exit(1 if problems else 0)
