"""What the documents say that the SDK does, tried on the SDK itself.

`CLAUDE_LINT_SDK` names a Python with a release of `anthropic`, and with `httpx` and `httpx2`;
`nox -s claims` makes one for each major. Without it these tests are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import rule_examples
from claude_lint import documents
from claude_lint.documents import Example
from sdk_runs import SDK, major, run

pytestmark = pytest.mark.skipif(not SDK, reason="CLAUDE_LINT_SDK names no Python with the SDK")

ALL = (0, 1, 2)
FROM_ONE = (1, 2)


@dataclass(frozen=True)
class Claim:
    """A bad example, counted from 1, whose marked statements raise an error in some majors.

    `then` is run after it, for what only defines functions.
    """

    rule: str
    number: int
    majors: tuple[int, ...]
    errors: tuple[tuple[str, str], ...]
    then: str = ""


def raises(error: str, *texts: str) -> tuple[tuple[str, str], ...]:
    return tuple((error, text) for text in texts)


UNEXPECTED = "got an unexpected keyword argument '{}'"
CLAIMS = [
    Claim("unstreamed-max-tokens", 1, ALL, raises("ValueError", "Streaming is required")),
    Claim(
        "unstreamed-max-tokens",
        2,
        ALL,
        raises("ValueError", "Streaming is required"),
        "import asyncio; asyncio.run(ask('Hello'))",
    ),
    Claim("sampling-parameter", 1, FROM_ONE, raises("TypeError", UNEXPECTED.format("temperature"))),
    Claim(
        "openai-parameter",
        1,
        ALL,
        raises("TypeError", "Missing required arguments|max_completion_tokens"),
    ),
    Claim("openai-parameter", 2, ALL, raises("TypeError", UNEXPECTED.format("frequency_penalty"))),
    Claim(
        "removed-api",
        1,
        FROM_ONE,
        (
            ("ImportError", "cannot import name '(AI|HUMAN)_PROMPT'"),
            ("AttributeError", "has no attribute 'completions'"),
        ),
    ),
    Claim("removed-api", 2, ALL, raises("TypeError", "Missing required arguments")),
    Claim("removed-api", 3, ALL, raises("TypeError", UNEXPECTED.format("proxies"))),
    Claim("removed-api", 4, (2,), raises("TypeError", "Cannot instantiate typing.Union")),
    Claim("removed-api", 5, ALL, raises("AttributeError", "has no attribute 'count_tokens'")),
    Claim("removed-api", 6, FROM_ONE, raises("TypeError", "`output_format` must be a type")),
    Claim("removed-api", 7, FROM_ONE, raises("ImportError", "cannot import name 'HUMAN_PROMPT'")),
    Claim(
        "foreign-http-client",
        1,
        FROM_ONE,
        raises("TypeError", "`httpx.Client` is from the `httpx`", "`httpx.Timeout` is from"),
    ),
    Claim("foreign-http-client", 2, FROM_ONE, raises("TypeError", "`httpx.AsyncClient` is from")),
    Claim(
        "unknown-argument",
        1,
        ALL,
        raises("TypeError", UNEXPECTED.format("system_prompt"), UNEXPECTED.format("max_retries")),
    ),
    Claim("unknown-argument", 2, ALL, raises("TypeError", r"takes 1 argument\(s\) but 2 were")),
    Claim("unknown-method", 1, ALL, raises("AttributeError", "has no attribute 'chat'")),
    Claim(
        "unknown-method",
        2,
        ALL,
        raises("AttributeError", "has no attribute 'message'"),
        "import asyncio; asyncio.run(Assistant().ask('Hello'))",
    ),
]
RULES = sorted({claim.rule for claim in CLAIMS})


def examples(rule: str, kind: str) -> list[Example]:
    document = documents.find(rule)
    assert document is not None
    return [example for example in document.examples if example.kind == kind]


def code_of(example: Example) -> str:
    return next(text for path, text in example.files.items() if path.endswith(".py"))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.rule}-{claim.number}")
def test_the_sdk_raises_what_the_document_says(claim: Claim) -> None:
    if major() not in claim.majors:
        pytest.skip(f"holds in majors {claim.majors}")
    example = examples(claim.rule, "bad")[claim.number - 1]
    code = code_of(example)
    marked = {line for _path, line, _severity, _rule in rule_examples.marks({"e.py": code})}
    done = run(rule_examples.without_markers(f"{code}\n{claim.then}"))
    failed = [one for one in done.outcomes if "error" in one]
    for outcome, (error, text) in zip(failed, claim.errors, strict=True):
        assert outcome["error"] == error, outcome
        assert re.search(text, outcome["text"]), outcome
        if not claim.then:
            assert marked & set(range(outcome["first"], outcome["last"] + 1))


def _good_examples() -> Iterator[Any]:
    for rule in RULES:
        for number, example in enumerate(examples(rule, "good"), 1):
            yield pytest.param(example, id=f"{rule}-{number}")


@pytest.mark.parametrize("example", list(_good_examples()))
def test_a_good_example_raises_nothing(example: Example) -> None:
    wanted = 0 if "pyproject.toml" in example.files else int(example.options.get("target-sdk", 2))
    if major() != wanted:
        pytest.skip(f"is meant for anthropic {wanted}")
    assert run(code_of(example)).errors == []
