from __future__ import annotations

import json
from typing import Any

from claude_lint.findings import Edit, Fix, Related, Safety, Severity
from claude_lint.reports import Run
from reports.sample import RULES_URL, at, finding, fix, run, written


def parsed(what: Run) -> Any:
    return json.loads(written(what, "json"))


def test_a_finding_carries_all_that_the_contract_names() -> None:
    call = at("src/app.py:12:5", end=(16, 6))
    what = run(
        finding(
            call,
            help="Pass `max_tokens`",
            related=(Related(at("src/settings.py:3:1"), "the payload is built here"),),
            fix=fix(at("src/app.py:12:12", 0), "max_tokens=1024", "Insert it", Safety.UNSAFE),
            fingerprint="0123456789abcdef",
        )
    )
    assert parsed(what)["findings"] == [
        {
            "code": "CL201",
            "rule": "missing-max-tokens",
            "severity": "error",
            "message": "This call sends no `max_tokens`",
            "help": "Pass `max_tokens`",
            "url": f"{RULES_URL}/CL201-missing-max-tokens.md",
            "http_status": [400],
            "path": "src/app.py",
            "cell": None,
            "line": 12,
            "column": 5,
            "end_line": 16,
            "end_column": 6,
            "related": [
                {
                    "path": "src/settings.py",
                    "cell": None,
                    "line": 3,
                    "column": 1,
                    "message": "the payload is built here",
                }
            ],
            "fix": {
                "title": "Insert it",
                "safety": "unsafe",
                "edits": [
                    {
                        "path": "src/app.py",
                        "cell": None,
                        "line": 12,
                        "column": 12,
                        "end_line": 12,
                        "end_column": 12,
                        "text": "max_tokens=1024",
                    }
                ],
            },
            "fingerprint": "0123456789abcdef",
        }
    ]


def test_the_head_names_the_tool_the_day_and_the_counts() -> None:
    what = run(
        finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x")),
        finding("a.py:2:1", fix=fix(at("a.py:2:1"), "x", "Write x", Safety.UNSAFE)),
        finding("a.py:3:1", severity=Severity.WARNING, fix=Fix("Think", Safety.DISPLAY)),
        finding("a.py:4:1", severity=Severity.INFO),
        files=120,
        relevant_files=9,
        suppressed=3,
        baselined=4,
    )
    report = parsed(what)
    del report["findings"]
    assert report == {
        "version": 1,
        "tool": {"name": "claude-lint", "version": "0.1.0"},
        "as_of": "2026-11-24",
        "summary": {
            "files": 120,
            "relevant_files": 9,
            "errors": 2,
            "warnings": 1,
            "infos": 1,
            "suppressed": 3,
            "baselined": 4,
            "fixable": 2,
        },
    }


def test_places_in_a_notebook_are_relative_to_the_cell() -> None:
    place = at("nb.ipynb:cell 3:2:6", 4)
    edit = Edit(at("nb.ipynb:cell 1:1:1", 0), "import os\n")
    [told] = parsed(run(finding(place, fix=Fix("Import os", Safety.SAFE, (edit,)))))["findings"]
    assert (told["cell"], told["line"], told["column"]) == (3, 2, 6)
    assert told["fix"]["edits"][0]["cell"] == 1


def test_a_finding_without_a_fix_says_null() -> None:
    [told] = parsed(run(finding("a.py:1:1")))["findings"]
    assert told["fix"] is None
    assert told["related"] == []


def test_a_clean_run_has_an_empty_list_of_findings() -> None:
    assert parsed(run())["findings"] == []


def test_the_text_is_plain_ascii_and_ends_with_a_newline() -> None:
    text = written(run(finding("café.py:1:1", message="naïve 😀")), "json")
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text)["findings"][0]["message"] == "naïve 😀"
