# SPDX-License-Identifier: BSL-1.0
"""Makes one header of those that need nothing but the standard library and tl::expected.

usage: single_header.py write|check   writes single_include/membership/membership.hpp, or fails
                                      where it is not what would be written
       single_header.py tree FOLDER   makes FOLDER anew, a source tree in which each header that is
                                      in the single one only includes it, and the rest are links:
                                      what builds there, builds with the single header

Comments of whole lines and include guards are left out. Without guards the single header and one
of those it is made of cannot meet in a translation unit unnoticed.
"""
import pathlib
import re
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = TOP / "include"
SINGLE = TOP / "single_include" / "membership" / "membership.hpp"
FLOORS = ("domain", "policy", "command", "driver")
# Coroutines are for those who want them.
LEFT_OUT = {"membership/driver/co_execute.hpp"}
OWN = re.compile(r'#include "(membership/.*)"')


def text_of(header):
    return (INCLUDE / header).read_text()


def in_order():
    """All that is in the single header, each after what it includes."""
    order = []

    def add(header):
        if header not in order:
            for included in OWN.findall(text_of(header)):
                add(included)
            order.append(header)

    below = INCLUDE / "membership"
    roots = [*below.glob("*.hpp")]
    for floor in FLOORS:
        roots += below.glob(floor + "/**/*.hpp")
    for root in sorted(roots):
        header = root.relative_to(INCLUDE).as_posix()
        if header not in LEFT_OUT:
            add(header)
    return order


def without_frame(header):
    """(guard, what stands between its guards without comments and includes, system headers)."""
    lines = text_of(header).splitlines()
    guard = lines[1].removeprefix("#ifndef ")
    if lines[2] != f"#define {guard}" or lines[-1] != "#endif":
        sys.exit(f"{header}: its guard is not where it should be")
    kept, system, depth = [], set(), 0
    for line in lines[3:-1]:
        depth += line.startswith("#if") - line.startswith("#endif")
        if line.startswith("#include"):
            if depth:
                sys.exit(f"{header}: includes under a condition cannot be moved: {line}")
            system.update(re.findall("^#include <([^>]*)>", line))
        elif not line.lstrip().startswith("//") and (line or kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return guard, kept, system


def single():
    parts = {header: without_frame(header) for header in in_order()}
    system = sorted(set().union(*(part[2] for part in parts.values())))
    # Every other header brings one of those that include none of ours.
    first = sorted(part[0] for header, part in parts.items() if not OWN.search(text_of(header)))
    out = [
        "// SPDX-License-Identifier: BSL-1.0",
        "// Made by tools/single_header.py out of include/membership, where the comments are.",
        "// clang-format off",
        "#ifndef MEMBERSHIP_SINGLE_HPP",
        "#define MEMBERSHIP_SINGLE_HPP",
        "",
        "#if " + " || \\\n    ".join(f"defined({guard})" for guard in first),
        '#error "the single header of membership does not go with the headers it is made of"',
        "#endif",
        "",
        *(f"#include <{name}>" for name in system if name.startswith("tl/")),
        "",
        *(f"#include <{name}>" for name in system if not name.startswith("tl/")),
    ]
    for header, (_, lines, _) in parts.items():
        if lines:
            out += ["", f"// {header}", *([""] if lines[0] else []), *lines]
    return "\n".join([*out, "", "#endif", ""])


def make_tree(folder):
    """A tree of links, in which the headers that are in the single one are written anew."""
    inside = set(in_order())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in TOP.iterdir():
        if path != INCLUDE and not path.name.startswith((".", "build")):
            (folder / path.name).symlink_to(path)
    for path in INCLUDE.glob("**/*.hpp"):
        header = folder / "include" / path.relative_to(INCLUDE)
        header.parent.mkdir(parents=True, exist_ok=True)
        if path.relative_to(INCLUDE).as_posix() in inside:
            # Some tests read the text of headers.
            header.write_text(f'#include "{SINGLE}"\n#if 0\n{path.read_text()}#endif\n')
        else:
            header.symlink_to(path)


if sys.argv[1:] == ["write"]:
    SINGLE.parent.mkdir(parents=True, exist_ok=True)
    SINGLE.write_text(single())
elif sys.argv[1:] == ["check"]:
    if not SINGLE.exists() or SINGLE.read_text() != single():
        sys.exit(f"{SINGLE.relative_to(TOP)} is stale: run tools/update_docs.sh")
elif len(sys.argv) == 3 and sys.argv[1] == "tree":
    make_tree(pathlib.Path(sys.argv[2]))
else:
    sys.exit(__doc__)
