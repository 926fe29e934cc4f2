from __future__ import annotations

import json
from typing import Any

from claude_lint.findings import Edit, Fix, Safety, Severity
from claude_lint.reports import Run
from reports.sample import RULES_URL, at, finding, run, written


def diagnostics(what: Run) -> list[dict[str, Any]]:
    result = json.loads(written(what, "rdjson"))
    assert result["source"] == {"name": "claude-lint"}
    found: list[dict[str, Any]] = result["diagnostics"]
    return found


def test_a_finding_is_a_diagnostic_with_its_rule_and_cure() -> None:
    found = finding(at("src/a.py:7:16", end=(9, 2)), help="Pass it")
    assert diagnostics(run(found, prefix="api/")) == [
        {
            "message": "missing-max-tokens: This call sends no `max_tokens`\nhelp: Pass it",
            "location": {
                "path": "api/src/a.py",
                "range": {"start": {"line": 7, "column": 16}, "end": {"line": 9, "column": 2}},
            },
            "severity": "ERROR",
            "code": {"value": "CL201", "url": f"{RULES_URL}/CL201-missing-max-tokens.md"},
        }
    ]


def test_columns_count_bytes() -> None:
    found = finding(at("a.py:1:4", 2))
    [shown] = diagnostics(run(found, sources={"a.py": "a𐐀ä😀b"}))
    assert shown["location"]["range"] == {
        "start": {"line": 1, "column": 8},
        "end": {"line": 1, "column": 13},
    }


def test_severities_are_reviewdogs() -> None:
    found = [finding("a.py:1:1", severity=severity) for severity in Severity]
    assert [one["severity"] for one in diagnostics(run(*found))] == ["INFO", "WARNING", "ERROR"]


def test_a_fix_that_may_be_made_is_a_suggestion() -> None:
    edits = (Edit(at("a.py:3:5", 2), "xy"),)
    safe = finding("a.py:3:5", fix=Fix("Mend it", Safety.SAFE, edits))
    unsafe = finding("a.py:3:5", fix=Fix("Mend it", Safety.UNSAFE, edits))
    [shown] = diagnostics(run(safe))
    assert shown["suggestions"] == [
        {
            "range": {"start": {"line": 3, "column": 5}, "end": {"line": 3, "column": 7}},
            "text": "xy",
        }
    ]
    assert "suggestions" not in diagnostics(run(unsafe))[0]
    assert "suggestions" in diagnostics(run(unsafe, unsafe_fixes=True))[0]


def test_a_fix_of_several_edits_is_none_for_each_would_be_offered_alone() -> None:
    edits = (Edit(at("a.py:1:1", 0), "import os\n"), Edit(at("a.py:3:5", 2), "xy"))
    assert (
        "suggestions"
        not in diagnostics(run(finding("a.py:3:5", fix=Fix("", Safety.SAFE, edits))))[0]
    )


def test_a_notebook_is_marked_by_lines_of_its_file_alone() -> None:
    found = finding(at("nb.ipynb:cell 3:2:6", 4))
    [shown] = diagnostics(run(found, json_line=lambda path, cell, line: 40 + line))
    assert shown["location"]["range"] == {"start": {"line": 42}, "end": {"line": 42}}


def test_a_clean_run_has_no_diagnostics() -> None:
    assert diagnostics(run()) == []
