# SPDX-License-Identifier: BSL-1.0
"""The examples of docs/http.md: pairs of fenced blocks, a request and its answer."""

import json
import re

BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example:
    """What is sent and what is answered, with names in braces for what differs in each run."""

    def __init__(self, sent, answered):
        head, _, body = sent.partition("\n\n")
        first, *self.headers = head.splitlines()
        self.method, self.target = first.split(" ")
        self.body = body.strip()
        status, _, answer = answered.partition("\n\n")
        self.status = int(status)
        self.answer = json.loads(answer) if answer.strip() else None


def read_examples(text):
    """All examples of a page, in their order."""
    blocks = BLOCK.findall(text)
    assert len(blocks) % 2 == 0, "a request without an answer"
    return [Example(*pair) for pair in zip(blocks[::2], blocks[1::2])]


def fill(text, names):
    """A text with what is known put in for its names."""
    return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text)


def compare(shown, actual, names, place="answer"):
    """The answer is what the page shows; a name seen for the first time is learned."""
    if isinstance(shown, dict):
        assert isinstance(actual, dict) and list(shown) == list(actual), \
            f"{place}: {list(actual)}, not {list(shown)}"
        for key, value in shown.items():
            compare(value, actual[key], names, f"{place}.{key}")
    elif isinstance(shown, list):
        assert isinstance(actual, list) and len(shown) == len(actual), f"{place}: {actual}"
        for at, value in enumerate(shown):
            compare(value, actual[at], names, f"{place}[{at}]")
    elif shown == "…":
        assert isinstance(actual, str) and actual, f"{place}: {actual!r}"
    else:
        if isinstance(shown, str):
            for name in re.findall(r"\{(\w+)\}", shown):
                if shown == f"{{{name}}}":
                    names.setdefault(name, actual)
            shown = fill(shown, names)
        assert shown == actual, f"{place}: {actual!r}, not {shown!r}"
