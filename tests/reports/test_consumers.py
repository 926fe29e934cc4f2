"""Reports as those programs read them that they are made for."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from claude_lint.findings import Severity
from reports.sample import at, finding, run, written

FINDINGS = (
    finding(at("src/a.py:7:16", end=(9, 2)), help="Pass it"),
    finding("src/a.py:12:1", severity=Severity.WARNING),
    finding("b & <c>.py:3:5", severity=Severity.INFO, message='a "quoted" \x00 <tag> & 😀'),
    finding(at("nb.ipynb:cell 3:2:6", 4)),
)

# What GitLab documents of a Code Quality report: the fields it reads, and the severities it knows.
# docs.gitlab.com/ci/testing/code_quality, "Code Quality report format"
CODE_QUALITY: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                    "positions": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            place: {
                                "type": "object",
                                "required": ["line"],
                                "properties": {"line": {"type": "integer"}},
                            }
                            for place in ("begin", "end")
                        },
                    },
                },
            },
        },
    },
}


def test_gitlab_finds_the_fields_that_it_documents() -> None:
    issues = json.loads(written(run(*FINDINGS), "gitlab"))
    jsonschema.validate(issues, CODE_QUALITY)
    assert len({issue["fingerprint"] for issue in issues}) == len(FINDINGS)


def test_junit_is_read_by_a_parser_of_others() -> None:
    junitparser = pytest.importorskip("junitparser")
    suites = junitparser.JUnitXml.fromstring(written(run(*FINDINGS), "junit").encode())
    assert (suites.tests, suites.failures, suites.errors) == (4, 3, 0)
    cases = [case for suite in suites for case in suite]
    assert [case.classname for case in cases] == ["src/a.py", "src/a.py", "b & <c>.py", "nb.ipynb"]
    assert [case.is_passed for case in cases] == [False, False, True, False]
    [failure] = cases[0].result
    assert failure.message == "This call sends no `max_tokens`"
    assert failure.type == "error"
    assert failure.text == "src/a.py:7:16: This call sends no `max_tokens`\nhelp: Pass it"
    counted = [(suite.tests, suite.failures) for suite in suites]
    for suite in suites:
        suite.update_statistics()
    assert counted == [(suite.tests, suite.failures) for suite in suites]
