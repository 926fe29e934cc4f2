"""Findings as JSON, version 1: what other programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from claude_lint import documents
from claude_lint.documents import RuleDocument
from claude_lint.findings import Finding, Fix, Location, Safety, Severity
from claude_lint.reports import Run

VERSION = 1


def render(run: Run, rules: Sequence[RuleDocument]) -> str:
    """Write the run as one JSON object; keys are added in later versions, never removed."""
    by_code = {rule.code: rule for rule in rules}
    report = {
        "version": VERSION,
        "tool": {"name": "claude-lint", "version": run.version},
        "as_of": run.as_of.isoformat(),
        "summary": {
            "files": run.files,
            "relevant_files": run.relevant_files,
            "errors": run.count(Severity.ERROR),
            "warnings": run.count(Severity.WARNING),
            "infos": run.count(Severity.INFO),
            "suppressed": run.suppressed,
            "baselined": run.baselined,
            "fixable": sum(_can_be_applied(finding.fix) for finding in run.findings),
        },
        "findings": [_finding(finding, by_code[finding.code]) for finding in run.findings],
    }
    # ASCII only, so that it reads the same through any terminal, pipe or code page.
    return json.dumps(report, indent=2) + "\n"


def _finding(finding: Finding, rule: RuleDocument) -> dict[str, Any]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "help": finding.help,
        "url": documents.url(rule),
        "http_status": list(rule.http_status),
        **_span(finding.location),
        "related": [
            {**_start(related.location), "message": related.message} for related in finding.related
        ],
        "fix": _fix(finding.fix) if finding.fix else None,
        "fingerprint": finding.fingerprint,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safety": fix.safety.value,
        "edits": [{**_span(edit.location), "text": edit.text} for edit in fix.edits],
    }


def _can_be_applied(fix: Fix | None) -> bool:
    return fix is not None and fix.safety is not Safety.DISPLAY


def _start(location: Location) -> dict[str, Any]:
    return {
        "path": location.path,
        "cell": location.cell,
        "line": location.span.line,
        "column": location.span.column,
    }


def _span(location: Location) -> dict[str, Any]:
    span = location.span
    return {**_start(location), "end_line": span.end_line, "end_column": span.end_column}
