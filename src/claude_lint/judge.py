"""Judge one file, from its bytes to the findings that are left: what a worker process does."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_lint import documents, suppressions
from claude_lint.files.source import Unreadable, decode_source
from claude_lint.findings import Finding, Location, Severity, Span
from claude_lint.masking import mask
from claude_lint.selection import Selection
from claude_lint.settings import Settings

if TYPE_CHECKING:
    from claude_lint.checker import Checker

UNPARSABLE = "CL901"
# Tests send wrong requests on purpose; a key in a test leaks like any other.
_INFO_IN_TESTS = ("CL2", "CL3", "CL4", "CL5")


@dataclass(frozen=True, slots=True)
class Task:
    """A file to judge, and by what. `settings` hold what the command line says, too."""

    path: Path
    display: str
    data: bytes
    settings: Settings
    selection: Selection
    as_of: date
    dump_facts: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to say about a file; `findings` are sorted and have their fingerprints.

    `notes` say what could not be judged although the file could be read.
    """

    findings: tuple[Finding, ...]
    suppressed: int = 0
    facts: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def prepare() -> None:
    """Import what judging needs, and what is slow to import."""
    import claude_lint.checker  # noqa: F401


def judge(task: Task) -> Judged:
    """Judge a file that could matter."""
    try:
        source = decode_source(task.path, task.display, task.data)
    except Unreadable as problem:
        return refuse(task, problem.message, problem.span)
    result = _checker(task.settings, task.as_of, task.dump_facts).check(source)
    findings = _fingerprinted(_settled(result.findings, task, is_test=source.is_test))
    applied = suppressions.apply(
        source,
        findings,
        documents.load(),
        judge_unused=not task.selection.is_narrowed and not _is_refused(result.findings),
        enabled=lambda rule: task.selection.enabled(rule, task.path),
    )
    return Judged(
        tuple(_fingerprinted(applied.kept)),
        len(applied.suppressed),
        result.facts,
        result.notes,
    )


def refuse(task: Task, message: str, span: Span | None = None) -> Judged:
    """Say that a file cannot be judged at all, if the rule that says so is on."""
    finding = Finding(
        code=UNPARSABLE,
        rule="unparsable-file",
        severity=Severity.ERROR,
        message=message,
        location=Location(task.display, span or Span(1, 1, 1, 1)),
    )
    return Judged(tuple(_fingerprinted(_settled([finding], task, is_test=False))))


@functools.cache
def _checker(settings: Settings, as_of: date, dump_facts: bool) -> Checker:
    from claude_lint.checker import Checker, CheckSettings

    return Checker(
        CheckSettings(
            as_of=as_of,
            root=settings.root,
            settings=settings,
            target_sdk=settings.target_sdk,
            target_api=settings.target_api,
            dump_facts=dump_facts,
        )
    )


def _settled(findings: Iterable[Finding], task: Task, *, is_test: bool) -> Iterator[Finding]:
    """Give each finding the severity it has here, leaving out those of rules that are off."""
    for finding in findings:
        is_demoted = is_test and finding.code.startswith(_INFO_IN_TESTS)
        severity = task.selection.severity_of(
            finding.code, Severity.INFO if is_demoted else finding.severity, task.path
        )
        if severity is not None:
            yield replace(finding, severity=severity)


def _fingerprinted(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings, and give a fingerprint to each that has none.

    It is made of everything but lines, so that it lasts while code moves; the last part of it
    counts findings that are alike in all the others.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    done = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        if not finding.fingerprint:
            alike = (finding.rule, finding.location.path, finding.scope, mask(finding.excerpt))
            seen[alike] += 1
            text = "\0".join((*alike, str(seen[alike])))
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            finding = replace(finding, fingerprint=digest[:32])
        done.append(finding)
    return done


def _is_refused(findings: Iterable[Finding]) -> bool:
    return any(finding.code == UNPARSABLE for finding in findings)
