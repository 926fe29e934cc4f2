"""Annotations on GitHub: workflow commands that a runner turns into marks beside the code."""

from __future__ import annotations

from claude_lint.findings import Finding, Severity
from claude_lint.reports import Run, position, summary
from claude_lint.reports.repository import place
from claude_lint.reports.visible import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(run: Run) -> str:
    """Write one command per finding, errors first, then the counts as plain lines of the log.

    GitHub shows only the first ten of each kind, so the worst must come first.
    """
    worst_first = sorted(run.findings, key=lambda finding: -finding.severity)
    lines = [_annotation(run, finding) for finding in worst_first]
    lines += [visible(line) for line in summary(run)]
    return "".join(f"{line}\n" for line in lines)


def _annotation(run: Run, finding: Finding) -> str:
    where = place(run, finding.location)
    properties: dict[str, object] = {
        "title": f"claude-lint ({finding.code})",
        "file": where.path,
        "line": where.line,
        "endLine": where.end_line,
    }
    # GitHub refuses columns of a range over several lines.
    if where.column is not None and where.line == where.end_line:
        properties |= {"col": where.column, "endColumn": where.end_column}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    text = f"{position(finding.location)}: {finding.code} {finding.message}"
    if finding.help:
        text += f"\nhelp: {finding.help}"
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(text)}"


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
