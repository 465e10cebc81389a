# SPDX-License-Identifier: BSL-1.0
"""Checks that the pages of docs/reference/ that are written by hand leave nothing out.

usage: check_reference.py ROOT

errors.md has a row for each ErrorCode, in their order, with its kind, status and spelling;
options.md one for each member of PolicyOptions with its values, the default first and in bold;
concepts.md a heading for each public concept.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
include = root / "include/membership"
problems = []


def rows(page):
    return [line for line in (root / "docs/reference" / page).read_text().splitlines()
            if line.startswith("| `")]


def compare(page, wanted):
    """That the rows of a page begin with these texts, in this order."""
    found = rows(page)
    for at in range(max(len(wanted), len(found))):
        want = wanted[at] if at < len(wanted) else "no more rows"
        have = found[at] if at < len(found) else "nothing"
        cells = have.split(" | ")
        if not have.startswith(want) or len(cells) != 4 or not all(cells):
            problems.append(f"{page}: expected {want!r}, four cells; found {have!r}")
            return


def errors():
    text = (include / "domain/error.hpp").read_text()
    body = re.search(r"enum class ErrorCode.*?\{(.*?)\n\};", text, re.DOTALL).group(1)
    facts, waiting = {}, []
    for code, kind, status, spelling in re.findall(
            r'case ErrorCode::(\w+):(?:\s*return \{ErrorKind::(\w+), (\d+), "(\w+)"\};)?', text):
        waiting.append(code)
        if kind:
            facts.update((name, f"| `{name}` | {kind}, {status} `{spelling}` | ")
                         for name in waiting)
            waiting = []
    names = re.findall(r"^  (\w+)(?: = 1)?,", body, re.MULTILINE)
    compare("errors.md", [facts[name] for name in names])


def options():
    text = (include / "policy/options.hpp").read_text()
    values = {name: body.split(", ")
              for name, body in re.findall(r"enum class (\w+) .*?\{ (.*?) \};", text)}
    wanted = []
    for kind, option, default in re.findall(r"^  (\w+) (\w+) = \1::(\w+);", text, re.MULTILINE):
        others = [f"`{value}`" for value in values.pop(kind) if value != default]
        wanted.append(f"| `{option}` | {', '.join([f'**`{default}`**', *others])} | ")
    problems.extend(f"options.hpp: {kind} is of no option" for kind in values)
    compare("options.md", wanted)


def concepts():
    page = (root / "docs/reference/concepts.md").read_text()
    headings = re.findall(r"^##+ (\w+)$", page, re.MULTILINE)
    names = []
    for header in sorted(include.glob("**/*.hpp")):
        text = re.sub(r"^namespace (detail|conformance) \{.*?^\}  // namespace \1$", "",
                      header.read_text(), flags=re.MULTILINE | re.DOTALL)
        names += re.findall(r"^concept (\w+)", text, re.MULTILINE)
    problems.extend(f"concepts.md: no heading for {name}" for name in names if name not in headings)
    if not names:
        problems.append("no concept was found")


errors()
options()
concepts()
print("\n".join(problems) or "docs/reference/ leaves nothing out")
sys.exit(1 if problems else 0)
