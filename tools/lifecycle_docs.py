# SPDX-License-Identifier: BSL-1.0
"""Writes or checks docs/lifecycle.md and docs/lifecycle.svg.

usage: lifecycle_docs.py write|check LIFECYCLE_DOC_PROGRAM DOCS_FOLDER

`lifecycle_doc markdown` prints the page, `lifecycle_doc dot` the diagram. Graphviz draws
differently with other fonts and versions, so the drawing carries the hash of its DOT text and the
check compares that.
"""
import hashlib
import pathlib
import subprocess
import sys

SPDX = "<!-- SPDX-License-Identifier: BSL-1.0 -->\n"

mode, program, docs = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def printed(what):
    return subprocess.run([program, what], capture_output=True, text=True, check=True).stdout


markdown = printed("markdown")
if not markdown.startswith(SPDX):
    markdown = SPDX + "\n" + markdown
dot = printed("dot")
head = SPDX + f"<!-- sha256 of the DOT text: {hashlib.sha256(dot.encode()).hexdigest()} -->\n"
page, drawing = docs / "lifecycle.md", docs / "lifecycle.svg"

if mode == "write":
    svg = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True)
    docs.mkdir(exist_ok=True)
    page.write_text(markdown)
    drawing.write_text(head + svg.stdout[svg.stdout.index("<svg"):])
    print(f"wrote {page} and {drawing}")
else:
    stale = []
    if not page.exists() or page.read_text() != markdown:
        stale.append(page)
    if not drawing.exists() or not drawing.read_text().startswith(head):
        stale.append(drawing)
    for path in stale:
        print(f"{path} is stale: run tools/update_docs.sh")
    sys.exit(1 if stale else 0)
