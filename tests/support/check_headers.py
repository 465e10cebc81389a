# SPDX-License-Identifier: BSL-1.0
"""Compiles the public headers, with -Werror.

--mode default: each alone and included twice, with the flags of the build.
--mode bare:    the core's, with -fno-exceptions -fno-rtti, in one translation unit.
--mode tidy:    clang-tidy over all headers, one translation unit for each group.

The headers are listed when this runs, so a new one needs no edit. What a header needs beside the
core is said by GROUPS.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from compile_flags import syntax_command  # noqa: E402

# How the path below include/membership begins -> the probe target whose flags it needs.
GROUPS = {"wire/": "wire", "interop/boost_json": "wire", "interop/fmt": "fmt",
          "interop/format": "format", "testing/": "testing", "store/sqlite": "sqlite",
          "store/postgres": "postgres"}


def group_of(header):
    path = header.removeprefix("membership/")
    return next((group for begin, group in GROUPS.items() if path.startswith(begin)), "core")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--include", required=True, type=pathlib.Path)
    parser.add_argument("--mode", choices=["default", "bare", "tidy"], required=True)
    parser.add_argument("--clang-tidy", default="clang-tidy")
    options = parser.parse_args()

    headers = sorted(
        p.relative_to(options.include).as_posix() for p in options.include.glob("membership/**/*.hpp")
    )
    commands = {g: syntax_command(options.build, g) for g in {"core", *GROUPS.values()}}
    if commands["core"] is None:
        sys.exit("no probe_core in compile_commands.json")
    groups = {g: [h for h in headers if group_of(h) == g] for g in commands}
    for group in list(groups):
        if group != "core" and (options.mode == "bare" or commands[group] is None):
            why = "not in this mode" if options.mode == "bare" else "its dependencies are missing"
            if groups[group]:
                print(f"left out, {why}: {len(groups[group])} headers of {group}/")
            del groups[group]

    def run(job):
        name, group, source, extra = job
        command, folder = commands[group]
        if options.mode == "tidy":
            flags = [w for w in command[1:] if w != "-fsyntax-only"]
            config = options.include.resolve().parent / ".clang-tidy"
            line = [options.clang_tidy, "--quiet", f"--config-file={config}", str(source), "--", *flags]
        else:
            line = [*command, "-Werror", *extra, str(source)]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C"})
        return name, done.returncode, done.stdout + done.stderr

    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for group, members in sorted(groups.items()):
            alone = options.mode == "default"
            units = [(h, [h], 2) for h in members] if alone else [(group, members, 1)]
            for name, included, times in units:
                if included:
                    source = pathlib.Path(folder) / f"{len(jobs)}.cpp"
                    source.write_text("".join(f"#include <{h}>\n" for h in included) * times)
                    extra = ["-fno-exceptions", "-fno-rtti"] if options.mode == "bare" else []
                    jobs.append((name, group, source, extra))
        workers = len(os.sched_getaffinity(0))
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(run, jobs))

    failed = [(name, output) for name, code, output in results if code != 0]
    for name, output in failed:
        print(f"--- {name}\n{output}")
    print(f"{options.mode}: {len(results) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
