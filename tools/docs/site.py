# SPDX-License-Identifier: BSL-1.0
"""Builds the documentation site: the pages of docs/, the README, and the reference of the headers.

usage: site.py TOP FOLDER    FOLDER/site is the site, FOLDER/pages what it is made from

Fails where a page or an anchor that is linked to is not there, and where a page is in no menu.
"""
import html.parser
import json
import os
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import urllib.parse

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import api  # noqa: E402
import reference  # noqa: E402

LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
TOP_PAGES = {"README.md": "index.md", "CHANGELOG.md": "CHANGELOG.md",
             "CONTRIBUTING.md": "CONTRIBUTING.md", "SECURITY.md": "SECURITY.md"}


def stage(top, pages):
    """Copies what is written by hand. Links to other files of the tree lead to pages that show them."""
    sources = {}
    placed = {name: place for name, place in TOP_PAGES.items() if (top / name).exists()}
    placed |= {path.relative_to(top).as_posix(): path.relative_to(top / "docs").as_posix()
               for path in sorted((top / "docs").rglob("*")) if path.is_file()}

    def relinked(text, name):
        here = posixpath.dirname(placed[name])

        def link(match):
            target = match[2]
            if re.match(r"[a-z]+:", target):
                return match[0]
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            place = placed.get(path)
            if place is None and (top / path).exists() and not path.startswith(".."):
                if path.endswith(".svg"):
                    place = sources[path] = path
                else:
                    place = sources[path] = f"source/{path.rstrip('/')}.md"
            if place is None:
                sys.exit(f"{name}: {target} is not there")
            return match[1] + posixpath.relpath(place, here or ".") + match[3]
        return LINK.sub(link, text)

    for name, place in placed.items():
        to = pages / place
        to.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".md"):
            to.write_text(relinked((top / name).read_text(), name))
        else:
            shutil.copy(top / name, to)
    for path, place in sources.items():
        to = pages / place
        to.parent.mkdir(parents=True, exist_ok=True)
        if place == path:
            shutil.copy(top / path, to)
        elif (top / path).is_dir():
            names = sorted(p.name for p in (top / path).iterdir())
            to.write_text(f"# {path}\n\n" + "".join(f"- `{name}`\n" for name in names))
        else:
            kind = {".hpp": "cpp", ".cpp": "cpp", ".py": "python", ".json": "json"}.get(
                pathlib.Path(path).suffix, "text")
            to.write_text(f"# {path}\n\n````{kind}\n{(top / path).read_text()}````\n")
    return [place for path, place in sources.items() if place != path]


def for_files(site):
    """What the search of a page that was opened as a file needs, as a script."""
    worker = next((site / "assets/javascripts/workers").glob("search.*.min.js")).read_text()
    index = (site / "search/search_index.json").read_text()
    (site / "search/offline.js").write_text(
        "var __search = {index: Promise.resolve(" + index + "),\n"
        "  worker: URL.createObjectURL(new Blob([" + json.dumps(worker) + "]))};\n")


def let_codes_break(site):
    """In tables, long codes may go on in the next line behind `_`, `.` and `::`."""
    for path in site.rglob("*.html"):
        text = path.read_text()
        path.write_text(re.sub(
            "<td[^>]*>.*?</td>",
            lambda cell: re.sub(
                "<code>[^<]*</code>",
                lambda code: re.sub(r"(?<=[\w.])(_|\.|::)(?=\w)", r"\1<wbr>", code[0]), cell[0]),
            text, flags=re.DOTALL))


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links = set(), []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(v for k, v in attributes if k in ("id", "name") and v)
        for name in ("href", "src"):
            if values.get(name) and tag != "base":
                self.links.append(values[name])


def problems_of(site):
    """Links to pages, files and anchors that are not there."""
    pages = {}
    for path in site.rglob("*.html"):
        parsed = Links()
        parsed.feed(path.read_text())
        pages[path.relative_to(site).as_posix()] = parsed
    problems = []
    for name, page in pages.items():
        for link in page.links:
            url = urllib.parse.urlparse(link)
            if url.scheme or url.netloc or name == "404.html":
                continue
            path = urllib.parse.unquote(url.path)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            target = posixpath.join(target, "index.html") if (site / target).is_dir() else target
            if not (site / target).is_file():
                problems.append(f"{name}: {link} is not there")
            elif url.fragment and target in pages and urllib.parse.unquote(
                    url.fragment) not in pages[target].ids | {"__skip"}:
                problems.append(f"{name}: {link} leads to no place on its page")
    return sorted(set(problems))


def main():
    top, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    here = pathlib.Path(__file__).parent
    pages, site = folder / "pages", folder / "site"
    for old in (pages, site):
        shutil.rmtree(old, ignore_errors=True)
    sources = stage(top, pages)
    written, listed = reference.pages(api.read_api(top / "include"))
    for place, text in written:
        to = pages / place
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text)
    shutil.copytree(here / "theme", folder / "theme", dirs_exist_ok=True)
    shutil.copy(here / "theme/extra.css", pages / "extra.css")
    settings = yaml.safe_load((here / "mkdocs.yml").read_text())
    settings |= {"docs_dir": str(pages), "site_dir": str(site)}
    settings["nav"] += [{"Headers": listed}]
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    done = subprocess.run(["mkdocs", "build", "--strict", "--quiet", "-f", folder / "mkdocs.yml"],
                          env={**os.environ, "PYTHONWARNINGS": "ignore"})
    if done.returncode != 0:
        sys.exit("mkdocs could not build the site")
    for_files(site)
    let_codes_break(site)
    in_menu = set(re.findall(r"[\w./-]+\.md", json.dumps(settings["nav"]))) | set(sources)
    problems = [f"{path} is in no menu" for path in sorted(
        p.relative_to(pages).as_posix() for p in pages.rglob("*.md")) if path not in in_menu]
    problems += problems_of(site)
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(list(site.rglob('*.html')))} pages in {os.path.relpath(site)}")


if __name__ == "__main__":
    main()
