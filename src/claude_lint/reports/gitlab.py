"""A Code Quality report for GitLab, shown beside a merge request's changes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from claude_lint.findings import Finding, Severity
from claude_lint.reports import Run
from claude_lint.reports.repository import place
from claude_lint.reports.visible import visible

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(run: Run) -> str:
    """Write the findings as a JSON list. No fingerprint in it occurs twice."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in run.findings:
        issues.append(_issue(run, finding, seen[finding.fingerprint]))
        seen[finding.fingerprint] += 1
    return json.dumps(issues, indent=2) + "\n"


def _issue(run: Run, finding: Finding, repeated: int) -> dict[str, Any]:
    where = place(run, finding.location)
    location: dict[str, Any] = {
        "path": where.path,
        "lines": {"begin": where.line, "end": where.end_line},
    }
    if where.column is not None:
        location["positions"] = {
            "begin": {"line": where.line, "column": where.column},
            "end": {"line": where.end_line, "column": where.end_column},
        }
    return {
        "check_name": finding.rule,
        # The name of the check is not shown, so the description starts with it.
        "description": visible(f"{finding.code} {finding.rule}: {finding.message}"),
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": _unique(finding.fingerprint, repeated),
        "location": location,
    }


def _unique(fingerprint: str, repeated: int) -> str:
    """Salt a fingerprint that was already used: GitLab would drop the second finding."""
    if not repeated:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}:{repeated}".encode()).hexdigest()
