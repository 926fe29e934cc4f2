"""Small projects with marked lines, and what the linter must say about them.

A marker ends the line that a finding is reported on: `# error: missing-max-tokens, bearer-auth`.
`@@KEY-api03@@` becomes a made-up key; `@@KEY-api03.head@@` and `.tail@@` are its halves.
A notebook can be written as Python, each of its cells begun by a line `# %%`.
"""

from __future__ import annotations

import datetime
import functools
import json
import random
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from claude_lint import engine, judge
from claude_lint.engine import Report
from claude_lint.findings import Finding, Location

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
        code = expand_keys(without_markers(text))
        target.write_bytes((notebook(code) if _is_in_cells(path, code) else code).encode())


def notebook(text: str) -> str:
    """Make a notebook of the cells that a text holds, the lines `# %%` being the first of each."""
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": text[start:end]}
        for start, end in pairwise([*_cell_starts(text), len(text)])
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _is_in_cells(path: str, text: str) -> bool:
    return path.endswith(".ipynb") and text.startswith("# %%")


def _cell_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"^# %%", text, re.M)]


def read_project(root: Path, files: Files) -> dict[str, str]:
    """Read back the files of a project, for comparing it with another."""
    return {path: (root / path).read_bytes().decode() for path in files}


def run(root: Path, **options: str | bool | None) -> list[Finding]:
    """Check a folder in this process; options mean what they mean on the command line."""
    return list(_run(root, **options).findings)


def _run(root: Path, *, as_of: str | None = None, **options: str | bool | None) -> Report:
    day = datetime.date.fromisoformat(as_of or TODAY)
    given: dict[str, Any] = options
    report = engine.run(engine.Options(paths=(root,), jobs=1, as_of=day, **given))
    for error in report.internal_errors:
        raise AssertionError(error.traceback)
    return report


def fix(root: Path, **options: str | None) -> Report:
    """Make all fixes in a folder, safe and unsafe, as `--fix --unsafe-fixes` does."""
    return _run(root, fix=True, unsafe_fixes=True, **options)


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
        (f.location.path, _line(files, f.location), str(f.severity), f.rule) for f in findings
    )
    if wanted != found:
        raise AssertionError("\n".join(_differences(files, findings, wanted, found)))


def _line(files: Files, location: Location) -> int:
    """Return the line in the text that a file was written from."""
    line, text = location.span.line, files.get(location.path, "")
    if location.cell is None or not _is_in_cells(location.path, text):
        return line
    return line + text.count("\n", 0, _cell_starts(text)[location.cell - 1])


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
