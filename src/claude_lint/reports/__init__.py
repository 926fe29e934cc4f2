"""How a run is written out, one module per format."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from claude_lint import masking
from claude_lint.documents import RuleDocument
from claude_lint.findings import Finding, Location, Safety, Severity

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson")


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the run itself; an error means that the run is not complete."""

    message: str
    severity: Severity = Severity.WARNING
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """All that a report tells: the findings, sorted and with fingerprints, and the counts.

    `source_lines` gives the text of a file's lines, or of one notebook cell's, without their
    ends; it is asked only for the lines that are shown, and gives none where there is no text.
    `json_line` gives the line of the `.ipynb` file that holds a line of a cell.
    `prefix` is the working directory as seen from the repository's root, `services/api/`: the
    services that show findings beside the code know files by their path in the repository.
    `fixed` counts what was mended by path, code and rule; `lists_fixes` has them listed.
    """

    findings: tuple[Finding, ...]
    files: int
    relevant_files: int
    as_of: date
    version: str
    suppressed: int = 0
    baselined: int = 0
    fixed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    lists_fixes: bool = False
    unsafe_fixes: bool = False
    notes: tuple[Note, ...] = ()
    prefix: str = ""
    source_lines: Callable[[str, int | None], Sequence[str]] = lambda path, cell: ()
    json_line: Callable[[str, int, int], int] = lambda path, cell, line: 1

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def is_fixable(self, finding: Finding) -> bool:
        """Tell whether `--fix` mends the finding with the options of this run."""
        allowed = (Safety.SAFE, Safety.UNSAFE) if self.unsafe_fixes else (Safety.SAFE,)
        return finding.fix is not None and finding.fix.safety in allowed


def render(
    run: Run,
    fmt: str,
    *,
    color: bool,
    width: int | None,
    rules: Sequence[RuleDocument],
    quiet: bool = False,
) -> str:
    """Write a run in one of `FORMATS`, ending with a newline unless there is nothing to say.

    `width` is the terminal's in cells, None where there is none. `rules` are the documents of
    all rules, in the order in which they are listed. `quiet` leaves out the closing summary of the
    formats made for people. No credential is left in what is given back.
    """
    # Each format is imported only when asked for: `full` alone brings rich, which costs more
    # than a whole run over files that have nothing to do with Claude.
    if fmt == "full" and (run.findings or color):
        from claude_lint.reports import full

        text = full.render(run, color=color, width=width, quiet=quiet)
    elif fmt in ("full", "concise"):  # without findings or colors they are the same
        from claude_lint.reports import concise

        text = concise.render(run, quiet=quiet)
    elif fmt == "json":
        from claude_lint.reports import json_report

        text = json_report.render(run, rules)
    elif fmt == "sarif":
        from claude_lint.reports import sarif

        text = sarif.render(run, rules)
    elif fmt == "github":
        from claude_lint.reports import github

        text = github.render(run)
    elif fmt == "gitlab":
        from claude_lint.reports import gitlab

        text = gitlab.render(run)
    elif fmt == "junit":
        from claude_lint.reports import junit

        text = junit.render(run)
    elif fmt == "rdjson":
        from claude_lint.reports import rdjson

        text = rdjson.render(run, rules)
    else:
        raise ValueError(f"unknown output format {fmt!r}, expected one of {', '.join(FORMATS)}")
    return masking.mask(text)


def position(location: Location) -> str:
    """Name a place as people read it: `app.py:12:5`, in a notebook `nb.ipynb:cell 3:2:6`."""
    cell = "" if location.cell is None else f"cell {location.cell}:"
    return f"{location.path}:{cell}{location.span.line}:{location.span.column}"


def summary(run: Run) -> list[str]:
    """Say in a line or two how the run went and what `--fix` would mend."""
    lines = fixes_made(run, "Fixed")
    hidden = []
    if run.suppressed:
        hidden.append(f"{run.suppressed} suppressed")
    if run.baselined:
        hidden.append(f"{run.baselined} in the baseline")

    if not run.findings and not run.files:
        return ["Nothing was checked."]
    if not run.findings:
        relevant = f"{run.relevant_files} of them to do with Claude"
        told = ", ".join([f"{_counted(run.files, 'file')}, {relevant}", *hidden])
        return [*lines, f"All checks passed! ({told})"]

    kinds = [
        _counted(run.count(severity), str(severity))
        for severity in sorted(Severity, reverse=True)
        if run.count(severity)
    ]
    told = "; ".join(filter(None, [", ".join(kinds), ", ".join(hidden)]))
    places = _counted(len({finding.location.path for finding in run.findings}), "file")
    lines.append(f"Found {_counted(len(run.findings), 'problem')} in {places} ({told}).")
    return [*lines, *fix_hint(run)]


def fixes_made(run: Run, done: str) -> list[str]:
    """Say how many problems were fixed, and of which rules if that is to be listed."""
    if not run.fixed:
        return []
    told = f"{done} {_counted(sum(run.fixed.values()), 'problem')}"
    if not run.lists_fixes:
        return [f"{told}."]
    lines = [f"{told}:"]
    for path, rules in itertools.groupby(sorted(run.fixed.items()), lambda item: item[0][0]):
        lines.append(f"- {path}:")
        lines += (f"    {count} × {code} ({rule})" for (_, code, rule), count in rules)
    return lines


def fix_hint(run: Run) -> list[str]:
    """Say which switches would mend how many of the findings."""
    now = sum(run.is_fixable(finding) for finding in run.findings)
    unsafe = sum(
        finding.fix is not None and finding.fix.safety is Safety.UNSAFE for finding in run.findings
    )
    if run.unsafe_fixes:
        return [f"[*] {now} fixable with --fix --unsafe-fixes."] if now else []
    if now and unsafe:
        return [f"[*] {now} fixable with --fix ({unsafe} more with --unsafe-fixes)."]
    if now:
        return [f"[*] {now} fixable with --fix."]
    return [f"{unsafe} fixable with --fix --unsafe-fixes."] if unsafe else []


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
