from __future__ import annotations

import json
from typing import Any

from claude_lint.findings import Severity
from claude_lint.reports import Run
from reports.sample import at, finding, run, written


def parsed(what: Run) -> Any:
    return json.loads(written(what, "gitlab"))


def test_a_finding_is_an_issue_with_the_rule_in_its_description() -> None:
    found = finding(at("src/a.py:7:16", end=(9, 2)), fingerprint="abc")
    assert parsed(run(found, prefix="api/")) == [
        {
            "check_name": "missing-max-tokens",
            "description": "CL201 missing-max-tokens: This call sends no `max_tokens`",
            "severity": "critical",
            "fingerprint": "abc",
            "location": {
                "path": "api/src/a.py",
                "lines": {"begin": 7, "end": 9},
                "positions": {
                    "begin": {"line": 7, "column": 16},
                    "end": {"line": 9, "column": 2},
                },
            },
        }
    ]


def test_severities_are_gitlabs() -> None:
    found = [finding("a.py:1:1", severity=severity) for severity in Severity]
    assert [issue["severity"] for issue in parsed(run(*found))] == ["info", "major", "critical"]


def test_no_fingerprint_occurs_twice_and_none_depends_on_lines() -> None:
    def fingerprints(*lines: int) -> list[str]:
        found = [finding(f"a.py:{line}:1", fingerprint="abc") for line in lines]
        return [issue["fingerprint"] for issue in parsed(run(*found))]

    first = fingerprints(1, 2, 3)
    assert first[0] == "abc"
    assert len(set(first)) == 3
    assert fingerprints(11, 12, 13) == first


def test_a_notebook_is_marked_by_lines_of_its_file_alone() -> None:
    found = finding(at("nb.ipynb:cell 3:2:6", 4))
    [issue] = parsed(run(found, json_line=lambda path, cell, line: 40 + line))
    assert issue["location"] == {"path": "nb.ipynb", "lines": {"begin": 42, "end": 42}}


def test_a_clean_run_is_an_empty_list() -> None:
    assert parsed(run()) == []
