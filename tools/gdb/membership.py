# SPDX-License-Identifier: BSL-1.0
"""Shows the library's values in gdb: (gdb) source membership.py

Ids, slugs, times and sets as operator<< writes them, enums by their enumerator, the rest by member.
"""
import datetime

import gdb
import gdb.printing


def bytes_of(array, size):
    return bytes(int(array[i]) & 0xFF for i in range(size))


def set_text(elements):
    return "{" + ", ".join(elements) + "}"


def ulid_text(ulid):
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int(ulid["high"]) << 64 | int(ulid["low"])
    return "".join(digits[number >> shift & 31] for shift in range(125, -1, -5))


def role_text(value):
    if value == 255:
        return "none"
    return str(value) if value < 64 else f"organization {value - 64}"


class Printer:
    """A value that is one word. A subclass says of which types: `types`, a regular expression."""

    def __init__(self, value):
        self.value = value


class InlineText(Printer):
    types = "InlineText<.*>"

    def to_string(self):
        return bytes_of(self.value["bytes_"], int(self.value["size_"])).decode(errors="replace")

    def display_hint(self):
        return "string"


class NamedText(InlineText):
    types = "(Id<.*>|RoleSlug|PermissionSlug|EmailKey)"

    def __init__(self, value):
        super().__init__(value["text_"])


class Time(Printer):
    types = "Time"

    def to_string(self):
        milliseconds = int(self.value["milliseconds_"])
        try:
            time = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
        except OverflowError:
            return f"{milliseconds} ms"
        return time.isoformat(timespec="milliseconds") + "Z"


class Ulid(Printer):
    types = "Ulid"

    def to_string(self):
        return ulid_text(self.value)


class NamedUlid(Ulid):
    types = "(PlanId|EventId|OrganizationDomainId)"

    def __init__(self, value):
        super().__init__(value["value"])


class RoleIndex(Printer):
    types = "RoleIndex"

    def to_string(self):
        return role_text(int(self.value["value_"]))


class RoleSet(Printer):
    types = "RoleSet"

    def to_string(self):
        bits = int(self.value["organization_"]) << 64 | int(self.value["environment_"])
        return set_text(role_text(i) for i in range(128) if bits >> i & 1)


class PermissionSet(Printer):
    types = "PermissionSet"

    def to_string(self):
        words = [int(self.value["words"][i]) for i in range(4)]
        return set_text(str(i) for i in range(256) if words[i // 64] >> i % 64 & 1)


class StatusSet(Printer):
    types = "StatusSet"

    def to_string(self):
        bits = int(self.value["bits_"])
        names = {1: "pending", 2: "active", 3: "inactive"}
        return set_text(name for i, name in names.items() if bits >> i & 1)


class TokenDigest(Printer):
    types = "TokenDigest"

    def to_string(self):
        return bytes_of(self.value["bytes"], 32).hex()


class Enum(Printer):
    def to_string(self):
        return self.value.format_string(raw=True).rsplit("::", 1)[-1]


class Held:
    """What may hold a value: the value as its only child, or a word."""

    def children(self):
        return iter([("value", self.held)] if self.held is not None else [])

    def to_string(self):
        return self.name if self.held is not None else self.nothing


class Slot(Held):
    types = "Slot<.*>"
    name, nothing = "filled", "empty"

    def __init__(self, value):
        self.held = value["room_"]["value"] if value["filled_"] else None


class Expected(Held):
    nothing = "expected"

    def __init__(self, value):
        good = bool(value["m_has_val"])
        self.name = "expected" if good else "unexpected"
        if not good:
            self.held = value["m_unexpect"]["m_val"]
        elif value.type.strip_typedefs().template_argument(0).code == gdb.TYPE_CODE_VOID:
            self.held = None
        else:
            self.held = value["m_val"]


class Enums(gdb.printing.PrettyPrinter):
    """The enums of the library, without the names around them."""

    def __call__(self, value):
        enum = value.type.strip_typedefs()
        if enum.code == gdb.TYPE_CODE_ENUM and str(enum.tag).startswith("membership::"):
            return Enum(value)
        return None


def collection():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("membership")
    for printer in (InlineText, NamedText, Time, Ulid, NamedUlid, RoleIndex, RoleSet, PermissionSet,
                    StatusSet, TokenDigest, Slot):
        name = f"^membership::(v[0-9]+::)?{printer.types}$"
        printers.add_printer(printer.__name__, name, printer)
    printers.add_printer("tl::expected", "^tl::expected<.*>$", Expected)
    return printers


gdb.printing.register_pretty_printer(None, collection(), replace=True)
gdb.printing.register_pretty_printer(None, Enums("membership-enums"), replace=True)
