# SPDX-License-Identifier: BSL-1.0
"""Checks that the pages of docs/reference/ that are written by hand leave nothing out.

usage: check_reference.py ROOT

errors.md has a row for each ErrorCode, in their order, with its kind, status and spelling;
options.md one for each member of PolicyOptions with its values, the default first and in bold;
concepts.md a heading for each public concept;
commands.md a row for each command and each function of drivers that a host calls, with a link to its
header, whether it names an actor, the kinds that a store must keep for it, and a link to the section
of errors.md of each error that its doc block names. A command whose doc block begins with "Not for
hosts: call `function`" is a step of that function, and in no row.
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


KINDS = ["environment", "organization", "membership", "user", "role", "permission", "invitation"]


def public_text(header):
    return re.sub(r"^namespace detail \{.*?^\}  // namespace detail$", "", header.read_text(),
                  flags=re.MULTILINE | re.DOTALL)


def sections_of_errors():
    """The anchor of the section of errors.md that each code is in."""
    sections, anchor = {}, ""
    for line in (root / "docs/reference/errors.md").read_text().splitlines():
        if line.startswith("## "):
            anchor = line[3:].lower().replace(" ", "-")
        elif line.startswith("| `"):
            sections[line.split("`")[1]] = anchor
    return sections


def commands_and_steps():
    """Commands as {name: (header, actor, kinds, codes)}; steps as {function: kinds}."""
    found, steps, docs = {}, {}, {}
    for header in sorted((include / "command").glob("*.hpp")):
        for doc, name, body in re.findall(
                r"((?:^///[^\n]*\n)+)template <class T>\nstruct Basic(\w+) \{\n(.*?)^\};",
                public_text(header), re.MULTILINE | re.DOTALL):
            kinds = re.search(r"static constexpr Kinds kinds\{(.*?)\};", body, re.DOTALL)
            if not kinds:
                continue
            kinds = set(re.findall(r"Kind::(\w+)", kinds.group(1)))
            doc = re.sub(r"\n/// ?", " ", "\n" + doc)
            docs[name] = doc
            if doc.startswith(" Not for hosts: call `"):
                # Where a store keeps no invitations, a long operation sweeps none.
                for function in re.findall(r"`(\w+)`", doc.split(", of which")[0]):
                    steps.setdefault(function, set()).update(
                        set() if name.endswith("Invitation") else kinds)
                continue
            same = re.search(r"Errors as `(\w+)`", doc)
            errors_said = (docs[same.group(1)] if same else doc).partition("Errors")[2]
            found[name] = (f"command/{header.name}", "actor{}" in body, kinds,
                           set(re.findall(r"`(\w+)`", errors_said)))
    return found, steps


def functions(known, steps):
    """What a host calls of driver/: {name: (header, actor, kinds)}; None: those of the command."""
    found = {}
    for header in sorted((include / "driver").glob("*.hpp")):
        for text, name in re.findall(
                r"(^\[\[nodiscard\]\][^{;]*?\b(\w+)\(\s*(?:const )?S& store.*?^\}$)",
                public_text(header), re.MULTILINE | re.DOTALL):
            used = re.findall(r"\bBasic(\w+)<", text)
            kinds = set().union(*(known[one][2] for one in used if one in known))
            kinds |= {one.lower() for one in re.findall(r"\bBasic(\w+)Query<T>>\(", text)
                      if one.lower() in KINDS}
            if "execute_after_expired" in text or "end_all_expired" in text:
                kinds |= known["ExpireInvitation"][2]
            if "store.view(" in text:
                kinds.add("membership")
            kinds |= steps.get(name.removeprefix("preview_").removeprefix("un"), set())
            if name.startswith("finish_mark"):
                kinds |= set().union(*steps.values())
            actor = any(known[one][1] for one in used if one in known)
            if re.search(r"\bC>? (&|command)|const C", text):
                actor = kinds = None
            found[name] = (f"driver/{header.name}", actor, kinds)
    return found


def commands():
    known, steps = commands_and_steps()
    called, sections = functions(known, steps), sections_of_errors()
    wanted = {**known, **{name: (*facts, set()) for name, facts in called.items()}}
    page = (root / "docs/reference/commands.md").read_text()
    found = re.findall(r"^\| \[`(\w+)`\]\(\.\./\.\./include/membership/(\S+)\) \| (.*) \|$", page,
                       re.MULTILINE)
    names = [name for name, _, _ in found]
    problems.extend(f"commands.md: no row for {name}" for name in wanted if name not in names)
    problems.extend(f"commands.md: {name} is nothing that a host calls, or comes twice"
                    for name in names if name not in wanted or names.count(name) > 1)
    for name, linked, rest in found:
        if name not in wanted:
            continue
        header, actor, kinds, codes = wanted[name]
        said = {None: "the command's", True: "yes", False: "no"}[actor]
        needed = "the command's" if kinds is None else ", ".join(k for k in KINDS if k in kinds)
        cells = rest.split(" | ")
        if len(cells) != 4 or [linked, cells[0], cells[2]] != [header, said, needed]:
            problems.append(f"commands.md: {name}: expected five cells with {header}, {said}, "
                            f"{needed}; found {linked}, {rest}")
            continue
        # A driver brings every id.
        for anchor in sorted({sections[code] for code in codes - {"missing_id"} if code in sections}):
            if f"(errors.md#{anchor})" not in cells[3]:
                problems.append(f"commands.md: {name}: no link to errors.md#{anchor}")
    if len(known) < 2 or len(called) < 2 or not steps:
        problems.append("no command, function or step was found")


errors()
options()
concepts()
commands()
print("\n".join(problems) or "docs/reference/ leaves nothing out")
sys.exit(1 if problems else 0)
