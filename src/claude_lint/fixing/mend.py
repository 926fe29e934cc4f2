"""Mend files: apply fixes in rounds and judge what comes of each; what a worker process does."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from claude_lint.files.changes import Step, Unwritable, moved
from claude_lint.files.rewriting import rewrite
from claude_lint.files.source import SourceFile, decode_source
from claude_lint.findings import Finding, Location
from claude_lint.fixing.fixes import (
    Chosen,
    Seen,
    changed_files,
    choose,
    is_applicable,
    outcome,
    told,
)
from claude_lint.judge import Judged, Task, judge

_MOST_ROUNDS = 100
# A fix may uncover what another fix mends, and that one again.
_MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Mending:
    """Files to mend together: mostly one, else those that some fix changes at once.

    Findings of the rules in `spared`, by path and code, are left alone. `unwritten` is what other
    files hold, and these to begin with, where that is not what is on the disk.
    """

    tasks: tuple[Task, ...]
    unsafe: bool
    spared: frozenset[tuple[str, str]] = frozenset()
    unwritten: Mapping[Path, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file that fixes change, with its content before and after."""

    path: str
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fix that was not made: of which finding, which now stands where, and why."""

    location: Location
    code: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of it, by path: new contents, and the changes that led there.

    `fixed` counts findings by path, code and rule. `is_settled` says that no fix is left to try.
    """

    contents: Mapping[str, bytes]
    steps: Mapping[str, tuple[Step, ...]]
    fixed: Counter[tuple[str, str, str]]
    refusals: tuple[Refusal, ...]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is between two rounds."""

    task: Task
    source: SourceFile
    judged: Judged

    @property
    def seen(self) -> Seen:
        return Seen(self.source, self.judged.findings)


_Files = Mapping[str, _File]


@dataclass(frozen=True, slots=True)
class _Advance:
    """What came of fixes, and of those that had to follow."""

    files: _Files
    steps: Sequence[Mapping[str, Step]]
    fixed: Sequence[Finding]


class _Refused(Exception):
    """Fixes that do not hold what they promise; the text says why."""


def mend(mending: Mending) -> Mended:
    """Apply fixes until there are none left but those that had to be refused."""
    files = _files(mending)
    steps: dict[str, tuple[Step, ...]] = {}
    fixed: Counter[tuple[str, str, str]] = Counter()
    refused = _RefusedFixes()
    most: int | None = None
    rounds = 0
    while rounds < _MOST_ROUNDS:
        candidates = (one for one in _candidates(files, mending) if not refused.holds(one, files))
        chosen = choose(candidates, _sources(files), most)
        if not chosen.findings:
            break
        try:
            advance = _attempt(files, chosen, mending)
        except _Refused as reason:
            # With half as many each time, the one to blame is soon alone.
            most = len(chosen.findings) // 2
            if most == 0:
                refused.add(chosen.findings[0], str(reason), files)
                most = None
            continue
        most = None
        rounds += 1
        files = advance.files
        for step in advance.steps:
            refused.move(step)
            for path, in_file in step.items():
                steps[path] = (*steps.get(path, ()), in_file)
        fixed.update((one.location.path, one.code, one.rule) for one in advance.fixed)
    contents = {path: files[path].task.data for path in steps}
    return Mended(contents, steps, fixed, tuple(refused.now(files)), rounds < _MOST_ROUNDS)


def mend_each(mending: Mending, findings: Iterable[Finding]) -> list[tuple[Rewritten, ...]]:
    """Return what the fix of each finding alone comes to, nothing where it is to be refused."""
    files = _files(mending)
    return [_mended_alone(finding, files, mending) for finding in findings]


def _mended_alone(finding: Finding, files: _Files, mending: Mending) -> tuple[Rewritten, ...]:
    is_there = finding in files[finding.location.path].judged.findings
    if not is_there or not _can_mend(finding, files, mending):
        return ()
    try:
        after = _attempt(files, choose([finding], _sources(files)), mending).files
    except _Refused:
        return ()
    changes = ((path, file.task.data, after[path].task.data) for path, file in files.items())
    return tuple(Rewritten(path, old, new) for path, old, new in changes if old != new)


def _files(mending: Mending) -> _Files:
    return {task.display: _judged(task, mending.unwritten) for task in mending.tasks}


def _judged(task: Task, contents: Mapping[Path, bytes]) -> _File:
    """Judge a file by all rules, for what a fix brings is no better for not being asked about."""
    source = decode_source(task.path, task.display, task.data)
    by_all = replace(task, selection=task.selection.widened())
    return _File(task, source, judge(by_all, contents))


def _sources(files: _Files) -> dict[str, SourceFile]:
    return {path: file.source for path, file in files.items()}


def _candidates(files: _Files, mending: Mending) -> Iterator[Finding]:
    """Yield the findings that can be mended within these files."""
    for path, file in files.items():
        for finding in file.judged.findings:
            is_asked_for = file.task.selection.enabled(finding.code, file.task.path)
            is_spared = (path, finding.code) in mending.spared
            if is_asked_for and not is_spared and _can_mend(finding, files, mending):
                yield finding


def _can_mend(finding: Finding, files: _Files, mending: Mending) -> bool:
    return (
        finding.fix is not None
        and is_applicable(finding, unsafe=mending.unsafe)
        and changed_files(finding.fix) <= files.keys()
    )


def _attempt(files: _Files, chosen: Chosen, mending: Mending) -> _Advance:
    """Apply fixes, and those of what they uncover; raise `_Refused` if more is wrong then."""
    before = files
    steps: list[Mapping[str, Step]] = []
    fixed: list[Finding] = []
    for _ in range(_MOST_STEPS):
        files = _applied(files, chosen, mending.unwritten)
        steps.append(chosen.steps)
        fixed += chosen.findings
        new = _new(before, steps, files, fixed)
        if not new:
            return _Advance(files, steps, fixed)
        if not all(_can_mend(finding, files, mending) for finding in new):
            break
        chosen = choose(new, _sources(files))
    raise _Refused(f"it would bring {told(new)}")


def _applied(files: _Files, chosen: Chosen, unwritten: Mapping[Path, bytes]) -> _Files:
    """Make changes, and judge the files again."""
    tasks = {path: file.task for path, file in files.items()}
    for path, step in chosen.steps.items():
        file = files[path]
        try:
            data = rewrite(file.source, file.task.data, step)
        except Unwritable as reason:
            raise _Refused(str(reason)) from None
        tasks[path] = replace(file.task, data=data)
    contents = {**unwritten, **{task.path: task.data for task in tasks.values()}}
    after = {path: _judged(task, contents) for path, task in tasks.items()}
    for path, file in after.items():
        was = files[path]
        is_worse = file.judged.is_refused and not was.judged.is_refused
        is_worse = is_worse or len(file.judged.notes) > len(was.judged.notes)
        if is_worse or (_compiles(was.source.text) and not _compiles(file.source.text)):
            raise _Refused("the code could not be parsed any more")
    return after


def _compiles(text: str) -> bool:
    """Tell whether this Python takes a text; some errors are found only after parsing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<source>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _new(
    before: _Files, steps: Sequence[Mapping[str, Step]], after: _Files, fixed: Sequence[Finding]
) -> list[Finding]:
    """Return what is new; raise `_Refused` if something that was to be mended is still there."""
    new: list[Finding] = []
    for path, file in after.items():
        of_file = [step.get(path, ()) for step in steps]
        mended = [one for one in before[path].judged.findings if one in fixed]
        result = outcome(before[path].seen, of_file, file.seen, mended)
        if result.stayed:
            raise _Refused("the problem would stay")
        new += result.new
    return new


class _RefusedFixes:
    """The fixes that were refused, by what they were to mend, wherever that moves to."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Finding, tuple[int, int], str]] = []

    def add(self, finding: Finding, reason: str, files: _Files) -> None:
        path = finding.location.path
        place = files[path].seen.offset(finding)
        self._known.append((path, finding, (place, place), reason))

    def move(self, step: Mapping[str, Step]) -> None:
        """Follow the findings to where changes move them."""
        self._known = [
            (path, finding, moved([step.get(path, ())], *place), reason)
            for path, finding, place, reason in self._known
        ]

    def holds(self, finding: Finding, files: _Files) -> bool:
        return self._reason(finding, files) is not None

    def _reason(self, finding: Finding, files: _Files) -> str | None:
        offset = files[finding.location.path].seen.offset(finding)
        for path, known, (start, end), reason in self._known:
            if (path, known.code) == (finding.location.path, finding.code):
                if start <= offset <= end:
                    return reason
        return None

    def now(self, files: _Files) -> Iterator[Refusal]:
        """Yield what is still there of them."""
        for file in files.values():
            for finding in file.judged.findings:
                reason = self._reason(finding, files)
                if reason is not None:
                    yield Refusal(finding.location, finding.code, finding.rule, reason)
