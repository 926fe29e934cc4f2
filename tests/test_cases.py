"""The cases of `tests/cases`: each rule in at least ten shapes, six to report and four to leave.

A case is a heading that says what is special, and one small project in fences as in the rule
documents. What counts is what runs: a bad case has a line marked with its rule, and a near-miss
has none and is still code that the linter looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import rule_examples
from claude_lint import documents
from claude_lint.documents import Example, RuleDocument
from claude_lint.findings import Finding

FOLDER = Path(__file__).with_name("cases")
FEWEST_BAD, FEWEST_GOOD = 6, 4
MENTION = re.compile(r"anthropic|claude|sk-ant-|@@KEY", re.I)  # nothing else is looked at

Lint = Callable[..., list[Finding]]


@dataclass(frozen=True)
class Case:
    """One project, the rule that it is about, and what is special in it."""

    rule: RuleDocument
    title: str
    example: Example


def cases(document: RuleDocument) -> list[Case]:
    """Read the cases of a rule."""
    text = (FOLDER / f"{document.code}-{document.name}.md").read_text("utf-8")
    heading, *sections = re.split(r"^## ", text, flags=re.M)
    assert heading.strip() == f"# {document.name}"
    found = []
    for section in sections:
        title, _, body = section.partition("\n")
        (example,) = documents.examples(body)
        found.append(Case(document, title, example))
    return found


CASES = {document.name: cases(document) for document in documents.load()}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{case.rule.code}-{case.title}")
        for each in CASES.values()
        for case in each
    ],
)
def test_a_case_is_reported_as_marked(case: Case, check: Lint) -> None:
    options = {name.replace("-", "_"): value for name, value in case.example.options.items()}
    if not case.rule.default:
        options["extend_select"] = case.rule.code
    if case.rule.code[:3] not in ("CL4", "CL9"):
        options["ignore"] = "CL4"  # or each request by hand had to have its retries
    check(case.example.files, **options)


@pytest.mark.parametrize("document", documents.load(), ids=lambda document: document.name)
def test_a_rule_has_its_number_of_cases(document: RuleDocument) -> None:
    bad, good = 0, 0
    for case in CASES[document.name]:
        is_marked = document.name in {mark[3] for mark in rule_examples.marks(case.example.files)}
        assert is_marked == (case.example.kind == "bad"), case.title
        assert any(MENTION.search(text) for text in case.example.files.values()), case.title
        bad += is_marked
        good += not is_marked
    assert bad >= FEWEST_BAD
    assert good >= FEWEST_GOOD


def test_no_two_cases_of_a_rule_are_alike() -> None:
    for name, each in CASES.items():
        codes = {tuple(case.example.files.values()) for case in each}
        titles = {case.title for case in each}
        assert len(codes) == len(titles) == len(each), name
