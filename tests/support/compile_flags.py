# SPDX-License-Identifier: BSL-1.0
"""The command that checks one source without output, with the flags of a probe target."""
import json
import os
import pathlib
import shlex

COLOURS = ("-fdiagnostics-color=always", "-fcolor-diagnostics")


def syntax_command(build, group):
    """(command, folder to run it in) of the target probe_GROUP; None where it does not exist."""
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        if f"probe_{group}." not in entry.get("output", entry["command"]):
            continue
        words = shlex.split(entry["command"])
        if os.path.basename(words[0]) == "ccache":
            words = words[1:]
        command, rest = [], iter(words)
        for word in rest:
            if word in ("-o", "-MF", "-MQ"):
                next(rest)
            elif word not in ("-c", "-MD", "-MMD", *COLOURS, entry["file"]):
                command.append(word)
        return [*command, "-fsyntax-only"], entry["directory"]
    return None
