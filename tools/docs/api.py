# SPDX-License-Identifier: BSL-1.0
"""The public names of the headers, as Doxygen reads them.

usage: api.py check LISTING INCLUDE    whether LISTING names all that is public, as it is declared,
                                       and each has a doc block
       api.py write LISTING INCLUDE    writes it
"""
import dataclasses
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

DOXYFILE = pathlib.Path(__file__).with_name("Doxyfile")
COMPOUNDS = ("class", "struct", "union", "concept")


@dataclasses.dataclass
class Entity:
    """A public name: what declares it, and its doc block as XML elements."""
    kind: str  # class, struct, union, concept, function, variable, typedef, enum, enumvalue, define
    name: str  # qualified, without membership::
    declaration: str
    header: str
    line: int
    blocks: list = dataclasses.field(default_factory=list)
    members: list = dataclasses.field(default_factory=list)


def spaced(text):
    """One line, written as people write it: `expected<Id, Error>` and not `expected< Id, Error >`."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\b(membership::)?(v0::)?(?=\w)", "", text)
    text = re.sub(r"(?<=[\w>])< (?=\S)", "<", text)
    text = re.sub(r"(?<=[\w>*&]) (?=>)", "", text) if "operator" not in text else text
    text = re.sub(r"(?<=[\w>]) (&&|[&*])(?=[\w,)>]|\.{3})", r"\1 ", text)
    text = re.sub(r"(?<=[\w>]) ([&*]) (?=\w|\.{3})", r"\1 ", text).replace("... >", "...>")
    return re.sub(r"([&*]) +(?=[,)])", r"\1", text).replace("  ", " ")


def without_root(name):
    return re.sub(r"^(membership(::|$))?(v0(::|$))?", "", name)


def text_of(element):
    return "" if element is None else "".join(element.itertext())


def template_of(element):
    parameters = element.find("templateparamlist")
    if parameters is None:
        return ""
    shown = []
    for parameter in parameters.findall("param"):
        name, default = text_of(parameter.find("declname")), text_of(parameter.find("defval"))
        shown.append(f"{text_of(parameter.find('type'))} {name}".strip()
                     + (f" = {default}" if default else ""))
    return f"template <{', '.join(shown)}> "


def blocks_of(element):
    return [block for name in ("briefdescription", "detaileddescription")
            for block in element.find(name) or []]


def declared(member, name):
    """What declares a member of a class or of a namespace, in one line."""
    kind = member.get("kind")
    words = template_of(member)
    if kind == "define":
        return f"#define {name}"
    if kind == "enum":
        scoped = "enum class" if member.get("strong") == "yes" else "enum"
        underlying = text_of(member.find("type"))
        return f"{scoped} {name}" + (f" : {underlying}" if underlying else "")
    if kind == "typedef":
        return f"{words}using {name} = {text_of(member.find('type'))}"
    if member.get("static") == "yes":
        words += "static "
    if member.get("explicit") == "yes":
        words += "explicit "
    words += f"{text_of(member.find('type'))} {name}"
    if kind == "function":
        requires = text_of(member.find("requiresclause"))
        words += text_of(member.find("argsstring")) + (f" requires {requires}" if requires else "")
    else:
        words += text_of(member.find("argsstring"))
        # Of a table only that it is there: what it holds is not part of its declaration.
        value = text_of(member.find("initializer"))
        words += f" {value}" if value and len(spaced(value)) <= 80 else ""
    return words


def member_entities(element):
    for member in element.iter("memberdef"):
        kind, name = member.get("kind"), text_of(member.find("name"))
        hidden = member.get("prot") not in ("public", None) or name.startswith(("@", "__")) or not name
        if hidden or kind not in ("function", "variable", "typedef", "enum", "friend", "define"):
            continue
        where = member.find("location")
        if kind == "friend" and "(" not in text_of(member.find("argsstring")):
            continue
        qualified = without_root(text_of(member.find("qualifiedname")) or name)
        entity = Entity("function" if kind == "friend" else kind, qualified,
                        spaced(declared(member, name)), where.get("file"), int(where.get("line")),
                        blocks_of(member))
        for value in member.findall("enumvalue"):
            number = text_of(value.find("initializer"))
            label = text_of(value.find("name"))
            entity.members.append(Entity("enumvalue", f"{entity.name}::{label}",
                                         spaced(f"{label} {number}"), entity.header, entity.line,
                                         blocks_of(value)))
        yield entity


def read_api(include):
    """All public entities of the headers below `include`, in the order of header and line."""
    with tempfile.TemporaryDirectory() as folder:
        settings = DOXYFILE.read_text() + (
            f'INPUT = "{include}/membership"\nSTRIP_FROM_PATH = "{include}"\n'
            f'STRIP_FROM_INC_PATH = "{include}"\nOUTPUT_DIRECTORY = "{folder}"\n')
        done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"doxygen: {done.stderr.strip()}")
        roots = [ElementTree.parse(path).getroot()
                 for path in sorted(pathlib.Path(folder, "xml").glob("*.xml"))]
    private = {inner.get("refid") for root in roots for inner in root.iter("innerclass")
               if inner.get("prot") == "private"}
    entities = {}
    for compound in (c for root in roots for c in root.findall("compounddef")):
        kind, name = compound.get("kind"), text_of(compound.find("compoundname"))
        scope = spaced(without_root(name))
        if compound.get("id") in private:
            continue
        if kind in COMPOUNDS:
            where = compound.find("location")
            words = spaced(text_of(compound.find("initializer")) if kind == "concept" else
                           f"{template_of(compound)}{kind} {scope}")
            bases = [text_of(base) for base in compound.findall("basecompoundref")]
            words += f" : {spaced(', '.join(bases))}" if bases else ""
            entity = Entity(kind, scope, words, where.get("file"), int(where.get("line")),
                            blocks_of(compound))
            if kind != "concept":
                entity.members = sorted(member_entities(compound), key=lambda member: member.line)
            entities[compound.get("id")] = entity
        elif kind in ("namespace", "file"):
            for entity in member_entities(compound):
                entities.setdefault((entity.header, entity.line, entity.declaration), entity)
    return sorted((entity for entity in entities.values() if entity.name),
                  key=lambda entity: (entity.header, entity.line, entity.declaration))


# What others look for by these names means what they say that it means; `to_string` gives an
# enumerator's spelling.
KNOWN = re.compile(r"(std|fmt)::|(.*::)?(tag_invoke|showValue|operator<<|to_string)$")


def needs_words(entity):
    """Whether a doc block is missing. An alias that fills in the default traits needs none."""
    return not any("".join(block.itertext()).strip() for block in entity.blocks) and not (
        entity.kind == "typedef" and "DefaultTraits" in entity.declaration
        or KNOWN.match(entity.name))


def listing(entities):
    lines, header = ["# SPDX-License-Identifier: BSL-1.0"], None
    for entity in entities:
        if entity.header != header:
            header = entity.header
            lines.append(header)
        lines.append(f"  {entity.declaration}")
        for member in entity.members:
            lines.append(f"    {member.declaration}")
            lines += [f"      {value.declaration}" for value in member.members]
    return "".join(f"{line}\n" for line in lines)


def main():
    mode, path, include = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    entities = read_api(include.resolve())
    now = listing(entities)
    if mode == "write":
        path.write_text(now)
        return
    silent = [f"{entity.header}: {entity.name} has no doc block" for entity in entities
              if needs_words(entity)]
    if silent:
        sys.exit("\n".join(silent))
    was = path.read_text()
    sys.stdout.writelines(difflib.unified_diff(was.splitlines(True), now.splitlines(True),
                                               "listed", "declared", n=1))
    if was != now:
        sys.exit(f"{path.name} is not what the headers declare. A name that goes or changes is a "
                 "change of the interface: see docs/versioning.md; then tools/update_docs.sh")


if __name__ == "__main__":
    main()
