# SPDX-License-Identifier: BSL-1.0
"""Builds and runs the programs of this folder in the ways in which others get the library.

usage: run.py installed|subproject|headers VERSION COMPILER...

installed:  in a prefix of its own, found by pkg-config, Meson and CMake
subproject: of Meson, with tl::expected as another; of CMake, by add_subdirectory and FetchContent
headers:    the folder include/ by itself, and the single header
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
GROUPS = ["sqlite", "postgres", "wire"]
way, version, compiler = sys.argv[1], sys.argv[2], sys.argv[3:]
environment = {**os.environ, "CXX": shlex.join(compiler), "LC_ALL": "C"}


def call(*command, fails_with=None):
    """What a command prints. It must succeed or, with `fails_with`, fail and print that."""
    done = subprocess.run([str(word) for word in command], cwd=work, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # CMake breaks its messages into lines.
    said = " ".join(done.stdout.split())
    if (done.returncode == 0) == bool(fails_with) or (fails_with or "") not in said:
        wanted = f"not failed with: {fails_with}" if fails_with else "failed"
        sys.exit(f"{done.stdout}\n{wanted}: {shlex.join(map(str, command))}")
    return done.stdout


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")


def run(folder):
    """The programs that were built there."""
    expect("version of the headers", call(folder / "consumer").strip(), version)
    for group in GROUPS:
        if (folder / group).exists():
            call(folder / group)
    print(f"ran: {folder.name}")


def build(name, *arguments):
    call(*compiler, "-std=c++20", *arguments, "-o", work / name)
    return work / name


def install(prefix):
    call("meson", "setup", "stage", TOP, f"--prefix={prefix}", "-Dtests=disabled",
         "-Dexamples=disabled", "-Dbenchmarks=disabled")
    call("meson", "install", "-C", "stage", "--no-rebuild")
    there, here = ({p.relative_to(root) for p in root.glob("**/*.hpp")}
                   for root in (prefix / "include", TOP / "include"))
    expect("headers that are not installed, or wrongly", there ^ here, set())


def with_pkg_config(prefix):
    environment["PKG_CONFIG_PATH"] = str(prefix / "share" / "pkgconfig")
    expect("version", call("pkg-config", "--modversion", "membership").strip(), version)
    expect("flags", call("pkg-config", "--cflags", "--libs", "membership").split(),
           [f"-I{prefix}/include"])
    call("pkg-config", "--print-errors", f"membership > {version}",
         fails_with=f"Package 'membership' has version '{version}'")
    for group in GROUPS:
        flags = call("pkg-config", "--cflags", "--libs", f"membership-{group}").split()
        call(build(group, HERE / f"{group}.cpp", *flags))
        print(f"ran: {group} by pkg-config")


def with_meson(name, *options):
    """Its command lines that compile the consumer."""
    call("meson", "setup", name, work / "project", *options)
    call("ninja", "-C", name, "consumer", *GROUPS)
    run(work / name)
    entries = json.loads((work / name / "compile_commands.json").read_text())
    commands = [shlex.split(e["command"]) for e in entries if "consumer.p" in e["command"]]
    flags = {word for words in commands for word in words if word.startswith(("-W", "-D"))}
    known = {"-Winvalid-pch", "-D_FILE_OFFSET_BITS=64", *shlex.split(environment.get("CXXFLAGS", ""))}
    expect("flags beside Meson's own and the environment's", flags - known, set())
    return commands


def configure(name, **variables):
    fails_with = variables.pop("fails_with", None)
    call("cmake", "-G", "Ninja", "-S", HERE, "-B", name, f"-DLIBRARY_VERSION={version}",
         *(f"-D{key}={value}" for key, value in variables.items()), fails_with=fails_with)


def with_cmake(name, targets=(), **variables):
    configure(name, **variables)
    call("ninja", "-C", name, "consumer", *targets)
    run(work / name)


def documented(language):
    """The samples of docs/consume.md."""
    page = (TOP / "docs" / "consume.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def check_page(prefix):
    """What the page shows is taken by Meson and CMake; the other calls here build with it."""
    (work / "host/third_party").mkdir(parents=True)
    (work / "host/third_party/membership").symlink_to(TOP)
    shutil.copy(HERE / "main.cpp", work / "host")
    for sample in documented("meson"):
        (work / "host/meson.build").write_text(f"project('host', 'cpp')\n{sample}")
        call("meson", "setup", "page-meson", "host")
    for sample in documented("cmake"):
        (work / "host/CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(host LANGUAGES CXX)\n"
            f"add_executable(host main.cpp)\n{sample}")
        call("cmake", "-G", "Ninja", "-S", "host", "-B", "page-cmake",
             f"-DCMAKE_PREFIX_PATH={prefix}", f"-DFETCHCONTENT_SOURCE_DIR_MEMBERSHIP={TOP}")
    expect("samples", (len(documented("meson")), len(documented("cmake"))), (1, 3))
    print("configured: the samples of docs/consume.md")


def installed():
    prefix = work / "prefix"
    install(prefix)
    with_pkg_config(prefix)
    check_page(prefix)
    shutil.copytree(HERE, work / "project")
    with_meson("meson", "--wrap-mode=nofallback")
    # The package of CMake goes by where it lies, not by where it was installed.
    prefix.rename(work / "moved")
    package = {"WAY": "package", "CMAKE_PREFIX_PATH": work / "moved", "WANTED": version}
    newer = re.sub(r"\.(\d+)\.\d+$", lambda minor: f".{int(minor[1]) + 1}", version)
    configure("cmake", **{**package, "WANTED": newer},
              fails_with=f'compatible with requested version "{newer}"')
    configure("cmake", **package, COMPONENTS="nonsense",
              fails_with="membership::nonsense: a component of that name was not found")
    configure("cmake", **package, COMPONENTS="", **{"CMAKE_DISABLE_FIND_PACKAGE_tl-expected": "ON"},
              fails_with="the package tl-expected was not found")
    with_cmake("cmake", GROUPS, **package, COMPONENTS=";".join(GROUPS),
               **{"CMAKE_DISABLE_FIND_PACKAGE_tl-expected": "OFF"})


def subproject():
    # What the wrap would download is the system's header, with the wrap's own meson.build.
    subprojects = work / "project" / "subprojects"
    shutil.copytree(HERE, work / "project")
    shutil.copytree(TOP / "subprojects/packagefiles/tl-expected", subprojects / "tl-expected")
    (subprojects / "membership").symlink_to(TOP)
    (work / "expected.cpp").write_text("#include <tl/expected.hpp>\n")
    header = re.search(r"\S*/tl/expected\.hpp", call(*compiler, "-std=c++20", "-M", "expected.cpp"))
    (subprojects / "tl-expected/include/tl").mkdir(parents=True)
    shutil.copy(header[0], subprojects / "tl-expected/include/tl")
    commands = with_meson("meson", "--force-fallback-for=membership,tl-expected")
    for words in commands:
        expect("include folder of tl-expected",
               any(word.endswith("subprojects/tl-expected/include") for word in words), True)

    with_cmake("add_subdirectory", GROUPS, WAY="subdirectory", SOURCE=TOP, COMPONENTS=";".join(GROUPS))
    with_cmake("fetch_content", WAY="fetch", SOURCE=TOP,
               **{"CMAKE_DISABLE_FIND_PACKAGE_tl-expected": "ON"})
    configure("nonsense", WAY="subdirectory", SOURCE=TOP, COMPONENTS="nonsense",
              fails_with="membership::nonsense: a component of that name was not found")


def headers():
    for folder in ("include", "single_include"):
        (work / folder).mkdir()
        build(f"{folder}/consumer", f"-I{TOP / folder}", HERE / "main.cpp", HERE / "second.cpp")
        run(work / folder)
    call(sys.executable, TOP / "tools/single_header.py", "tree", work / "tree")
    for example in ("quickstart", "administration"):
        call(build(example, f"-I{work}/tree/include", TOP / f"examples/{example}.cpp"))
        print(f"ran: {example} with the single header")
    single, normal = f"{TOP}/single_include/membership/membership.hpp", "membership/core.hpp"
    for first, then, message in ((normal, single, "does not go with the headers it is made of"),
                                 (single, normal, "redefinition of")):
        (work / "mixed.cpp").write_text(f'#include "{first}"\n#include "{then}"\n')
        call(*compiler, "-std=c++20", "-fsyntax-only", f"-I{TOP}/include", "mixed.cpp",
             fails_with=message)


with tempfile.TemporaryDirectory(prefix="consumers-") as folder:
    work = pathlib.Path(folder)
    {"installed": installed, "subproject": subproject, "headers": headers}[way]()
