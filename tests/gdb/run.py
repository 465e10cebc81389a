# SPDX-License-Identifier: BSL-1.0
"""Compares what gdb shows of the values in a program with what its source says.

usage: run.py GDB PRINTERS PROGRAM SOURCE
"""
import os
import pathlib
import re
import subprocess
import sys

gdb, printers, program, source = sys.argv[1:]
text = pathlib.Path(source).read_text(encoding="utf-8")
wanted = re.findall(r"^// gdb: ((\w+) = .*)$", text, re.M)
defined = re.findall(r"^constinit .*? (\w+)(?: =|[({;])", text, re.M)
line = [gdb, "--batch", "--nx", "-iex", "set auto-load off", "-ex", f"source {printers}"]
for _, name in wanted:
    line += ["-ex", f'printf "{name} = "', "-ex", f"output {name}", "-ex", "echo \\n"]
done = subprocess.run([*line, program], capture_output=True, encoding="utf-8",
                      env={**os.environ, "LC_ALL": "C.UTF-8"})
shown = done.stdout.splitlines()
wrong = [f"  {good}\ngot\n  {got}" for (good, _), got in zip(wanted, shown) if good != got]
if done.returncode != 0 or done.stderr.strip() or len(shown) != len(wanted):
    wrong.append(f"gdb ended with {done.returncode}:\n{done.stdout}{done.stderr}")
if [name for _, name in wanted] != defined:
    wrong.append(f"not each value is looked at: {defined}")
print("\n".join(wrong) or f"{len(wanted)} values are shown as they should be")
sys.exit(1 if wrong or not wanted else 0)
