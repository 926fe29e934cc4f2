"""Which fixes may be applied, which of them together, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from claude_lint.files.changes import Change, Step, changes, moved, offset, replaced
from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit, Finding, Fix, Safety
from claude_lint.python.comments import comments

# Findings about suppressions are mended by taking comments out.
_ABOUT_IGNORES = ("CL902", "CL903")


def settled(finding: Finding, source: SourceFile, *, is_fixable: bool) -> Finding:
    """Give a finding's fix the safety it has here, whatever its rule says.

    What the settings keep from being fixed is only shown. A fix that takes a comment away, or
    changes a second file, is not safe.
    """
    fix = finding.fix
    if fix is None or fix.safety is Safety.DISPLAY:
        return finding
    if not is_fixable:
        return as_suggestion(finding)
    if fix.safety is Safety.SAFE and finding.code not in _ABOUT_IGNORES:
        if changed_files(fix) != {source.display} or _drops_comment(source, fix.edits):
            return replace(finding, fix=replace(fix, safety=Safety.UNSAFE))
    return finding


def as_suggestion(finding: Finding) -> Finding:
    """Return a finding whose fix is shown and never made."""
    fix = finding.fix
    return replace(finding, fix=replace(fix, safety=Safety.DISPLAY)) if fix else finding


def _drops_comment(source: SourceFile, edits: Iterable[Edit]) -> bool:
    starts = [comment.start for comment in comments(source.text)]
    made = changes(source, edits)
    return any(change.start <= start < change.end for change in made for start in starts)


def is_applicable(finding: Finding, *, unsafe: bool) -> bool:
    """Tell whether a finding has a fix that may be applied."""
    allowed = (Safety.SAFE, Safety.UNSAFE) if unsafe else (Safety.SAFE,)
    return finding.fix is not None and bool(finding.fix.edits) and finding.fix.safety in allowed


def changed_files(fix: Fix) -> frozenset[str]:
    """Return the paths of the files that a fix changes."""
    return frozenset(edit.location.path for edit in fix.edits)


def told(findings: Iterable[Finding]) -> str:
    """Name findings in a line: `CL204 (sampling-parameter) in line 12`."""
    return ", ".join(
        f"{one.code} ({one.rule}) in line {one.location.span.line}" for one in findings
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Findings whose fixes go together, and the changes that these make, by file."""

    findings: tuple[Finding, ...]
    steps: Mapping[str, Step]


def choose(
    findings: Iterable[Finding], sources: Mapping[str, SourceFile], most: int | None = None
) -> Chosen:
    """Choose up to `most` findings whose fixes go together; one that meets an earlier one waits."""
    chosen: list[Finding] = []
    taken: defaultdict[str, set[Change]] = defaultdict(set)
    for finding in findings:
        if len(chosen) == most:
            break
        if finding.fix is None:
            continue
        # What two fixes want alike, such as an import, is done once.
        added = [
            (path, change)
            for path in sorted(changed_files(finding.fix))
            for change in changes(sources[path], _in_file(finding.fix, path))
            if change not in taken[path]
        ]
        if not any(change.meets(other) for path, change in added for other in taken[path]):
            chosen.append(finding)
            for path, change in added:
                taken[path].add(change)
    steps = {path: tuple(sorted(step)) for path, step in taken.items() if step}
    return Chosen(tuple(chosen), steps)


def _in_file(fix: Fix, path: str) -> list[Edit]:
    return [edit for edit in fix.edits if edit.location.path == path]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file's text, and what was found in it."""

    source: SourceFile
    findings: Sequence[Finding]

    def offset(self, finding: Finding) -> int:
        """Return where a finding starts in the text."""
        span = finding.location.span
        return offset(self.source, span.line, span.column, finding.location.cell)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What changes to a file came to: findings that should be gone, and those that are new."""

    stayed: tuple[Finding, ...]
    new: tuple[Finding, ...]


def outcome(before: Seen, steps: Sequence[Step], after: Seen, mended: Iterable[Finding]) -> Outcome:
    """Compare what was found before and after changes that were to mend some of it.

    A finding in text that replaces other text is not new: what is wrong with a literal may hide
    the next thing that is.
    """
    left = list(before.findings)
    for finding in mended:
        if finding in left:
            left.remove(finding)
    expected = _Places(before, steps, left)
    to_be_gone = _Places(before, steps, mended)
    mended_text = list(replaced(steps))
    stayed: list[Finding] = []
    new: list[Finding] = []
    for finding in after.findings:
        place = after.offset(finding)
        if expected.take(finding.code, place):
            continue
        if to_be_gone.take(finding.code, place):
            stayed.append(finding)
        elif not any(start <= place < end for start, end in mended_text):
            new.append(finding)
    return Outcome(tuple(stayed), tuple(new))


class _Places:
    """Where findings stand after changes, by the codes of their rules."""

    def __init__(self, seen: Seen, steps: Sequence[Step], findings: Iterable[Finding]) -> None:
        self._by_code: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for finding in findings:
            place = seen.offset(finding)
            self._by_code[finding.code].append(moved(steps, place, place))

    def take(self, code: str, place: int) -> bool:
        """Strike off one of a rule's findings at an offset; tell whether there was one."""
        of_rule = self._by_code[code]
        for index, (start, end) in enumerate(of_rule):
            if start <= place <= end:
                del of_rule[index]
                return True
        return False
