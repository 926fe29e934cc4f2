"""SARIF 2.1.0, as code scanning on GitHub and other viewers read it."""

from __future__ import annotations

import itertools
import json
import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from claude_lint import documents
from claude_lint.documents import RuleDocument
from claude_lint.findings import Edit, Finding, Fix, Location, Safety, Severity
from claude_lint.reports import Note, Run
from claude_lint.reports.repository import Place, path_of, place

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_SEVERITIES = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
# A score turns an alert into a security alert, so only rules about leaks have one.
_SECURITY_SEVERITIES = {"CL102": "8.0", "CL103": "7.0", "CL109": "6.0"}
_LONGEST_DESCRIPTION = 1024  # GitHub's limit


def render(run: Run, rules: Sequence[RuleDocument]) -> str:
    """Write the run as one SARIF log with a description of every rule, fired or not."""
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "claude-lint",
                        "version": run.version,
                        "informationUri": documents.RULES_URL,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "invocations": [_invocation(run)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(run, finding, indexes) for finding in run.findings],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: RuleDocument) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "tags": ["own" if rule.plugin else documents.FAMILIES[rule.code[:3]]],
        "precision": "high",
        "problem.severity": _PROBLEM_SEVERITIES[rule.severity],
    }
    if rule.code in _SECURITY_SEVERITIES:
        properties["tags"].append("security")
        properties["security-severity"] = _SECURITY_SEVERITIES[rule.code]
    body = documents.readable(rule)
    url = documents.url(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _shortened(rule.summary.split(". ")[0])},
        "fullDescription": {"text": _shortened(rule.summary)},
        "help": {"text": body, "markdown": body},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        "properties": properties,
    }


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _LONGEST_DESCRIPTION, placeholder=" …")


def _invocation(run: Run) -> dict[str, Any]:
    return {
        "executionSuccessful": all(note.severity < Severity.ERROR for note in run.notes),
        "toolExecutionNotifications": [_notification(run, note) for note in run.notes],
    }


def _notification(run: Run, note: Note) -> dict[str, Any]:
    told: dict[str, Any] = {"level": _LEVELS[note.severity], "message": {"text": note.message}}
    if note.path is not None:
        artifact = _artifact(path_of(run, note.path))
        told["locations"] = [{"physicalLocation": {"artifactLocation": artifact}}]
    return told


def _result(run: Run, finding: Finding, indexes: Mapping[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": indexes[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _physical(place(run, finding.location))}],
        # `primaryLocationLineHash` is GitHub's own to compute: it warns where a tool's differs.
        "partialFingerprints": {"claudeLint/v1": finding.fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": related.message},
                "physicalLocation": _physical(place(run, related.location)),
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix and _is_expressible(finding.fix):
        result["fixes"] = [_fix(run, finding.fix)]
    return result


def _message(finding: Finding) -> str:
    """Join message, cure and links to related places; the first sentence is an alert's title."""
    sentences = [f"{text.rstrip('.')}." for text in (finding.message, finding.help) if text]
    for number, related in enumerate(finding.related, 1):
        text = related.message.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
        sentences.append(f"See [{text}]({number}).")
    return " ".join(sentences)


def _physical(where: Place) -> dict[str, Any]:
    region = {"startLine": where.line, "endLine": where.end_line}
    if where.column is not None and where.end_column is not None:
        region |= {"startColumn": where.column, "endColumn": where.end_column}
    return {"artifactLocation": _artifact(where.path), "region": region}


def _artifact(path: str) -> dict[str, Any]:
    if PurePath(path).is_absolute():
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}


def _is_expressible(fix: Fix) -> bool:
    """Tell whether a viewer could apply the fix: edits of notebooks have no place in their JSON."""
    in_files = all(edit.location.cell is None for edit in fix.edits)
    return bool(fix.edits) and in_files and fix.safety is not Safety.DISPLAY


def _fix(run: Run, fix: Fix) -> dict[str, Any]:
    def path(edit: Edit) -> str:
        return edit.location.path

    title = fix.title if fix.safety is Safety.SAFE else f"{fix.title} ({fix.safety.value})"
    return {
        "description": {"text": title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path_of(run, changed)),
                "replacements": [
                    {
                        "deletedRegion": _region(run, edit.location),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in edits
                ],
            }
            for changed, edits in itertools.groupby(sorted(fix.edits, key=path), key=path)
        ],
    }


def _region(run: Run, location: Location) -> dict[str, Any]:
    region: dict[str, Any] = _physical(place(run, location))["region"]
    return region
