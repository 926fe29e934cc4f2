"""One line per finding, for editors, grep and people in a hurry."""

from __future__ import annotations

from claude_lint.reports import Run, position, summary
from claude_lint.reports.visible import visible


def render(run: Run, *, quiet: bool = False) -> str:
    """Write `path:line:column: severity code [*] message`, then the summary unless `quiet`."""
    lines = []
    for finding in run.findings:
        mark = " [*]" if run.is_fixable(finding) else ""
        place = position(finding.location)
        lines.append(f"{place}: {finding.severity} {finding.code}{mark} {finding.message}")
    if not quiet:
        lines += summary(run)
    return "".join(visible(line) + "\n" for line in lines)
