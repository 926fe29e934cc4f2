"""The examples in the rule documents, and the harness that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import rule_examples
from claude_lint import checks, documents
from claude_lint.documents import Example, RuleDocument
from claude_lint.findings import Finding, Location, Severity, Span

# Reported by the engine itself, so no function is registered for them.
ENGINE_MADE = {"unparsable-file", "unused-ignore", "unknown-ignore"}

Lint = Callable[..., list[Finding]]


def _examples() -> Iterator[tuple[RuleDocument, int, Example]]:
    for document in documents.load():
        for number, example in enumerate(document.examples, 1):
            yield document, number, example


EXAMPLES = [
    pytest.param(document, example, id=f"{document.name}-{number}-{example.kind}")
    for document, number, example in _examples()
]
FIXED = [
    pytest.param(document, bad, good, id=f"{document.name}-{number}")
    for document in documents.load()
    if document.fix in ("safe", "unsafe")
    for number, (bad, good) in enumerate(pairwise(document.examples), 1)
    if (bad.kind, good.kind) == ("bad", "good") and bad.is_compared
]


def _options(document: RuleDocument, example: Example) -> dict[str, str]:
    options = {name.replace("-", "_"): value for name, value in example.options.items()}
    return options if document.default else {**options, "extend_select": document.code}


@pytest.mark.parametrize(("document", "example"), EXAMPLES)
def test_an_example_is_reported_as_marked(
    document: RuleDocument, example: Example, check: Lint
) -> None:
    findings = check(example.files, **_options(document, example))
    if example.kind == "good":
        assert findings == []
    else:
        assert document.name in {finding.rule for finding in findings}
    for finding in findings:
        if finding.rule == document.name:
            assert finding.code == document.code
            assert finding.severity <= document.severity
            assert finding.fix is None or document.fix != "none"


@pytest.mark.parametrize(("document", "bad", "good"), FIXED)
def test_fixing_the_bad_example_gives_the_good_one(
    document: RuleDocument, bad: Example, good: Example, projects: Iterator[Path]
) -> None:
    root = next(projects)
    rule_examples.write_project(root, bad.files)
    report = rule_examples.fix(root, **_options(document, bad))
    assert report.refusals == ()
    assert rule_examples.read_project(root, good.files) == {
        path: rule_examples.expand_keys(text) for path, text in good.files.items()
    }


@pytest.mark.parametrize("document", documents.load(), ids=lambda document: document.name)
def test_a_document_shows_bad_and_good(document: RuleDocument) -> None:
    assert {example.kind for example in document.examples} == {"bad", "good"}


def test_every_document_has_a_check_and_every_check_a_document() -> None:
    documented = {document.name for document in documents.load()}
    checks.load()
    assert documented - ENGINE_MADE == set(checks.REGISTRY)
    assert documented >= ENGINE_MADE


def test_markers_say_path_line_severity_and_rule() -> None:
    files = {"a.py": "x\nf()  # error: a-rule, b-rule  # info: c-rule\n", "b.py": "# warning: d\n"}
    assert sorted(rule_examples.marks(files)) == [
        ("a.py", 2, "error", "a-rule"),
        ("a.py", 2, "error", "b-rule"),
        ("a.py", 2, "info", "c-rule"),
        ("b.py", 1, "warning", "d"),
    ]


def test_markers_are_not_part_of_the_code() -> None:
    marked = "f()  # error: a-rule, b-rule  # info: c-rule\ng()  # error: see below\n"
    assert rule_examples.without_markers(marked) == "f()\ng()  # error: see below\n"


def test_a_made_up_key_has_the_shape_of_a_real_one() -> None:
    text = rule_examples.expand_keys(
        "@@KEY-api03@@ @@KEY-oat01@@ @@KEY-api03.head@@|@@KEY-api03.tail@@"
    )
    key, token, halves = text.split(" ")
    assert key.startswith("sk-ant-api03-")
    assert (len(key), key[-2:]) == (108, "AA")
    assert token.startswith("sk-ant-oat01-")
    assert halves.replace("|", "") == key


def test_a_wrong_line_a_wrong_severity_and_a_missing_finding_fail() -> None:
    files = {"a.py": "first()  # error: a-rule\nsecond()\n"}

    def finding(line: int, severity: Severity) -> Finding:
        location = Location("a.py", Span(line, 1, line, 6))
        return Finding("CL899", "a-rule", severity, "It is late", location)

    rule_examples.assert_marked(files, [finding(1, Severity.ERROR)])
    for findings in (
        [],
        [finding(2, Severity.ERROR)],
        [finding(1, Severity.WARNING)],
        [finding(1, Severity.ERROR), finding(1, Severity.ERROR)],
    ):
        with pytest.raises(AssertionError, match="the findings are not the marked ones"):
            rule_examples.assert_marked(files, findings)


def test_a_difference_is_shown_with_its_line() -> None:
    location = Location("a.py", Span(2, 5, 2, 9))
    late = Finding("CL899", "late-tea", Severity.INFO, "Tea is late", location)
    with pytest.raises(AssertionError) as failure:
        rule_examples.assert_marked({"a.py": "one()  # error: early-tea\n    two()\n"}, [late])
    assert str(failure.value).splitlines() == [
        "the findings are not the marked ones",
        "  a.py:1: one()  # error: early-tea",
        "    - not reported: error: early-tea",
        "  a.py:2: two()",
        "    + not marked: info: late-tea",
        "all that was reported:",
        "  a.py:2:5 info[late-tea] Tea is late",
    ]


def test_each_project_is_new_and_the_working_directory(projects: Iterator[Path]) -> None:
    first, second = next(projects), next(projects)
    assert first != second
    assert Path.cwd() == second
    assert list(second.iterdir()) == []
