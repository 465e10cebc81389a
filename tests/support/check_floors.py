# SPDX-License-Identifier: BSL-1.0
"""Checks what each public header includes: floors below its own, and no package but its own.

usage: check_floors.py INCLUDE_FOLDER
"""
import pathlib
import re
import sys

# Folder -> folders that its headers may include besides itself.
FLOORS = {
    "domain": {"domain"},
    "policy": {"domain", "policy"},
    "command": {"domain", "policy", "command"},
    "store": {"domain", "policy", "store"},
    "driver": {"domain", "policy", "store/concepts.hpp", "driver"},
    "wire": {"domain", "policy", "command", "wire"},
    "interop": {"domain", "policy", "command", "wire/time_text.hpp", "interop"},
    "testing": {"domain", "policy", "command", "store", "driver", "interop", "testing", "core.hpp",
                "administration.hpp", "membership.hpp"},
}
# Whole files at the top: core.hpp, membership.hpp and administration.hpp are nothing but includes.
TOP = {
    "core.hpp": {"domain", "policy", "command", "store/concepts.hpp", "driver", "version.hpp"},
    "membership.hpp": {"core.hpp", "domain/error_message.hpp", "policy/explain.hpp",
                       "store/memory_store.hpp"},
    "administration.hpp": {"core.hpp", "command", "driver"},
    "fwd.hpp": set(),
    "version.hpp": set(),
}
# Long operations are made of commands, and so is what ends an expired invitation on the way.
EXCEPTIONS = {"driver/operation_steps.hpp": {"command"}, "driver/invitations.hpp": {"command"},
              "interop/boost_json.hpp": {"wire"}}
# What begins with these needs a package of its own, and nothing else includes it.
OPT_IN = {"store/sqlite": {"sqlite3.h"}, "store/postgres": {"libpq-fe.h"}, "store/sql": set()}
BOOST_JSON = {"boost/json", "boost/system"}
PACKAGES = {"wire": BOOST_JSON, "interop/boost_json": BOOST_JSON, "interop/fmt": {"fmt/"},
            "interop": set(), "testing": {"rapidcheck"}, **OPT_IN}
# Headers of packages that are in no folder of their own.
BARE_PACKAGES = {"sqlite3.h", "libpq-fe.h"}
# Headers of the standard library that cost ten thousand lines each: not in the core.
HEAVY = {"chrono", "thread", "random", "memory", "iostream", "sstream", "regex", "mutex",
         "shared_mutex", "condition_variable", "format", "map", "unordered_map", "variant"}
# atomic is heavy too, but a memory store needs it.
CORE_ONLY_HEAVY = HEAVY | {"atomic"}

root = pathlib.Path(sys.argv[1])
wrong = []
checked = 0
for header in sorted(root.glob("membership/**/*.hpp")):
    name = header.relative_to(root / "membership").as_posix()
    folder = name.split("/")[0]
    allowed = TOP[name] if "/" not in name else FLOORS[folder] | EXCEPTIONS.get(name, set())
    group = next((prefix for prefix in PACKAGES if name.startswith(prefix)), "")
    packages = PACKAGES.get(group, set()) | {"tl/expected.hpp"}
    text = header.read_text()
    checked += 1
    for included in re.findall(r'^#include "membership/(.*)"', text, re.M):
        if included not in allowed and included.split("/")[0] not in allowed:
            wrong.append(f"{name} includes {included}, which is not on a floor below")
        if included.startswith(tuple(OPT_IN)) and not name.startswith(tuple(OPT_IN)):
            wrong.append(f"{name} includes {included}, which is opt-in")
    for included in re.findall(r"^#include <([^>]*)>", text, re.M):
        if included in BARE_PACKAGES or "/" in included and not included.startswith("sys/"):
            if not any(included.startswith(package) for package in packages):
                wrong.append(f"{name} includes <{included}>, a package that it may not need")
        heavy = HEAVY if folder == "store" else CORE_ONLY_HEAVY
        if group not in PACKAGES and included in heavy:
            wrong.append(f"{name} includes <{included}>, which costs too much")


def brought(name, seen):
    """All headers that one brings, itself included."""
    if name not in seen:
        seen.add(name)
        for included in re.findall(r'^#include "membership/(.*)"', (root / "membership" / name).read_text(), re.M):
            brought(included, seen)
    return seen


# Coroutines are for those who want them.
whole = brought("administration.hpp", {"driver/co_execute.hpp"})
for folder in ("command", "driver"):
    for header in (root / "membership" / folder).glob("*.hpp"):
        if f"{folder}/{header.name}" not in whole:
            wrong.append(f"administration.hpp does not bring {folder}/{header.name}")
print("\n".join(wrong) or f"{checked} headers keep to their floors")
sys.exit(1 if wrong or checked == 0 else 0)
