# SPDX-License-Identifier: BSL-1.0
"""Pages of the reference: one for each header with public names, made from their doc blocks."""
import html

TAGS = {"para": "p", "computeroutput": "code", "bold": "strong", "emphasis": "em",
        "itemizedlist": "ul", "orderedlist": "ol", "listitem": "li", "verbatim": "pre"}
FLOORS = {
    "membership": "Umbrella headers", "domain": "Values", "policy": "Policy", "command": "Commands",
    "store": "Stores", "driver": "Drivers", "interop": "Other libraries", "wire": "JSON and HTTP",
    "testing": "Tests",
}


def as_html(element):
    """A doc block out of Doxygen's XML."""
    if element.tag == "programlisting":
        lines = ["".join(" " if part.tag == "sp" else part.text or "" for part in line.iter()
                         if part.tag in ("sp", "highlight", "ref")) for line in element]
        return f"<pre><code>{html.escape(chr(10).join(lines))}</code></pre>"
    inside = html.escape(element.text or "") + "".join(
        as_html(child) + html.escape(child.tail or "") for child in element)
    tag = TAGS.get(element.tag)
    return f"<{tag}>{inside.strip() if tag == 'p' else inside}</{tag}>" if tag else inside


def doc(entity):
    return "".join(as_html(block) for block in entity.blocks)


def floor_of(header):
    parts = header.split("/")
    return parts[1] if len(parts) > 2 else "membership"


def wrapped(declaration):
    """A long declaration on several lines: the template's and the requirement's stand by themselves."""
    text = declaration
    depth = 0
    for at, sign in enumerate(text if text.startswith("template") else ""):
        depth += (sign == "<") - (sign == ">")
        if sign == ">" and depth == 0:
            text = f"{text[:at + 1]}\n{text[at + 1:].lstrip()}"
            break
    if len(max(text.split("\n"), key=len)) > 90:
        text = text.replace(" requires ", "\n  requires ", 1)
    return text


def members(entity):
    """All members in one list, each with its doc block and an enum with its values."""
    lines = ['<dl class="members">']
    for member in entity.members:
        values = "".join(f"<li><code>{html.escape(value.declaration)}</code> "
                         f"{doc(value).replace('<p>', '').replace('</p>', '')}</li>"
                         for value in member.members)
        lines.append(f"<dt><code>{html.escape(wrapped(member.declaration))}</code></dt>"
                     f"<dd>{doc(member)}{f'<ul>{values}</ul>' if values else ''}</dd>")
    return "\n".join(lines + ["</dl>"]) if entity.members else ""


def anchor_of(entity):
    """A name with several forms has one anchor for all, at the first."""
    return "".join(sign if sign.isalnum() or sign == "_" else "-" for sign in entity.name)


def page(header, entities):
    lines = [f"# {header.removeprefix('membership/')}", "", f"```cpp\n#include <{header}>\n```", ""]
    for entity in entities:
        lines += [f"## {entity.name} {{: #{anchor_of(entity)} }}", "", "```cpp", wrapped(entity.declaration), "```", "",
                  doc(entity), "", members(entity), ""]
    return "\n".join(lines)


def pages(entities):
    """(path, title, text) of every page, and the nav that lists them by floor."""
    headers = {}
    for entity in entities:
        headers.setdefault(entity.header, []).append(entity)
    written, nav = [], {}
    for header, declared in headers.items():
        path = f"reference/api/{header.removeprefix('membership/').removesuffix('.hpp')}.md"
        written.append((path, page(header, declared)))
        short = header.removeprefix("membership/")
        nav.setdefault(floor_of(header), []).append({short: path})
    index = ["# All names", "", "| name | kind | header |", "|---|---|---|"]
    for entity in sorted(entities, key=lambda e: (e.name.lower(), e.header)):
        target = entity.header.removeprefix("membership/").removesuffix(".hpp")
        index.append(f"| [`{entity.name}`](api/{target}.md#{anchor_of(entity)}) | {entity.kind} | "
                     f"`{entity.header}` |")
    written.append(("reference/names.md", "\n".join(index) + "\n"))
    listed = [{"All names": "reference/names.md"}]
    listed += [{FLOORS[floor]: nav[floor]} for floor in FLOORS if floor in nav]
    return written, listed
