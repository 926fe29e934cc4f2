"""One trial: a small project is judged, shown and mended, and what must hold is looked at."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
import traceback
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from claude_lint import documents, judge, reports
from claude_lint.configuration.rulings import Options, Rulings
from claude_lint.configuration.settings import forget_settings
from claude_lint.files.encoding import lines
from claude_lint.files.notebook import source_strings
from claude_lint.files.source import SourceFile, Unreadable, decode_source
from claude_lint.findings import Finding, Location
from claude_lint.fixing.mend import Mending, mend
from claude_lint.judge import Judged, Task
from claude_lint.python.module import Module, UnparsableError
from claude_lint.python.spans import span
from claude_lint.python.syntax import walk
from claude_lint.reports.patch import patch
from claude_lint.workers import Answer, Crash, Failure, Job, Workers

TODAY = datetime.date(2026, 11, 24)
TIME_LIMIT = 20.0
"""Seconds of processor time for a trial; one file of an ordinary run is allowed more."""

# Characters at a stretch, after the beginning that tells the kind of key, that none may see.
_TELLING = 8


@dataclass(frozen=True, slots=True)
class Trial:
    """A project, and the secrets planted in it, which must appear in nothing that is said."""

    files: Mapping[str, bytes]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, by path, and what does not hold; nothing, if all is well."""

    findings: Mapping[str, tuple[Finding, ...]]
    complaints: tuple[str, ...] = ()


class Trials:
    """Makes trials in a child process, which may crash or hang; use as a context manager."""

    def __init__(self) -> None:
        self._workers: Workers[Trial, Outcome] = Workers(outcome, judge.prepare)

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.__exit__()

    def make(self, trial: Trial) -> Outcome:
        """Judge a project; a crash, a hang and an exception are complaints as well."""
        ((_, answer),) = self._workers.judge([Job(trial, TIME_LIMIT)])
        if isinstance(answer, Answer):
            return answer.value
        if isinstance(answer, Crash):
            return Outcome({}, (f"crash: the parser {answer.reason}",))
        assert isinstance(answer, Failure)
        return Outcome({}, (answer.traceback or answer.error,))


def outcome(trial: Trial) -> Outcome:
    """Judge a project in this process, in a folder that is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        # The folder for temporary files may be in another project, and one that Git ignores there.
        (root / ".git").mkdir()
        for name, data in trial.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return _judged(trial, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        # What is remembered of a folder is of no use to any other.
        judge._checker.cache_clear()
        forget_settings()


def _judged(trial: Trial, root: Path) -> Outcome:
    options = Options(as_of=TODAY, isolated=True, extend_select="ALL", respect_gitignore=False)
    rulings = Rulings(options)
    found: dict[str, tuple[Finding, ...]] = {}
    complaints: list[str] = []
    for name, data in trial.files.items():
        own = rulings.of_file(root / name)
        task = Task(root / name, name, data, own, rulings.selection(own), TODAY)
        judged = judge.judge(task)
        found[name] = judged.findings
        for look in (_misplaced, _askew, _told, _mended):
            try:
                complaints += look(task, judged, trial.secrets)
            except Exception:
                complaints.append(f"{look.__name__}: {traceback.format_exc()}")
    return Outcome(found, tuple(complaints))


def _misplaced(task: Task, judged: Judged, _: tuple[str, ...]) -> Iterator[str]:
    """Every place that is named must be there."""
    try:
        source = decode_source(task.path, task.display, task.data)
    except Unreadable:
        return
    for finding in judged.findings:
        places = [finding.location, *(one.location for one in finding.related)]
        places += [edit.location for edit in (finding.fix.edits if finding.fix else ())]
        for place in places:
            if place.path == task.display and not _exists(place, source, task.data):
                yield f"no such place: {place} of {finding.code}"


def _askew(task: Task, _: Judged, __: tuple[str, ...]) -> Iterator[str]:
    """Every name must stand where the index of the module says, or fixes would hit other text."""
    if zlib.crc32(task.data) % 3:
        return  # parsing all of a file takes longer than judging it
    try:
        module = Module(decode_source(task.path, task.display, task.data))
    except (Unreadable, UnparsableError):
        return
    for unit in module.all_units():
        unit.load()
        for node in walk(unit.root) if unit.root is not None else ():
            if isinstance(node, cst.Name) and node.value != "_":  # ours in front of methods
                place = span(module, node)
                line = module.source.line_text(place.line)
                if line[place.column - 1 : place.end_column - 1] != node.value:
                    yield f"{node.value} does not stand at {place} but {line!r}"
                    return


def _exists(place: Location, source: SourceFile, data: bytes) -> bool:
    span = place.span
    if place.cell is None or any(cell.number == place.cell for cell in source.cells):
        first = source.text_line(span.line, place.cell)
        last = source.text_line(span.end_line, place.cell)
        texts = [line.rstrip("\r\n") for line in lines(source.text)]
    else:  # a cell that is no code
        strings = source_strings(data.decode("utf-8-sig")).get(place.cell, [])
        texts = lines("".join(json.loads(one[0]) for one in strings))
        first, last = span.line, span.end_line
    texts.append("")
    return (
        1 <= first <= last <= len(texts)
        and (span.line, span.column) <= (span.end_line, span.end_column)
        and 1 <= span.column <= len(texts[first - 1]) + 1
        and 1 <= span.end_column <= len(texts[last - 1]) + 2
    )


def _told(task: Task, judged: Judged, secrets: tuple[str, ...]) -> Iterator[str]:
    """Every format must be able to say it, without a secret and without a control character."""
    if not judged.findings:
        return

    def source_lines(path: str, cell: int | None) -> list[str]:
        try:
            text = decode_source(task.path, task.display, task.data).text
        except Unreadable:
            return []
        return [line.rstrip("\r\n") for line in lines(text)] if path == task.display else []

    run = reports.Run(judged.findings, 1, 1, TODAY, "0", source_lines=source_lines)
    # All formats for each of so many findings would take longer than finding them.
    chosen = zlib.crc32(task.data) % len(reports.FORMATS)
    for fmt in {"full", reports.FORMATS[chosen]}:
        text = reports.render(run, fmt, color=False, width=None, rules=documents.load())
        yield from _leaks(text, secrets, fmt)
        if fmt in ("full", "concise", "github"):
            bad = {c for c in text if not c.isprintable() and c not in "\n\ufffd" and c.isascii()}
            if bad:
                yield f"{fmt} shows {bad!r}"


def _mended(task: Task, judged: Judged, secrets: tuple[str, ...]) -> Iterator[str]:
    """Fixes must come to an end, and leave nothing that another look would mend."""
    if not any(finding.fix and finding.fix.edits for finding in judged.findings):
        return
    mended = mend(Mending((task,), unsafe=True))
    if not mended.is_settled:
        yield "fixes bring up each other"
    contents = mended.contents.get(task.display)
    if contents is not None:
        text, _ = patch([(task.display, task.data, contents)])
        yield from _leaks(text.decode(errors="replace"), secrets, "the patch")


def _leaks(text: str, secrets: tuple[str, ...], where: str) -> Iterator[str]:
    for secret in secrets:
        tail = secret.split("-", 3)[-1]
        pieces = (tail[start : start + _TELLING] for start in range(len(tail) - _TELLING + 1))
        if any(piece in text for piece in pieces):
            yield f"{where} shows some of {secret!r}"
