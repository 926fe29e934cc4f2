"""Small projects with marked lines, and what the linter must say about them.

A marker ends the line that a finding is reported on: `# error: missing-max-tokens, bearer-auth`.
`@@KEY-api03@@` becomes a made-up key; `@@KEY-api03.head@@` and `.tail@@` are its halves.
"""

from __future__ import annotations

import datetime
import functools
import random
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from claude_lint import engine, judge
from claude_lint.findings import Edit, Finding, Safety, Span

Files = Mapping[str, str]

# The day on which examples are judged unless they name one, so that they never rot.
TODAY = "2026-11-24"

_MARKER = re.compile(
    r"\s*# (error|warning|info): ([a-z0-9-]+(?:, [a-z0-9-]+)*)(?=\s*(?:#|$))", re.M
)
_KEY = re.compile(r"@@KEY-([a-z]+\d\d)(\.head|\.tail)?@@")
# What a detector takes for a placeholder must not appear in a key by accident.
_TELLING = re.compile(
    r"(.)\1\1|abc|bar|demo|dummy|example|fake|foo|here|insert|key|mock|redact|replace|sample|secret"
    r"|test|todo|your|xx|000|123",
    re.I,
)

# Each run judges in a new child process, which then finds the slow imports done.
judge.prepare()

# One reported or marked finding: path, line, severity, rule.
Mark = tuple[str, int, str, str]


@functools.cache
def make_key(kind: str) -> str:
    """Make up a credential of the right shape, the same one in every run."""
    rng = random.Random(kind)
    while True:
        letters = "".join(rng.choices(string.ascii_letters + string.digits + "_-", k=93))
        if letters[0].isalnum() and not _TELLING.search(letters):
            return f"sk-ant-{kind}-{letters}AA"


def expand_keys(text: str) -> str:
    """Replace each placeholder by the key, or the half of a key, that it stands for."""

    def expand(match: re.Match[str]) -> str:
        kind, half = match.groups()
        head = f"sk-ant-{kind}-"
        if half == ".head":
            return head
        return make_key(kind).removeprefix(head if half else "")

    return _KEY.sub(expand, text)


def without_markers(text: str) -> str:
    """Remove the markers, and the blanks before them."""
    return _MARKER.sub("", text)


def marks(files: Files) -> Counter[Mark]:
    """Collect what the markers demand."""
    return Counter(
        (path, number, severity, rule)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        for severity, rules in _MARKER.findall(line)
        for rule in rules.split(", ")
    )


def write_project(root: Path, files: Files) -> None:
    """Write the files as a user would have them: no markers, keys in full."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(expand_keys(without_markers(text)).encode())


def read_project(root: Path, files: Files) -> dict[str, str]:
    """Read back the files of a project, for comparing it with another."""
    return {path: (root / path).read_bytes().decode() for path in files}


def run(
    root: Path,
    *,
    select: str | None = None,
    extend_select: str | None = None,
    target_sdk: str | None = None,
    target_api: str | None = None,
    as_of: str = TODAY,
) -> list[Finding]:
    """Check a folder in this process; options mean what they mean on the command line."""
    options = engine.Options(
        paths=(root,),
        jobs=1,
        select=select,
        extend_select=extend_select,
        target_sdk=target_sdk,
        target_api=target_api,
        as_of=datetime.date.fromisoformat(as_of),
    )
    report = engine.run(options)
    for error in report.internal_errors:
        raise AssertionError(error.traceback)
    return list(report.findings)


def fix(root: Path, *, passes: int = 5, **options: str) -> None:
    """Apply all safe and unsafe fixes, then those that are found after, until none is left."""
    for _ in range(passes):
        edits = _compatible_edits(run(root, **options))
        if not edits:
            return
        for edit in sorted(edits, key=lambda edit: edit.location.span, reverse=True):
            _apply(root / edit.location.path, edit)
    raise AssertionError(f"fixes are still found after {passes} passes")


def _compatible_edits(findings: Sequence[Finding]) -> list[Edit]:
    """Collect the edits of fixes, without the fixes that meet an earlier one."""
    taken: list[Edit] = []
    for finding in findings:
        if finding.fix is not None and finding.fix.safety is not Safety.DISPLAY:
            # Two fixes may want the same import.
            edits = [edit for edit in finding.fix.edits if edit not in taken]
            if not any(_meet(edit, other) for edit in edits for other in taken):
                taken += edits
    return taken


def _meet(one: Edit, other: Edit) -> bool:
    a, b = one.location.span, other.location.span
    (a_start, a_end), (b_start, b_end) = _ends(a), _ends(b)
    is_apart = a_end <= b_start or b_end <= a_start
    return one.location.path == other.location.path and (a_start == b_start or not is_apart)


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)


def _apply(path: Path, edit: Edit) -> None:
    text = path.read_bytes().decode()
    lines = text.split("\n")
    start, end = (
        sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
        for line, column in _ends(edit.location.span)
    )
    path.write_bytes((text[:start] + edit.text + text[end:]).encode())


def as_lines(findings: Iterable[Finding]) -> list[str]:
    """Show findings one to a line: `app.py:3:5 error[missing-max-tokens] The message`."""
    return [
        f"{_place(finding)} {finding.severity}[{finding.rule}] {finding.message}"
        for finding in findings
    ]


def assert_marked(files: Files, findings: Sequence[Finding]) -> None:
    """Fail, showing the lines concerned, unless exactly the marked findings are there."""
    wanted = marks(files)
    found = Counter(
        (f.location.path, f.location.span.line, str(f.severity), f.rule) for f in findings
    )
    if wanted != found:
        raise AssertionError("\n".join(_differences(files, findings, wanted, found)))


def _differences(
    files: Files, findings: Sequence[Finding], wanted: Counter[Mark], found: Counter[Mark]
) -> Iterator[str]:
    yield "the findings are not the marked ones"
    for mark in sorted((wanted - found) + (found - wanted)):
        path, line, severity, rule = mark
        lines = dict(enumerate(files.get(path, "").split("\n"), 1))
        yield f"  {path}:{line}: {lines.get(line, '(no such line)').strip()}"
        if wanted[mark] > found[mark]:
            yield f"    - not reported: {severity}: {rule}"
        else:
            yield f"    + not marked: {severity}: {rule}"
    yield "all that was reported:"
    yield from (f"  {line}" for line in as_lines(findings) or ["nothing"])


def _place(finding: Finding) -> str:
    location = finding.location
    cell = f":cell {location.cell}" if location.cell is not None else ""
    return f"{location.path}{cell}:{location.span.line}:{location.span.column}"
