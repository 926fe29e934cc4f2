"""Reviewdog's own format, which it turns into comments on nearly every code host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from claude_lint import documents
from claude_lint.documents import RuleDocument
from claude_lint.findings import Finding, Location
from claude_lint.reports import Run
from claude_lint.reports.repository import place
from claude_lint.reports.visible import visible


def render(run: Run, rules: Sequence[RuleDocument]) -> str:
    """Write the findings as one `DiagnosticResult`."""
    by_code = {rule.code: rule for rule in rules}
    result = {
        "source": {"name": "claude-lint"},
        "diagnostics": [_diagnostic(run, one, by_code[one.code]) for one in run.findings],
    }
    return json.dumps(result, indent=2) + "\n"


def _diagnostic(run: Run, finding: Finding, rule: RuleDocument) -> dict[str, Any]:
    text = f"{finding.rule}: {finding.message}"
    if finding.help:
        text += f"\nhelp: {finding.help}"
    url = documents.url(rule)
    diagnostic = {
        "message": "\n".join(map(visible, text.split("\n"))),
        "location": {
            "path": place(run, finding.location).path,
            "range": _range(run, finding.location),
        },
        "severity": str(finding.severity).upper(),
        "code": {"value": finding.code, **({"url": url} if url else {})},
    }
    suggestions = _suggestions(run, finding)
    return {**diagnostic, "suggestions": suggestions} if suggestions else diagnostic


def _suggestions(run: Run, finding: Finding) -> list[dict[str, Any]]:
    """Offer the fix that `--fix` would make, if it is one edit: each suggestion stands alone."""
    fix = finding.fix
    if fix is None or not run.is_fixable(finding) or len(fix.edits) != 1:
        return []
    [edit] = fix.edits
    if edit.location.path != finding.location.path or edit.location.cell is not None:
        return []
    return [{"range": _range(run, edit.location), "text": edit.text}]


def _range(run: Run, location: Location) -> dict[str, Any]:
    """Give a range with columns in bytes of UTF-8; in a notebook, the lines of its file."""
    if location.cell is not None:
        where = place(run, location)
        return {"start": {"line": where.line}, "end": {"line": where.end_line}}
    span = location.span
    lines = run.source_lines(location.path, None)
    return {
        "start": _position(lines, span.line, span.column),
        "end": _position(lines, span.end_line, span.end_column),
    }


def _position(lines: Sequence[str], line: int, column: int) -> dict[str, int]:
    text = lines[line - 1] if line <= len(lines) else ""
    before = text[: column - 1].encode("utf-8", "replace")
    return {"line": line, "column": len(before) + 1 if text else column}
