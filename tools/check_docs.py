# SPDX-License-Identifier: BSL-1.0
"""Checks that the pages show what the examples are and what they print.

usage: check_docs.py ROOT PROGRAM...

In the pages of ROOT and of docs/:
- a ```cpp block is a run of lines of a file of examples/ or include/membership/; its indentation may
  be taken off as a whole;
- a ```text block is a run of lines that one of the programs prints. Each is run twice in an empty
  folder, the second time with what the first has left there;
- a command ./tools/... of a ```sh block is there, and its script knows its options.
Blocks of other languages, and other commands, are looked at by tests of what they are about.
Whatever cites a page cites one that is there: include/, examples/ and benchmarks/ by its path from
ROOT, pages, scripts and tests also by the end of it. A rule that is cited by its number is there,
and so is a section or a word that is cited by its title.
One ```cpp block of README.md is examples/quickstart.cpp without its SPDX line, at most 25 lines.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, programs = pathlib.Path(sys.argv[1]), sys.argv[2:]


def lines_of(folder, pattern):
    return [path.read_text().splitlines() for path in sorted((root / folder).glob(pattern))]


def printed_by(program):
    program = pathlib.Path(program).resolve()
    with tempfile.TemporaryDirectory() as folder:
        return [subprocess.run([program], cwd=folder, stdout=subprocess.PIPE, text=True,
                               check=True).stdout.splitlines() for _ in range(2)]


def holds(source, block):
    """Whether a source has a block, indented or not."""
    for at in range(len(source) - len(block) + 1):
        line = source[at]
        indent = line[:len(line) - len(block[0])]
        if line == indent + block[0] and not indent.strip() and all(
                have == (indent + want if want else "") for have, want in zip(source[at:], block)):
            return True
    return False


sources = {
    "cpp": lines_of("examples", "**/*.[ch]pp") + lines_of("include/membership", "**/*.hpp"),
    "text": [output for program in programs for output in printed_by(program)],
}
problems, checked = [], 0
for page in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")]):
    for indent, language, block in re.findall(r"^( *)```(.*)\n((?:.*\n)*?) *```$", page.read_text(),
                                              re.MULTILINE):
        language = language.split(" ")[0]
        if language in sources:
            checked += 1
            lines = [line.removeprefix(indent) for line in block.splitlines()]
            if not any(holds(source, lines) for source in sources[language]):
                problems.append(f"{page.relative_to(root)}: in no {language} source:\n{block}")
        elif language == "sh":
            for script, rest in re.findall(r"^ *\./(tools/\S+)(.*)$", block, re.MULTILINE):
                path, options = root / script, re.findall(r"--\S+", rest.split("#")[0])
                checked += 1
                if not os.access(path, os.X_OK) or any(option not in path.read_text()
                                                       for option in options):
                    problems.append(f"{page.relative_to(root)}: no such command: {script}{rest}")
        elif not language or language.lower() in ("c", "c++", "cc", "cxx", "hpp"):
            problems.append(f"{page.relative_to(root)}: a block of language '{language}':\n{block}")

pages = {path.relative_to(root).as_posix(): path.read_text()
         for path in [*root.glob("*.md"), *root.glob("docs/**/*.md")]}
for folder in ("include", "examples", "tests", "benchmarks", "tools", "docs", "."):
    by_path = folder in ("include", "examples", "benchmarks")
    for path in sorted((root / folder).glob("*" if folder == "." else "**/*")):
        if path.suffix not in (".hpp", ".cpp", ".py", ".sh", ".md"):
            continue
        if path.parent == root / "tools/docs":
            continue  # they name pages that they make
        # Comments as running text, without addresses.
        text = re.sub(r"\n *(?://[/!]?|#)? *", " ", path.read_text())
        text = re.sub(r"\w+://\S+", "", text)
        for cited, rule, title in re.findall(
                r"(?<![\w./-])([\w./-]*\w\.md)\b(?:, rules? (\d+))?(?:,? \"([^\"\\]+)\")?", text):
            page = cited if cited in pages or by_path else next(
                (name for name in pages if f"/{name}".endswith("/" + cited.lstrip("./"))), None)
            where = f"{path.relative_to(root)}: cites {cited}"
            if page not in pages:
                problems.append(f"{where}, which is not there")
            elif rule and not re.search(rf"^{rule}\. ", pages[page], re.MULTILINE):
                problems.append(f"{where}, rule {rule}, which is not there")
            elif title and not re.search(rf"^(#+ |\| ){re.escape(title)}( \||$)", pages[page],
                                         re.MULTILINE):
                problems.append(f'{where}, "{title}", which is not there')

quickstart = (root / "examples/quickstart.cpp").read_text().split("\n", 1)[1].lstrip("\n")
if f"```cpp\n{quickstart}```\n" not in (root / "README.md").read_text():
    problems.append("README.md: no block is examples/quickstart.cpp without its first line")
if quickstart.count("\n") > 25:
    problems.append(f"examples/quickstart.cpp has {quickstart.count(chr(10))} lines, not 25")
if not checked:
    problems.append("no block was found")
print("\n".join(problems) or f"{checked} blocks are as the examples are")
sys.exit(1 if problems else 0)
