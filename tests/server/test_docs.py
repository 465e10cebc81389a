# SPDX-License-Identifier: BSL-1.0
"""Sends every request that docs/http.md shows and compares the answer with what it shows."""

import os

from caller import Caller
from examples import compare, fill, read_examples
from harness import Server, check, equal, run_checks

PAGE = os.path.join(os.path.dirname(__file__), "../../docs/http.md")


@check
def examples_of_the_page(_):
    with open(PAGE, encoding="utf-8") as page:
        examples = read_examples(page.read())
    assert len(examples) > 30, len(examples)
    names = {}
    with Server("--multiple-roles", "on") as server:
        call = Caller(server)
        for example in examples:
            body = fill(example.body, names).encode() if example.body else None
            headers = "".join(header + "\r\n" for header in example.headers)
            answer = call.send(example.method, fill(example.target, names), body, headers)
            told = f"{example.method} {example.target}: {answer.status} {answer.body}"
            assert answer.status == example.status, told
            if example.answer is None:
                equal(answer.body, b"")
                continue
            try:
                compare(example.answer, answer.json(), names)
            except AssertionError as error:
                raise AssertionError(f"{told}\n{error}") from None


if __name__ == "__main__":
    raise SystemExit(run_checks())
