from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from claude_lint.findings import Severity
from claude_lint.reports import Run
from reports.sample import finding, run, written


def parsed(what: Run) -> Element:
    text = written(what, "junit")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    return fromstring(text.encode())


def test_a_finding_is_a_test_that_failed() -> None:
    suites = parsed(run(finding("src/a.py:7:16", help="Pass it")))
    assert suites.attrib == {"name": "claude-lint", "tests": "1", "failures": "1", "errors": "0"}
    [suite] = suites
    assert suite.get("name") == "src/a.py"
    [case] = suite
    assert case.attrib == {
        "name": "CL201 missing-max-tokens (src/a.py:7:16)",
        "classname": "src/a.py",
        "file": "src/a.py",
        "line": "7",
    }
    [failure] = case
    assert failure.attrib == {"type": "error", "message": "This call sends no `max_tokens`"}
    assert failure.text == "src/a.py:7:16: This call sends no `max_tokens`\nhelp: Pass it"


def test_each_file_is_a_suite() -> None:
    suites = parsed(run(finding("a.py:1:1"), finding("a.py:2:1"), finding("b.py:1:1")))
    assert [(suite.get("name"), suite.get("tests")) for suite in suites] == [
        ("a.py", "2"),
        ("b.py", "1"),
    ]


def test_advice_passes() -> None:
    suites = parsed(run(finding("a.py:1:1", severity=Severity.INFO)))
    [[case]] = suites
    assert suites.get("failures") == "0"
    assert [(child.tag, child.text) for child in case] == [
        ("system-out", "a.py:1:1: This call sends no `max_tokens`")
    ]


def test_a_clean_run_is_one_test_that_passed() -> None:
    suites = parsed(run())
    [[case]] = suites
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
    assert case.get("name") == "All checks passed"
    assert list(case) == []


def test_markup_in_messages_and_names_is_text() -> None:
    message = 'a <b> & "c" ]]> \x00'
    [[case]] = parsed(run(finding("<x>&.py:1:1", message=message)))
    assert case[0].get("message") == 'a <b> & "c" ]]> \\x00'
    assert case.get("file") == "<x>&.py"
