from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from claude_lint import documents
from claude_lint.documents import RuleDocument
from claude_lint.findings import Edit, Fix, Related, Safety, Severity
from claude_lint.reports import Note, Run, render
from reports.sample import RULES, RULES_URL, at, finding, fix, rule, run

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-schema-2.1.0.json"


@functools.cache
def validator() -> Any:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))


def log(what: Run, rules: tuple[RuleDocument, ...] = RULES) -> Any:
    """Write a run as SARIF, hold it against the schema, and give its only SARIF run."""
    text = render(what, "sarif", color=False, width=None, rules=rules)
    assert text.isascii()
    parsed = json.loads(text)
    validator().validate(parsed)
    [sarif_run] = parsed["runs"]
    return sarif_run


def test_the_schema_refuses_what_is_not_sarif() -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_a_result_names_rule_level_place_and_cure() -> None:
    call = at("src/app.py:12:5", end=(16, 6))
    found = finding(call, severity=Severity.WARNING, help="Pass `max_tokens`", fingerprint="abc")
    assert log(run(found))["results"] == [
        {
            "ruleId": "CL201",
            "ruleIndex": 1,
            "level": "warning",
            "message": {"text": "This call sends no `max_tokens`. Pass `max_tokens`."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "src/app.py", "uriBaseId": "%SRCROOT%"},
                        "region": {
                            "startLine": 12,
                            "startColumn": 5,
                            "endLine": 16,
                            "endColumn": 6,
                        },
                    }
                }
            ],
            "partialFingerprints": {"claudeLint/v1": "abc"},
        }
    ]


def test_columns_are_said_to_count_code_points() -> None:
    assert log(run(finding("a.py:1:1")))["columnKind"] == "unicodeCodePoints"


def test_every_rule_is_described_whether_it_fired_or_not() -> None:
    summary = "Reports a call without `max_tokens`. The API answers 400."
    rules = (
        rule("CL102", "hardcoded-key", body="Reads @@KEY-api03@@.\n"),
        rule("CL201", "missing-max-tokens", summary=summary),
        rule("CL508", "client-per-call", severity=Severity.INFO, default=False),
    )
    driver = log(run(), rules)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("claude-lint", "0.1.0")
    key, missing, client = driver["rules"]
    assert missing == {
        "id": "CL201",
        "name": "missing-max-tokens",
        "shortDescription": {"text": "Reports a call without `max_tokens`"},
        "fullDescription": {"text": summary},
        "help": {"text": rules[1].body, "markdown": rules[1].body},
        "helpUri": f"{RULES_URL}/CL201-missing-max-tokens.md",
        "defaultConfiguration": {"level": "error", "enabled": True},
        "properties": {"tags": ["requests"], "precision": "high", "problem.severity": "error"},
    }
    assert key["help"]["text"] == "Reads sk-ant-api03-….\n"
    assert client["defaultConfiguration"] == {"level": "note", "enabled": False}
    assert client["properties"]["problem.severity"] == "recommendation"


def test_only_rules_about_leaks_are_security_alerts() -> None:
    rules = log(run())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules if "security-severity" in rule["properties"]] == ["CL102"]


def test_the_real_rules_fit_the_schema_and_the_limits() -> None:
    for described in log(run(), documents.load())["tool"]["driver"]["rules"]:
        assert len(described["fullDescription"]["text"]) <= 1024
        assert described["properties"]["tags"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("my app/naïve.py", "my%20app/na%C3%AFve.py"),
        ("a:b#c?.py", "a%3Ab%23c%3F.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("../shared/x.py", "../shared/x.py"),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str) -> None:
    location = at("x:1:1")
    found = finding(type(location)(path, location.span))
    [result] = log(run(found))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_an_absolute_path_is_a_file_uri() -> None:
    [result] = log(run(finding("/srv/my app.py:1:1")))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///srv/my%20app.py"}


def test_paths_are_those_of_the_repository_when_run_in_a_folder_of_it() -> None:
    what = run(finding("src/a.py:1:1"), finding("../lib/b.py:1:1"), prefix="services/api/")
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in log(what)["results"]
    ]
    assert uris == ["services/api/src/a.py", "services/lib/b.py"]


def test_a_notebook_is_marked_by_lines_of_its_file() -> None:
    def json_line(path: str, cell: int, line: int) -> int:
        return {("nb.ipynb", 3, 2): 41, ("nb.ipynb", 3, 4): 43}[path, cell, line]

    found = finding(at("nb.ipynb:cell 3:2:6", end=(4, 2)))
    [result] = log(run(found, json_line=json_line))["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 41, "endLine": 43}


def test_related_places_are_linked_from_the_message() -> None:
    related = (
        Related(at("b.py:3:1", 7), "`d[0]` is built here"),
        Related(at("c.py:4:1"), "and here"),
    )
    [result] = log(run(finding("a.py:1:1", related=related)))["results"]
    assert result["message"]["text"] == (
        "This call sends no `max_tokens`. See [`d\\[0\\]` is built here](1). See [and here](2)."
    )
    first, second = result["relatedLocations"]
    assert (first["id"], second["id"]) == (1, 2)
    assert first["message"]["text"] == "`d[0]` is built here"
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "b.py"
    assert first["physicalLocation"]["region"]["startLine"] == 3


def test_a_fix_is_given_as_replacements_per_file() -> None:
    edits = (
        Edit(at("b.py:1:1", 0), "import os\n"),
        Edit(at("a.py:2:3", 5), "new"),
        Edit(at("b.py:9:1", 2), ""),
    )
    [result] = log(run(finding("a.py:2:3", fix=Fix("Mend it", Safety.UNSAFE, edits))))["results"]
    [told] = result["fixes"]
    assert told["description"]["text"] == "Mend it (unsafe)"
    changes = {
        change["artifactLocation"]["uri"]: change["replacements"]
        for change in told["artifactChanges"]
    }
    assert changes["a.py"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 8},
            "insertedContent": {"text": "new"},
        }
    ]
    assert [change["insertedContent"]["text"] for change in changes["b.py"]] == ["import os\n", ""]


def test_a_fix_that_no_viewer_could_apply_is_left_out() -> None:
    in_a_cell = finding("nb.ipynb:cell 1:1:1", fix=fix(at("nb.ipynb:cell 1:1:1"), "x", "Write x"))
    by_hand = finding("a.py:1:1", fix=fix(at("a.py:1:1"), "x", "Write x", Safety.DISPLAY))
    assert all("fixes" not in result for result in log(run(in_a_cell, by_hand))["results"])


def test_what_went_wrong_is_told_as_notifications() -> None:
    notes = (
        Note("`big.py` was not read: too large", path="src/big.py"),
        Note("the rule `retired-model` failed", Severity.ERROR),
    )
    [invocation] = log(run(notes=notes))["invocations"]
    skipped, failed = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert skipped["level"] == "warning"
    assert skipped["message"]["text"] == "`big.py` was not read: too large"
    assert skipped["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/big.py"
    assert failed["level"] == "error"


def test_a_run_that_went_well_says_so() -> None:
    [invocation] = log(run(notes=(Note("skipped"),)))["invocations"]
    assert invocation["executionSuccessful"] is True
