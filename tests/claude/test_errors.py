"""Errors as people paste them: every one is recognised, and for what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import tomli

from claude_lint import documents
from claude_lint.claude.catalog.errors import load, recognise
from claude_lint.commands.diagnose import understand

STATUSES = [
    *("400", "401", "402", "403", "404", "409", "413", "422"),
    *("429", "500", "502", "503", "504", "529"),
]


def _texts() -> Iterator[tuple[str, str]]:
    """Read what each text is known as, and the text."""
    data = Path(__file__).with_name("error_texts.txt")
    for part in data.read_text("utf-8").split("\n=== ")[1:]:
        known_as, _, text = part.partition("\n")
        yield known_as, text


TEXTS = list(_texts())
REPORTED: list[dict[str, Any]] = tomli.loads(
    Path(__file__).with_name("reported_errors.toml").read_text("utf-8")
)["error"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_alone_is_recognised(status: str) -> None:
    assert [error.id for error in recognise(f" {status}\n")] == [status]


@pytest.mark.parametrize(("known_as", "text"), TEXTS)
def test_a_text_is_recognised(known_as: str, text: str) -> None:
    assert [error.id for error in recognise(text)] == [known_as]


@pytest.mark.parametrize("reported", REPORTED, ids=lambda reported: reported["thread"][19:])
def test_what_people_reported_is_recognised(reported: dict[str, Any]) -> None:
    found = understand(reported["text"])
    assert found.is_known
    assert [error.id for error in found.errors] == reported.get("is", [])
    if not found.errors:
        assert [rule.name for rule in found.rules] == reported["by"]


def test_more_than_sixty_threads_are_recognised() -> None:
    assert len({reported["thread"] for reported in REPORTED}) > 60


def test_every_row_is_the_answer_to_some_text() -> None:
    proven = {known_as for known_as, _ in TEXTS}
    proven |= {row for reported in REPORTED for row in reported.get("is", [])}
    assert {error.id for error in load()} == proven | set(STATUSES)
    assert len(TEXTS) > 60


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "line 401",
        "it took 529 ms",
        'File "app.py", line 404, in ask',
        "Error code: 418",
        '10.0.0.1 - "GET /health HTTP/1.1" 500 Internal Server Error',
        'Traceback:\n  File "app.py", line 3, in ask\n    raise RateLimitError\nValueError: no',
        "we retry a RateLimitError with tenacity",
    ],
)
def test_what_only_looks_like_an_error_is_none(text: str) -> None:
    assert recognise(text) == ()


def test_a_log_tells_of_all_its_errors() -> None:
    log = """
        10:00:01 WARNING anthropic.RateLimitError: Error code: 429 - {'type': 'error'}
        10:00:05 WARNING anthropic.InternalServerError: Error code: 529 - {'type': 'error'}
        10:00:09 ERROR anthropic.AuthenticationError: Error code: 401 - invalid x-api-key
    """
    assert [error.id for error in recognise(log)] == ["invalid-key", "429", "529"]


def test_a_message_that_a_terminal_has_wrapped_is_recognised() -> None:
    wrapped = "API Error: 400 Your credit balance is\n     too low to access the API"
    assert [error.id for error in recognise(wrapped)] == ["credit-balance"]


# ---------------------------------------------------------------------- the catalogue


def _catalog() -> dict[str, Any]:
    text = (files("claude_lint.rules") / "catalog" / "errors.toml").read_text("utf-8")
    return tomli.loads(text)


def test_every_row_names_its_sources() -> None:
    catalog = _catalog()
    assert catalog["checked_on"] == date(2026, 11, 24)
    for error in load():
        assert error.source, error.id
        assert set(error.source) <= catalog["sources"].keys(), error.id


def test_every_row_says_what_to_do_in_whole_sentences() -> None:
    for error in load():
        assert error.check, error.id
        for sentence in (error.meaning, error.retry):
            assert re.fullmatch(r"[A-Z].*\.", sentence), error.id
            assert not re.search(r"[a-z)]\. [A-Z]", sentence), f"{error.id}: two sentences"


def test_every_selector_of_a_row_selects_a_rule() -> None:
    rules = documents.load()
    for error in load():
        for selector in error.rules or ():
            assert any(selector == rule.name or rule.code.startswith(selector) for rule in rules), (
                f"{error.id}: {selector}"
            )


def test_ids_are_unique() -> None:
    ids = [error.id for error in load()]
    assert len(ids) == len(set(ids))
