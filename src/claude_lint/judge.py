"""Judge one file, from its bytes to the findings that are left: what a worker process does."""

from __future__ import annotations

import functools
import gc
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_lint import documents
from claude_lint.configuration.selection import Selection
from claude_lint.configuration.settings import Settings
from claude_lint.files.source import Unreadable, decode_source
from claude_lint.findings import Finding, Location, Severity, Span
from claude_lint.fixing import fixes
from claude_lint.masking import mask
from claude_lint.suppressing import suppressions

if TYPE_CHECKING:
    from claude_lint.checker import Checker
    from claude_lint.plugin_checks import PluginFailure

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

    `notes` say what could not be judged although the file could be read; `is_refused` says that
    nothing could. `failures` say which rules of plugins could not judge. `read` are the paths of
    the other files that were looked at.
    """

    findings: tuple[Finding, ...]
    suppressed: int = 0
    facts: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    is_refused: bool = False
    failures: tuple[PluginFailure, ...] = ()
    read: tuple[str, ...] = ()


# What fixes make of files before it is written; what is judged must agree with all of it.
_unwritten: dict[Path, bytes] = {}


def prepare(unwritten: Mapping[Path, bytes] | None = None) -> None:
    """Import what judging needs, and what is slow to import; see files as they will be."""
    import claude_lint.checker  # noqa: F401

    _unwritten.update(unwritten or {})


def judge(task: Task, changed: Mapping[Path, bytes] | None = None) -> Judged:
    """Judge a file that could matter, seeing changed files as they would be."""
    try:
        source = decode_source(task.path, task.display, task.data)
    except Unreadable as problem:
        return refuse(task, problem.message, problem.span)
    checker = _checker(task.settings, task.as_of, task.dump_facts)
    if changed:
        checker = checker.seeing({**_unwritten, **changed})
    result = checker.check(source)
    is_refused = any(finding.code == UNPARSABLE for finding in result.findings)
    findings = _fingerprinted(_settled(result.findings, task, is_test=source.is_test))
    applied = suppressions.apply(
        source,
        findings,
        documents.load(),
        judge_unused=not (task.selection.is_narrowed or is_refused or result.failures),
        enabled=lambda rule: task.selection.enabled(rule, task.path),
    )
    kept = (
        fixes.settled(finding, source, is_fixable=task.selection.fixable(finding.code))
        for finding in _fingerprinted(applied.kept)
    )
    return Judged(
        tuple(kept),
        len(applied.suppressed),
        result.facts,
        result.notes,
        is_refused,
        result.failures,
        result.read,
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
    settled = _settled([finding], task, is_test=False)
    return Judged(tuple(_fingerprinted(settled)), is_refused=True)


@functools.lru_cache(maxsize=4)  # several projects in one run are judged one after the other
def _checker(settings: Settings, as_of: date, dump_facts: bool) -> Checker:
    from claude_lint.checker import Checker, CheckSettings

    gc.collect()  # the trees of projects that are done with know each other
    return Checker(
        CheckSettings(
            as_of=as_of,
            root=settings.root,
            settings=settings,
            target_sdk=settings.target_sdk,
            target_api=settings.target_api,
            dump_facts=dump_facts,
        ),
        _unwritten,
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
