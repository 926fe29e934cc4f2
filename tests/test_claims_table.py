"""The table of claims: true to the documents, and to the tests that it names."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from claude_lint import documents

FOLDER = Path(__file__).with_name("sdk")
FEWEST_EXECUTED = 25
# They judge no request, so that no document of theirs says what one would do.
WITHOUT_CLAIMS = {
    "logged-key",
    "inline-model",
    "ineffective-retry",  # measured by `nox -s retries`, in the document itself
    "unparsable-file",
    "unused-ignore",
    "unknown-ignore",
}


@dataclass(frozen=True)
class Row:
    rule: str
    says: str
    executed: tuple[str, ...]
    rests_on: str


def rows() -> list[Row]:
    lines = (FOLDER / "CLAIMS.md").read_text("utf-8").splitlines()
    cells = [line.strip("|").split(" | ") for line in lines if line.startswith("| ")][1:]
    return [
        Row(
            rule.strip(),
            says.strip(),
            tuple(name.strip(" `") for name in executed.split(",") if name.strip()),
            rests_on.strip(),
        )
        for rule, says, executed, rests_on in cells
    ]


def parsed(name: str) -> ast.Module:
    return ast.parse((FOLDER / name).read_text("utf-8"))


def executed_names() -> set[str]:
    """Collect what runs: the tests of behaviour, and the bad examples with a claim."""
    behaviour = {
        node.name
        for node in parsed("test_behaviour.py").body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    examples = {
        f"{rule.value!s}-{number.value!s}"
        for node in ast.walk(parsed("test_claims.py"))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Claim"
        for rule, number in [node.args[:2]]
        if isinstance(rule, ast.Constant) and isinstance(number, ast.Constant)
    }
    return behaviour | examples


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.rule}: {row.says[:40]}")
def test_a_claim_stands_in_the_document_and_in_one_of_two_columns(row: Row) -> None:
    document = documents.find(row.rule)
    assert document is not None
    assert row.says in " ".join(document.body.split())
    assert bool(row.executed) != bool(row.rests_on)
    assert set(row.executed) <= executed_names()


def test_all_that_is_executed_is_in_the_table() -> None:
    assert executed_names() == {name for row in rows() for name in row.executed}


def test_every_document_that_claims_something_is_in_the_table() -> None:
    documented = {document.name for document in documents.load()}
    assert {row.rule for row in rows()} == documented - WITHOUT_CLAIMS


def test_enough_is_executed() -> None:
    assert sum(bool(row.executed) for row in rows()) >= FEWEST_EXECUTED
